"""Control totals: what the sender says a file contains, against what was found in it.

A sidecar holds one line ``rows,amount_yen,sha256`` under that header, and may say more of the delivery in further
columns (``delivery_notice``); a fixed-width file states its totals in trailers.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.delivery_notice import OPTIONAL_COLUMNS, DeliveryNotice, read_notice
from ingestion.errors import DataRefused
from ingestion.file_name import control_names
from ingestion.line_errors import FileFault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingestion.feed_file import FeedFile
    from ingestion.framing import Framed

HEADER = "rows,amount_yen,sha256"
_TOTALS = re.compile("([0-9]{1,18}),(-?[0-9]{1,18}),([0-9a-fA-F]{64})")
_LARGEST_SIDECAR_BYTES = 4096
_DELIVER_AGAIN = "Ask the sender for the file and its control file again."


@dataclass(frozen=True)
class ControlTotals:
    """What the sender states. ``sha256`` is None for trailers; ``further`` are the sidecar's optional columns."""

    row_count: int
    yen: int
    sha256: str | None
    further: Mapping[str, str] = field(default_factory=dict)

    def notice(self, usual_scope: str) -> DeliveryNotice:
        """The file's place in its delivery.

        Raises:
            DataRefused: see :func:`read_notice`.
        """
        return read_notice(self.further, usual_scope)


@dataclass(frozen=True)
class FoundTotals:
    """What was found: records, yen of the readable amounts, and how many amounts cannot be read."""

    row_count: int
    yen: int
    unreadable_count: int
    sha256: str


def find_sidecar(path: Path) -> Path | None:
    """The control file beside a feed file, None where there is none."""
    for name in control_names(path.name):
        if (sidecar := path.with_name(name)).is_file():
            return sidecar
    return None


def read_sidecar(path: Path) -> ControlTotals:
    """Read a control file.

    Raises:
        DataRefused: it has not the form of a control file.
    """
    content = path.read_bytes()[: _LARGEST_SIDECAR_BYTES + 1]
    lines = content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").removesuffix("\n").split("\n")
    remedy = f"Write the header {HEADER} (behind it any of {', '.join(OPTIONAL_COLUMNS)}) and one line with the totals."
    header = lines[0].split(",")
    if header[:3] != HEADER.split(",") or not _are_optional(header[3:]):
        raise DataRefused(f"the control file {path.name}, line 1: the header is not {HEADER}", remedy)
    values = next(csv.reader(lines[1:]), []) if len(lines) == 2 else []  # noqa: PLR2004  header and one line
    match = _TOTALS.fullmatch(",".join(values[:3]))
    if match is None or len(values) != len(header):
        raise DataRefused(f"the control file {path.name}, line 2: the totals cannot be read", remedy)
    further = dict(zip(header[3:], values[3:], strict=True))
    return ControlTotals(int(match[1]), int(match[2]), match[3].lower(), further)


def _are_optional(names: list[str]) -> bool:
    return len(set(names)) == len(names) and set(names) <= set(OPTIONAL_COLUMNS)


def trailer_totals(framed: Framed) -> ControlTotals:
    """The trailers of all blocks together."""
    return ControlTotals(framed.trailers.stated_count, framed.trailers.stated_yen, None)


def sidecar_faults(stated: ControlTotals, found: FoundTotals) -> list[FileFault]:
    """Where the sidecar does not hold. Unreadable amounts may explain missing yen, never missing rows."""
    faults: list[FileFault] = []
    if stated.row_count != found.row_count:
        cause = f"the control file states {stated.row_count:,} rows, the file has {found.row_count:,}"
        faults.append(FileFault(cause, _DELIVER_AGAIN))
    if stated.yen != found.yen and not found.unreadable_count:
        cause = f"the control file states {stated.yen:,} yen, the rows add up to {found.yen:,}"
        faults.append(FileFault(cause, _DELIVER_AGAIN))
    if stated.sha256 is not None and stated.sha256 != found.sha256:
        cause = "the control file states another sha256 than the file has: the file was changed on its way"
        faults.append(FileFault(cause, _DELIVER_AGAIN))
    return faults


def block_faults(framed: Framed) -> list[FileFault]:
    """Where the trailers do not hold."""
    return list(framed.trailers.faults)


def check_totals(
    file: FeedFile, framed: Framed, sidecar: Path | None, found: FoundTotals, *, is_sidecar_required: bool
) -> tuple[ControlTotals | None, list[FileFault]]:
    """What the sender states, and every reason to refuse the file because of it."""
    faults = [] if framed.faults else block_faults(framed)
    stated = trailer_totals(framed) if file.contract.control == "trailer" else None
    if sidecar is not None:
        try:
            stated = read_sidecar(sidecar)
        except DataRefused as refused:
            return None, [*faults, FileFault(str(refused), refused.remedy)]
        return stated, faults + sidecar_faults(stated, found)
    if stated is None and is_sidecar_required:
        remedy = f"Deliver {control_names(file.name)[0]} beside it, or set control_files in city.toml."
        faults.append(FileFault("the control file is missing", remedy))
    return stated, faults
