"""Blocks of a fixed-width file and the totals their trailers state.

A block is header, data records, trailer. Trailers state counts and yen in total; those of account transfer
results also by outcome (code 0 transferred, all others failed). A request has the same shape with zero for
both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.line_errors import FileFault

if TYPE_CHECKING:
    from collections.abc import Mapping

TRANSFERRED = "0"
RESULT_CODE_COLUMN = "transfer_result_code"


@dataclass
class Totals:
    """Counts and yen, recomputed from data records.

    ``unreadable`` counts records whose amount cannot be read.
    """

    count: int = 0
    yen: int = 0
    unreadable: int = 0

    def add(self, yen: int | None) -> None:
        """Count one record."""
        self.count += 1
        if yen is None:
            self.unreadable += 1
        else:
            self.yen += yen


@dataclass
class Block:
    """One block: what its trailer states and what its records add up to."""

    header_record_no: int
    trailer_record_no: int = 0
    stated: Mapping[str, int] = field(default_factory=dict)
    total: Totals = field(default_factory=Totals)
    transferred: Totals = field(default_factory=Totals)
    failed: Totals = field(default_factory=Totals)
    unknown_result_count: int = 0

    def add(self, yen: int | None, result_code: str | None) -> None:
        """Count one data record.

        ``result_code`` is None where it cannot be read, and in feeds without results.
        """
        self.total.add(yen)
        if result_code is None:
            self.unknown_result_count += 1
        else:
            (self.transferred if result_code == TRANSFERRED else self.failed).add(yen)

    @property
    def is_result(self) -> bool:
        """False for a request: a trailer that says nothing was transferred and nothing failed."""
        return bool(self.stated.get("transferred_count") or self.stated.get("failed_count"))


def trailer_faults(block: Block) -> list[FileFault]:
    """Where the trailer does not state what the records add up to.

    An unreadable amount may explain missing yen.
    """
    parts = [("total", block.total)]
    if block.is_result and not block.unknown_result_count:
        parts += [("transferred", block.transferred), ("failed", block.failed)]
    faults: list[FileFault] = []
    for name, totals in parts:
        stated_count, stated_yen = block.stated[f"{name}_count"], block.stated[f"{name}_yen"]
        if stated_count != totals.count:
            faults.append(_fault(block, f"{name}_count", f"{stated_count:,} records", f"{totals.count:,}"))
        if stated_yen != totals.yen and not totals.unreadable:
            faults.append(_fault(block, f"{name}_yen", f"{stated_yen:,} yen", f"{totals.yen:,}"))
    return faults


def _fault(block: Block, name: str, stated: str, found: str) -> FileFault:
    return FileFault(
        f"the trailer states {stated} ({name}), its records add up to {found}",
        "Ask the sender for the file again; nothing of a file is loaded whose totals do not hold.",
        block.trailer_record_no,
    )
