"""Blocks of a fixed-width file and what their trailers state.

A block is header, data records, trailer. What each column of the trailer must equal is declared in ``feeds.csv``
(see ``trailer_rule``). A request has the shape of a result with zero in every conditional total.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.line_errors import FileFault
from ingestion.trailer_rule import COUNT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingestion.trailer_rule import TrailerRule

MOST_FAULTS = 100


@dataclass
class Found:
    """What records add up to under one rule.

    ``unreadable`` counts those whose amount cannot be read, ``undecided`` those of which it cannot be read whether they
    are meant.
    """

    total: int = 0
    unreadable: int = 0
    undecided: int = 0

    def add(self, other: Found) -> None:
        """Count further records."""
        self.total += other.total
        self.unreadable += other.unreadable
        self.undecided += other.undecided


@dataclass
class Block:
    """One block while it is read: what its records add up to, and between which record numbers its data stand."""

    header_line: bytes
    header: tuple[str, ...]
    found: list[Found]
    first_record_no: int = 0
    last_record_no: int = 0


@dataclass
class Trailers:
    """What the trailers of a file state in total, and where one of them does not hold."""

    stated_count: int = 0
    stated_yen: int = 0
    faults: list[FileFault] = field(default_factory=list)
    requests: list[tuple[int, int]] = field(default_factory=list)
    """First and last record number of blocks that are requests, those of neighbours in one."""
    _follows_request: bool = False

    def close(
        self,
        block: Block,
        rules: Sequence[TrailerRule],
        stated: Mapping[str, int],
        amount: str | None,
        record_no: int,
    ) -> None:
        """Take in a block whose trailer has been read."""
        is_result = any(stated[rule.name] for rule in rules if rule.is_conditional)
        if block.last_record_no:
            if not is_result:
                first = self.requests.pop()[0] if self._follows_request else block.first_record_no
                self.requests.append((first, block.last_record_no))
            self._follows_request = not is_result
        for rule in rules:
            if not rule.is_conditional and rule.measure == COUNT:
                self.stated_count += stated[rule.name]
            elif not rule.is_conditional and rule.measure == amount:
                self.stated_yen += stated[rule.name]
        self.faults += trailer_faults(rules, block.found, stated, record_no, is_result=is_result)
        # A file of any size with a fault in every block must not fill the memory; one is enough to refuse it.
        del self.faults[MOST_FAULTS:]


def trailer_faults(
    rules: Sequence[TrailerRule],
    founds: Sequence[Found],
    stated: Mapping[str, int],
    record_no: int,
    *,
    is_result: bool,
) -> list[FileFault]:
    """Where the trailer does not state what the records add up to.

    An unreadable amount may explain missing yen.
    """
    faults: list[FileFault] = []
    has_undecided = any(found.undecided for found in founds)
    for rule, found in zip(rules, founds, strict=True):
        if rule.is_conditional and (not is_result or has_undecided):
            continue
        if stated[rule.name] == found.total or (rule.measure != COUNT and found.unreadable):
            continue
        unit = "records" if rule.measure == COUNT else "yen"
        cause = f"the trailer states {stated[rule.name]:,} {unit} ({rule.name}), its records add up to {found.total:,}"
        remedy = "Ask the sender for the file again; nothing of a file is loaded whose totals do not hold."
        faults.append(FileFault(cause, remedy, record_no))
    return faults
