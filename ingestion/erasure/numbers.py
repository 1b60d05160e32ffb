"""Which columns of class ``key`` carry which number, and what an erasure does with it: ``numbers.csv``, its only home.

Roles: ``own`` says whose row it is; ``link`` finds rows that do not say it themselves, and is replaced; ``find`` does
so and stays, because it names nobody; ``replace`` gets the fresh code; ``empty`` is blanked; ``keep`` is nobody's.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.check_digits import BARCODE_LABEL
from ingestion.errors import ConfigurationError
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    from ingestion.contract import FeedContract
    from ingestion.layout import Column

NUMBERS = Path(__file__).with_name("numbers.csv")
OWN, LINK, FIND, REPLACE, EMPTY, KEEP = "own", "link", "find", "replace", "empty", "keep"
ROLES = (OWN, LINK, FIND, REPLACE, EMPTY, KEEP)
ADDRESSEE, BARCODE, OVERPAYMENT = "addressee", "barcode", "overpayment"
OVERPAYMENT_COLUMNS = ("tax_item_code", "overpayment_year", "overpayment_serial_no")


@dataclass(frozen=True)
class NumberColumn:
    """One column with a number. ``number`` is the kind that columns of several feeds share; empty for none."""

    column: Column
    number: str
    role: str

    @property
    def name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def has_fresh_code(self) -> bool:
        """True when the erased row gets another number there."""
        return self.role in (OWN, LINK, REPLACE)

    @property
    def is_labelled(self) -> bool:
        """True when a mark stands in front of the number."""
        return self.number == BARCODE and self.name.endswith("_label")

    def value_sql(self, row: str) -> str:
        """SQL for the number as the others write it."""
        value = f"{row}.{quoted(self.name)}"
        return f"replace({value}, '{BARCODE_LABEL}', '')" if self.is_labelled else value

    def written_sql(self, fresh: str) -> str:
        """SQL for a fresh number as this column writes it."""
        return f"'{BARCODE_LABEL}' || {fresh}" if self.is_labelled else fresh


@cache
def _catalogue() -> dict[str, tuple[str, str]]:
    with NUMBERS.open(encoding="utf-8", newline="") as lines:
        rows = {row["column"]: (row["number"], row["role"]) for row in csv.DictReader(lines)}
    for column, (number, role) in rows.items():
        if role not in ROLES or bool(number) != (role not in (EMPTY, KEEP)):
            raise ConfigurationError(f"numbers.csv, {column}: number or role is wrong", f"Roles: {', '.join(ROLES)}.")
    return rows


def number_columns(contract: FeedContract) -> list[NumberColumn]:
    """The columns of class ``key`` of one feed, in order.

    Raises:
        ConfigurationError: a column has no line in ``numbers.csv``: nobody has said what an erasure does with it.
    """
    found = []
    for column in contract.layout.raw_columns:
        if column.personal != "key":
            continue
        if column.name not in _catalogue():
            raise ConfigurationError(
                f"{contract.feed}.{column.name} is a key column without a line in numbers.csv",
                "Say there which number it is and what an erasure does with it.",
            )
        found.append(NumberColumn(column, *_catalogue()[column.name]))
    return found


def owner_sql(contract: FeedContract, row: str) -> str | None:
    """SQL for the addressee code that says whose row it is; None where no column says it."""
    own = [f"{row}.{quoted(one.name)}" for one in number_columns(contract) if one.role == OWN]
    return f"coalesce({', '.join(own)})" if own else None


def overpayment_number_sql(contract: FeedContract, row: str) -> str | None:
    """SQL for the number under which a refund names this overpayment; None in other feeds."""
    if contract.feed != OVERPAYMENT or not set(OVERPAYMENT_COLUMNS) <= contract.layout.by_name.keys():
        return None
    item, year, serial = (f"{row}.{quoted(name)}" for name in OVERPAYMENT_COLUMNS)
    return f"concat({item}, {year}, lpad(CAST({serial} AS VARCHAR), 4, '0'))"
