"""The registry of the shared links: what it names exists, and what is wrongly registered is refused by file and key."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ingestion.contract import load_contracts
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from marts.link_tables.known_columns import known_models
from marts.link_tables.registry import FOLDER, load_links, load_systems, named_link, read_link
from marts.link_tables.verify import verify
from tests.small_links import consumed, held_count

if TYPE_CHECKING:
    from pathlib import Path

    from marts.link_tables.link import Link
    from tests.refreshed_city import RefreshedCity

LINKS = load_links()
STATES = "arrears_to_receipts"
ITEM = "  - levy.addressee_code\n"


def registered(folder: Path, name: str, *changes: tuple[str, str]) -> Link:
    """A file of the registry with some words changed, read anew."""
    text = (FOLDER / f"{STATES}.yaml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return read_link(path, load_systems(), load_contracts())


@pytest.mark.parametrize("name", LINKS)
def test_every_registered_item_exists_with_its_type(refreshed_city: RefreshedCity, name: str) -> None:
    link = LINKS[name]
    types = {
        (str(table), str(column)): kind
        for table, column, kind in refreshed_city.rows(
            "select table_name, column_name, data_type from duckdb_columns()"
        )
    }
    for column in link.columns:
        table = column.source if column.joined_on else link.contract.raw_table
        assert types[table, column.column] == column.duckdb_type
        assert (table, column.joined_on or "addressee_key") in types
    assert not link.records or {(link.records, name) for name in ("source_file_no", "source_line_no")} <= set(types)
    assert not link.rows_in or (link.rows_in, link.rows_on) in types


def test_a_refresh_delivers_every_link_and_all_of_it_verifies(refreshed_city: RefreshedCity) -> None:
    found = verify(refreshed_city.home, LINKS)
    assert (found.delivery_count, found.present_count, found.problems) == (len(LINKS), len(LINKS), ())
    for link in LINKS.values():
        assert len(consumed(refreshed_city.home, link)) == held_count(refreshed_city.home, link) > 0


def test_every_system_takes_or_gives_and_every_link_says_why() -> None:
    systems = {code for link in LINKS.values() for code in (link.provider.code, link.consumer.code)}
    assert systems == set(load_systems())
    assert all("条" in link.legal_basis and link.purpose_ja and link.responsible_ja for link in LINKS.values())


def test_only_the_four_items_and_the_code_leave_the_non_resident_system() -> None:
    """名・生年月日・性別・住所 and the code; 個法区分 tells persons from bodies, 統合先 follows a merger of codes."""
    allowed = {"addressee_code", "full_name", "name_kana", "birth_date", "sex", "address"}
    allowed |= {"individual_corporate_class", "merged_into_code"}
    links = [link for link in LINKS.values() if link.provider.code == "non_residents"]
    assert {column.column for link in links for column in link.columns} == allowed


def test_no_registered_item_is_a_figure_of_the_day() -> None:
    """Late charge that accrues until the as-of date, or days until then, would deliver every case every day."""
    daily = {"as_of_date", "overdue_days", "late_charge_accrued_yen", "late_charge_outstanding_yen", "days_left"}
    assert not daily & {column.column for link in LINKS.values() for column in link.columns}


@pytest.mark.parametrize(
    ("before", "after", "told", "remedy"),
    [
        ("legal_basis:", "basis:", "legal_basis is missing", "Add `legal_basis`"),
        ("from: 2021", "since: 2021-01-01\nfrom: 2021", "unknown key since", "Remove it"),
        ("provider: arrears", "provider: taxes", "provider: there is no system taxes", "Use one of: receipts"),
        ("consumer: receipts", "consumer: everybody", "consumer: there is no system everybody", "Use one of"),
        ("consumer: receipts", "consumer: arrears", "consumer: a system needs no link to itself", "another"),
        ("feed: levy", "feed: taxes", "feed: taxes is no feed", "row_kind state"),
        ("feed: levy", "feed: convenience_store", "feed: convenience_store is no feed with records", "row_kind state"),
        (
            "rows_in: fct_arrears",
            "records: fct_arrears",
            "records: fct_arrears does not say which rows stand",
            "unique",
        ),
        ("feed: levy", "feed: special_collection_office", "feed: special_collection_office does not say", "宛名コード"),
        ("rows_in: fct_arrears", "rows_in: fct_collected", "rows_in: fct_collected does not know", "instalment_id"),
        ("rows_in: fct_arrears", "rows_in: int_run", "rows_in: int_run does not know the records of levy", "Name a"),
        (ITEM, "  - levy.colour\n", "items[0]: the layout levy has no column colour", "osamari dictionary"),
        (ITEM, "  - levy\n", "items[0]: levy names no column", "feed.column"),
        (ITEM, "  - [levy]\n", "items[0]: it is no item", "feed.column"),
        (ITEM, "", "items: the addressee code is missing", "looked up and erased"),
        (ITEM, ITEM + "  - levy.notice_no\n", "items[1]: levy.notice_no stands twice", "keys are in"),
        (
            "fct_arrears.arrears_state",
            "fct_arrears.mood",
            "items[1]: the model fct_arrears promises no column mood",
            "arr",
        ),
        ("fct_arrears.arrears_state", "fct_moods.mood", "items[1]: there is no model fct_moods", "dbt_project/models"),
        ("fct_arrears.arrears_state", "fct_refunds.cause", "items[1]: fct_refunds may have several rows", "unique"),
        ("heading: 滞納整理の状態", "heading: ''", "items[1]: fct_arrears.arrears_state has no heading", "heading"),
        (
            "heading: 滞納整理の状態",
            "heading: 宛名コード",
            "items: the heading 宛名コード stands twice",
            "another heading",
        ),
        ("purpose_ja: ", "purpose_ja: ''\n# ", "purpose_ja: it is empty", "nothing may be shared"),
        ("from: 2021-12-28", "from: 2021-12-28\nto: 2021-12-27", "to: 2021-12-27 is before", "last day"),
        ("from: 2021-12-28", "from: yesterday", "from must be date, not str", "Correct `from`"),
        ("outbox_days: 31", "outbox_days: 0", "outbox_days must be at least 1", "Correct"),
        ("id: arrears_to_receipts", "id: other", 'id: "other" is not the name of the file', "Write id"),
    ],
)
def test_a_wrong_registration_is_refused_by_file_and_key(
    tmp_path: Path, before: str, after: str, told: str, remedy: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        registered(tmp_path, STATES, (before, after))
    assert f"{STATES}.yaml" in str(refused.value)
    assert told in str(refused.value)
    assert remedy in refused.value.remedy


def test_an_individual_number_goes_through_no_link(tmp_path: Path) -> None:
    vault = [
        (feed, c.name)
        for feed, one in load_contracts().items()
        for c in one.layout.raw_columns
        if c.personal == "vault"
    ]
    assert ("addressee", "individual_number") in vault
    feed, rows = ("feed: levy", "feed: addressee"), ("rows_in: fct_arrears\n", "")
    with pytest.raises(ConfigurationError, match=r"items\[0\]: addressee.individual_number is an individual number"):
        registered(tmp_path, STATES, feed, rows, (ITEM, "  - addressee.individual_number\n"))
    assert not {column.column for link in LINKS.values() for column in link.columns} & {name for _, name in vault}


def test_a_city_adds_links_of_its_own_and_replaces_those_of_the_platform(tmp_path: Path) -> None:
    home = Home(tmp_path)
    folder = home.link_tables
    folder.mkdir()
    registered(folder, "own_states", ("id: arrears_to_receipts", "id: own_states"))
    registered(folder, STATES, ("outbox_days: 31", "outbox_days: 7"))
    links = load_links(home)
    assert set(links) - set(LINKS) == {"own_states"}
    assert (links[STATES].outbox_days, LINKS[STATES].outbox_days) == (7, 31)
    assert links[STATES].registration != LINKS[STATES].registration
    with pytest.raises(ConfigurationError, match="No link other is registered"):
        named_link(home, "other")
    shutil.copy(FOLDER / f"{STATES}.yaml", folder / "copied.yaml")
    with pytest.raises(ConfigurationError, match=r"copied\.yaml, id: "):
        load_links(home)


def test_models_that_multiply_rows_are_known() -> None:
    models = known_models()
    assert models["fct_arrears"].unique == {"instalment_id"}
    assert "instalment_id" not in models["fct_collections"].unique
