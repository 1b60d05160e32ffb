"""The items that an answer can have: each is one column of one grain. What is not listed here cannot be provided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from marts.provision.strict_csv import read_table

FILE = Path(__file__).parent / "items.csv"
COLUMNS = ("item", "title_ja", "grain", "column", "reduction", "description_ja")
PERSON, TAX = "person", "tax"
KEY, SUM, WORST = "key", "sum", "worst"
"""How several rows become one, when fewer keys are given: kept apart, added, or the gravest of them."""
REDUCTIONS = {PERSON: ("",), TAX: (KEY, SUM, WORST)}


@dataclass(frozen=True)
class Item:
    """One item. ``column`` is that of ``people.PERSON`` or of ``provision_tax_states``."""

    name: str
    title: str
    grain: str
    column: str
    reduction: str

    @property
    def is_yen(self) -> bool:
        """Whether it is written with separators of thousands and a unit."""
        return self.name.endswith("_yen")


@cache
def load_items(path: Path = FILE) -> dict[str, Item]:
    """Every item by its name, in the order in which answers show them.

    Raises:
        ConfigurationError: a line of the table is wrong.
    """
    items: dict[str, Item] = {}
    for row in read_table(path, COLUMNS):
        name, grain = row.text("item"), row.one_of("grain", tuple(REDUCTIONS))
        if name in items:
            raise row.wrong(f"{name} stands twice.", "Remove one of the two lines.")
        if row.cells["reduction"] not in REDUCTIONS[grain]:
            raise row.wrong("this reduction does not fit the grain.", f"Use one of: {', '.join(REDUCTIONS[grain])}.")
        items[name] = Item(name, row.text("title_ja"), grain, row.text("column"), row.cells["reduction"])
    return items


def ordered(names: tuple[str, ...]) -> tuple[Item, ...]:
    """The items of these names, in the order of the table."""
    return tuple(item for item in load_items().values() if item.name in names)
