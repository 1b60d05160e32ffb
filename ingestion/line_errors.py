"""What is wrong in a file, and how a person is told: file, line, column, cause, remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.layout import Column


@dataclass(frozen=True)
class LineError:
    """One fault in one record.

    ``column_no`` is the position in the record; None when the record as a whole is wrong.

    ``line_no`` counts lines (CSV) or records (fixed width) from 1, the header included.
    """

    line_no: int
    cause: str
    remedy: str
    column_no: int | None = None
    column_name: str | None = None
    column_item_ja: str | None = None

    @classmethod
    def at(cls, line_no: int, column: Column, cause: str, remedy: str) -> LineError:
        """A fault in one cell."""
        return cls(line_no, cause, remedy, column.position, column.name, column.item_ja)


@dataclass(frozen=True)
class FileFault:
    """Why a file as a whole cannot be accepted. ``line_no`` where the fault has a place."""

    cause: str
    remedy: str
    line_no: int | None = None


def counted(count: int, noun: str) -> str:
    """A number and its noun, such as ``1 line`` or ``1,043 lines``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sentence(text: str) -> str:
    """The text with a full stop, unless it has an end already."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def render_line_error(file_name: str, error: LineError, consequence: str) -> list[str]:
    """Two lines: where and what, then what to do and what has become of the line."""
    place = f"{file_name}, line {error.line_no}"
    if error.column_name is not None:
        place += f", column {error.column_no} {error.column_item_ja} ({error.column_name})"
    return [f"{place}: {sentence(error.cause)}", f"  {sentence(error.remedy)} {consequence}".rstrip()]


def render_file_fault(file_name: str, fault: FileFault, consequence: str) -> list[str]:
    """Two lines: what is wrong with the file, then what to do and what has become of it."""
    place = file_name if fault.line_no is None else f"{file_name}, line {fault.line_no}"
    return [f"{place}: {sentence(fault.cause)}", f"  {sentence(fault.remedy)} {consequence}".rstrip()]
