"""A list as an Excel workbook, written row by row; the same list gives the same bytes on any day."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from ingestion.errors import DataRefused
from marts.fixed_workbook import save_fixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from marts.lists.declaration import ListColumn

MOST_ROWS = 1_048_576
DATE_FORMAT, THOUSANDS = "yyyy-mm-dd", "#,##0"
WIDTHS = {"date": 12.0, "integer": 10.0, "bigint": 16.0, "varchar": 24.0}


class ExcelFile:
    """One sheet: headings in bold and frozen, dates as dates, yen with separators of thousands, texts as texts."""

    def __init__(self, path: Path, columns: Sequence[ListColumn], title: str, as_of: date) -> None:
        """Begin the sheet, which is called ``title``; ``as_of`` is the day of the document."""
        self._path = path
        self._day = as_of
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._row_count = 1
        self._sheet.freeze_panes = "A2"
        for place, column in enumerate(columns, start=1):
            self._sheet.column_dimensions[get_column_letter(place)].width = WIDTHS[column.data_type]
        self._cells = [self._formatted(column) for column in columns]
        with _unfinished_rows_in(path.parent):
            self._sheet.append([self._heading(column.heading) for column in columns])

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Some more rows.

        Raises:
            DataRefused: more than a sheet can hold.
        """
        self._row_count += len(rows)
        if self._row_count >= MOST_ROWS:
            raise DataRefused(
                f"The list has more than {MOST_ROWS:,} rows, which Excel cannot hold.", "Take --format csv."
            )
        for row in rows:
            self._sheet.append(self._row(row))

    def close(self, last_line: Sequence[Any]) -> None:
        """The last line; the file is complete, with fixed times in its properties and in the archive."""
        self._sheet.append(self._row(last_line))
        raw = self._path.with_suffix(".raw")
        raw.touch(mode=0o600)
        try:
            save_fixed(self._book, self._day, raw, self._path)
        finally:
            raw.unlink(missing_ok=True)

    def abandon(self) -> None:
        """End the sheet unread: its unfinished rows would otherwise complain when they are collected."""
        self._sheet.close()

    def _heading(self, text: str) -> WriteOnlyCell:
        cell = WriteOnlyCell(self._sheet, text)
        cell.font = Font(bold=True)
        return cell

    def _formatted(self, column: ListColumn) -> WriteOnlyCell | None:
        """The cell in which every value of a column is written; None where the column needs no format.

        A row is written as soon as it is appended, so one cell serves all rows.
        """
        if not column.is_yen and column.data_type != "date":
            return None
        cell = WriteOnlyCell(self._sheet)
        cell.number_format = THOUSANDS if column.is_yen else DATE_FORMAT
        return cell

    def _row(self, values: Sequence[Any]) -> list[object]:
        """The values in their cells. No text begins like a formula any more; see ``marts.spreadsheet_text``."""
        row: list[object] = []
        for value, cell in zip(values, self._cells, strict=True):
            if cell is not None:
                cell.value = value
            row.append(value if cell is None else cell)
        return row


@contextmanager
def _unfinished_rows_in(folder: Path) -> Iterator[None]:
    """Rows that wait for their workbook lie in the folder of the list, not in that of the machine's temporary files."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
