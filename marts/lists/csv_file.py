"""A list as CSV: UTF-8 with BOM and CRLF, so that Excel opens it as it is; dates ISO, yen as digits."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from marts.lists.declaration import ListColumn


class CsvFile:
    """Writes headings, rows and a last line into a file."""

    def __init__(self, path: Path, columns: Sequence[ListColumn]) -> None:
        """Open the file and write the headings."""
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file, lineterminator="\r\n")
        self._writer.writerow([column.heading for column in columns])

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Some more rows."""
        self._writer.writerows(rows)

    def close(self, last_line: Sequence[Any]) -> None:
        """The last line; the file is complete."""
        self._writer.writerow(last_line)
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is; nobody will read it."""
        self._file.close()
