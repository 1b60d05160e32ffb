"""Texts that are stored as pseudonyms only, kept beside the framed file while their file is loaded.

Typed batches go into the table and are gone; what flags a value (see ``value_flags``) still needs the text of
individual numbers. The file lies in ``work/`` and is removed with the load, like the framed file.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyarrow.csv

from ingestion.row_sql import LINE_COLUMN, text_relation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    import pyarrow as pa

    from ingestion.layout import Column, Layout

_SUFFIX = ".unstored"
_OPTIONS = pyarrow.csv.WriteOptions(include_header=False)


def is_stored_as_text(column: Column) -> bool:
    """True when the table holds the delivered text itself."""
    return column.duckdb_type == "VARCHAR" and column.personal != "vault"


class UnstoredTexts:
    """The texts of one file's vault columns; nothing is written where the layout has none."""

    def __init__(self, layout: Layout, framed_path: Path) -> None:
        """Take the layout, and the framed file to stand beside."""
        self.path = framed_path.with_suffix(_SUFFIX)
        vault = (column.name for column in layout.raw_columns if column.personal == "vault")
        self.names = (LINE_COLUMN, *vault)

    @contextmanager
    def writer(self) -> Iterator[UnstoredWriter]:
        """Open for the batches of one file; what another left is overwritten."""
        with self.path.open("wb") as target:
            yield UnstoredWriter(self.names, target)

    def relation(self) -> str:
        """A ``read_csv`` over the texts, with their line numbers."""
        return text_relation(self.names, str(self.path))

    def remove(self) -> None:
        """Take the file away."""
        self.path.unlink(missing_ok=True)


class UnstoredWriter:
    """Writes the texts of one batch after the other."""

    def __init__(self, names: tuple[str, ...], target: BinaryIO) -> None:
        """Take the columns to write, the line number first."""
        self._names = names
        self._target = target

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the texts of one batch."""
        if len(self._names) > 1:
            pyarrow.csv.write_csv(batch.select(list(self._names)), self._target, _OPTIONS)
