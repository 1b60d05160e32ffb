"""What lies in quarantine, whether it has been corrected since, and a copy of it to work on.

Grain: one :class:`RefusedDelivery` per delivered file of which anything was refused.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

_REFUSED = """
SELECT refused.file_no, refused.file_name, refused.file_status, refused.row_count_quarantined,
    coalesce(refused.cause, (SELECT min(cause) FROM quarantined_lines q WHERE q.file_no = refused.file_no)),
    (SELECT min(file_name) FROM feed_files c WHERE c.corrects_file_name = refused.file_name
        AND c.file_no > refused.file_no AND c.file_status IN ('loaded', 'superseded')),
    refused.corrects_file_name
FROM feed_files AS refused
WHERE refused.file_status = 'quarantined' OR refused.row_count_quarantined > 0
ORDER BY refused.file_no
"""


@dataclass(frozen=True)
class RefusedDelivery:
    """A file that was refused, as a whole or in lines. ``corrected_by`` is the file that says it corrects it."""

    file_no: int
    file_name: str
    is_whole_file: bool
    line_count: int
    cause: str
    corrected_by: str | None
    corrects: str | None


def refused_deliveries(home: Home) -> list[RefusedDelivery]:
    """Everything that was ever refused, in the order of delivery.

    Raises:
        ConfigurationError: nothing has been loaded into this home yet.
    """
    if not home.warehouse.exists():
        raise ConfigurationError(f"{home.root} has no warehouse yet", "Run: osamari refresh")
    with read_warehouse(home) as connection:
        rows = connection.execute(_REFUSED).fetchall()
    return [
        RefusedDelivery(number, name, status == "quarantined", lines, cause or "", by, corrects)
        for number, name, status, lines, cause, by, corrects in rows
    ]


def render_refused(refused: list[RefusedDelivery]) -> list[str]:
    """One line per refused file: what, why, and whether a correction has come."""
    if not refused:
        return ["Nothing was ever refused."]
    lines = []
    for one in refused:
        what = "whole file" if one.is_whole_file else f"{one.line_count:,} line{'' if one.line_count == 1 else 's'}"
        state = f"corrected by {one.corrected_by}" if one.corrected_by else "not corrected yet"
        lines.append(f"{one.file_name} · {what} · {one.cause} · {state}")
    return lines


def export_quarantine(home: Home, folder: Path) -> int:
    """Copy everything that waits for correction into an empty folder; the number of files.

    Beside each copy stands the text that says what is wrong. After correction the file goes into the inbox under the
    next sequence number, with ``corrects`` in its control file naming the first delivery.

    Raises:
        ConfigurationError: the folder holds files already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"the folder {folder} is not empty", "Name an empty folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = sorted(path for path in home.quarantine.glob("*") if path.is_file())
    for path in kept:
        copy = folder / path.name
        shutil.copyfile(path, copy)
        copy.chmod(0o600)
    return len(kept)
