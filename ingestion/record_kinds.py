"""Which kind of record a fixed-width record is, and which kind may follow which: read from the layout.

The first column of every record kind holds closed codes, and no two kinds share a code. Whatever kinds a layout has,
a file is (header, data records, trailer) once or more, then the end record.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ingestion.errors import ConfigurationError
from ingestion.layout import RECORD_KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingestion.layout import Layout

UNKNOWN = "unknown"
START = "start"
_NAMES = (UNKNOWN, START, *RECORD_KINDS)
NUMBER_OF_KIND = {name: number for number, name in enumerate(_NAMES)}


class RecordKinds:
    """The record kinds of one layout, told apart by the first bytes of a record."""

    def __init__(self, layout: Layout) -> None:
        """Take the codes of the first column of each kind.

        Raises:
            ConfigurationError: The codes do not tell the kinds apart.
        """
        self.names = tuple(kind for kind in RECORD_KINDS if layout.record(kind))
        firsts = {kind: layout.record(kind)[0] for kind in self.names}
        codes = [(code, kind) for kind, column in firsts.items() for code in column.codes]
        self.mark_bytes = min((column.length for column in firsts.values()), default=0)
        is_closed = all(column.codes and not column.is_open_list for column in firsts.values())
        is_told_apart = is_closed and len({code for code, _ in codes}) == len(codes)
        if "data" not in firsts or not is_told_apart or {len(code) for code, _ in codes} != {self.mark_bytes}:
            raise ConfigurationError(
                f"{layout.feed}.csv: the first column does not tell the kinds of record apart",
                "Give the first column of every record one width and codes of its own; data records are needed.",
            )
        self.kind_of_mark = {code.encode("ascii"): kind for code, kind in codes}

    @property
    def first_marks(self) -> tuple[bytes, ...]:
        """What the first record of a file may begin with."""
        return tuple(mark for mark, kind in self.kind_of_mark.items() if kind in self.expected_after(START))

    def of(self, records: NDArray[np.uint8]) -> NDArray[np.int8]:
        """The number of the kind of each record (see ``NUMBER_OF_KIND``); one record per row."""
        kinds = np.full(len(records), NUMBER_OF_KIND[UNKNOWN], np.int8)
        for mark, kind in self.kind_of_mark.items():
            is_marked = (records[:, : len(mark)] == np.frombuffer(mark, np.uint8)).all(axis=1)
            kinds[is_marked] = NUMBER_OF_KIND[kind]
        return kinds

    def expected_after(self, before: str) -> tuple[str, ...]:
        """The kinds that may follow a kind, of those that the layout has."""
        opening = ("header",) if "header" in self.names else ("data", "trailer")
        closing = ("trailer",) if "trailer" in self.names else (*opening, "end")
        expected = {
            START: opening,
            "header": ("data", *closing),
            "data": ("data", *closing),
            "trailer": (*opening, "end"),
            "end": (),
        }[before]
        return tuple(kind for kind in RECORD_KINDS if kind in expected and kind in self.names)

    def missing_at_end(self, last: str) -> str | None:
        """The kind without which a file must not end behind ``last``; None when it may end there."""
        if last == "end":
            return None
        closing = [kind for kind in ("trailer", "end") if kind in self.names]
        if last == START:
            return self.expected_after(START)[0]
        if last == "trailer" or not closing:
            return "end" if "end" in closing else None
        return closing[0]

    @cached_property
    def allowed(self) -> NDArray[np.bool_]:
        """``allowed[before, kind]`` by number of kind."""
        allowed = np.zeros((len(_NAMES), len(_NAMES)), np.bool_)
        for before in (START, *self.names):
            for kind in self.expected_after(before):
                allowed[NUMBER_OF_KIND[before], NUMBER_OF_KIND[kind]] = True
        return allowed


def name_of_kind(number: int) -> str:
    """The name of a kind by its number."""
    return _NAMES[number]
