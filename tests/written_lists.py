"""Lists written for tests, and what stands in them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse, write_warehouse
from marts.lists.choice import Asked
from marts.lists.declaration import DEBTOR, load_declarations
from marts.lists.write import WrittenList, write_list

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

LISTS = load_declarations()
EVERYTHING = Asked()


def changed(home: Home, statement: str) -> None:
    """Change the warehouse, as a fault would."""
    with write_warehouse(home) as connection:
        connection.execute(statement)


def a_debtor(home: Home) -> str:
    """A debtor with several instalments."""
    query = "select addressee_key from fct_debtors order by instalment_count desc, addressee_key limit 1"
    with read_warehouse(home) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return str(row[0])


def written(home: Home, name: str, asked: Asked = EVERYTHING, file_format: str = "csv") -> WrittenList:
    """One list; the statement is that of :func:`a_debtor` when none is asked for."""
    choice = LISTS[name].choice
    if choice and choice.kind == DEBTOR and asked == EVERYTHING:
        asked = Asked(debtor=a_debtor(home))
    return write_list(home, LISTS[name], asked, target=(file_format, None))


def csv_rows(path: Path) -> list[list[str]]:
    """All lines of the file, headings and last line included."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))
