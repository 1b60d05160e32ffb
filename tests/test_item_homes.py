"""Every item that the city's systems keep has a home in a layout, and ``docs/feeds.md`` says which.

Does not test what the items mean (dbt_project) nor that a city delivers them (test_ingestion_*).
"""

from __future__ import annotations

from pathlib import Path

from ingestion.contract import load_contracts
from ingestion.item_homes import feeds_document, item_homes, numbers, sections

ITEM_COUNT = 1068
"""385 items of the late-elderly file, 614 of receipts and addressees, 69 of the arrears file."""


def test_every_item_has_a_home() -> None:
    homes = item_homes()
    assert len(homes) == ITEM_COUNT
    assert [(home.section, home.no) for home in homes if not home.columns] == []
    assert [(home.section, home.no) for home in homes if not home.item_ja] == []


def test_no_layout_names_an_item_that_does_not_exist() -> None:
    counts = {one.section: one.item_count for one in sections()}
    offenders = [
        (contract.feed, column.name)
        for contract in load_contracts().values()
        if contract.items
        for column in contract.layout.record("data")
        if any(not 1 <= no <= counts[contract.items] for no in numbers(column.no))
    ]
    assert offenders == []


def test_a_code_stands_for_each_item_of_a_range() -> None:
    for contract in load_contracts().values():
        for column in contract.layout.record("data"):
            if contract.items and len(numbers(column.no)) > 1:
                assert {str(no) for no in numbers(column.no)} <= set(column.codes), (contract.feed, column.name)


def test_the_document_is_what_the_layouts_say() -> None:
    document = Path(__file__).parents[1] / "docs/feeds.md"
    assert document.read_text(encoding="utf-8") == feeds_document(), "run: osamari dictionary --homes > docs/feeds.md"
