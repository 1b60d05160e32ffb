"""Tables that officers keep in a spreadsheet: every expected column is there, no other, and a wrong cell is named."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

ENDLESS = date.max
"""Last day of what has no end."""
SEPARATOR = "|"
"""Stands between several values of one cell."""


@dataclass(frozen=True)
class Row:
    """One line of a table. ``place`` names file and line, for whoever has to correct it."""

    place: str
    cells: dict[str, str]

    def wrong(self, cause: str, remedy: str) -> ConfigurationError:
        """The error to raise about this line."""
        return ConfigurationError(f"{self.place}: {cause}", remedy)

    def text(self, column: str) -> str:
        """A text that is not empty.

        Raises:
            ConfigurationError: it is empty; the place is named.
        """
        if not self.cells[column]:
            raise self.wrong(f"{column} is empty.", f"Fill in {column}; nothing is assumed.")
        return self.cells[column]

    def texts(self, column: str) -> tuple[str, ...]:
        """Several texts of one cell, none for an empty one."""
        return tuple(part.strip() for part in self.cells[column].split(SEPARATOR) if part.strip())

    def one_of(self, column: str, allowed: Collection[str]) -> str:
        """A text out of a few.

        Raises:
            ConfigurationError: another text.
        """
        text = self.text(column)
        if text not in allowed:
            raise self.wrong(f'{column} is "{text}".', f"Use one of: {', '.join(allowed)}.")
        return text

    def day(self, column: str, default: date | None = None) -> date:
        """A day as YYYY-MM-DD; ``default`` for an empty cell, which is refused without one.

        Raises:
            ConfigurationError: no day, or written otherwise.
        """
        if default is not None and not self.cells[column]:
            return default
        try:
            return date.fromisoformat(self.text(column))
        except ValueError:
            raise self.wrong(f"{column} is not a day.", "Write it as YYYY-MM-DD.") from None

    def whole(self, column: str, default: int | None = None) -> int:
        """A whole number above zero; ``default`` for an empty cell.

        Raises:
            ConfigurationError: empty without a default, or no such number.
        """
        if default is not None and not self.cells[column]:
            return default
        text = self.text(column)
        if not (text.isascii() and text.isdigit() and int(text)):
            raise self.wrong(f"{column} is no whole number above zero.", f"Correct {column}.")
        return int(text)


def read_table(path: Path, columns: Sequence[str]) -> list[Row]:
    """Every line of a CSV file (UTF-8, with or without byte order mark) under exactly these headings.

    Raises:
        ConfigurationError: the file cannot be read, the headings are others, or a line has more or fewer cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            found = list(csv.reader(lines))
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"{path.name} cannot be read.", "Restore it, or save it as CSV in UTF-8.") from problem
    if not found or found[0] != list(columns):
        raise ConfigurationError(
            f"{path.name}: the headings are not those of this table.", f"The first line is: {','.join(columns)}"
        )
    rows = []
    for number, cells in enumerate(found[1:], start=2):
        if len(cells) != len(columns):
            raise ConfigurationError(
                f"{path.name}, line {number}: {len(cells)} cells instead of {len(columns)}.", "Correct the line."
            )
        row = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
        rows.append(Row(f"{path.name}, line {number}", row))
    return rows
