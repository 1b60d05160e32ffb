"""Whether the three records of access are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.anchored_chain import Head
from ingestion.errors import ConfigurationError
from orchestration.access import access_log, copies, users

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.home import Home

RECORDS = {
    "users": ("利用者台帳", users.register_of),
    "access": ("利用記録", access_log.log_of),
    "copies": ("写しの台帳", copies.register_of),
}


def verify_records(home: Home, noted: Sequence[str] = ()) -> list[str]:
    """A line per record with its head; ``noted`` are heads from earlier, as ``access=412:<digest>``.

    Raises:
        ChainBroken: a line was changed, removed or added, an end is missing, or a noted head is not there.
        ConfigurationError: a noted head names no record or has another form.
    """
    heads = dict(_noted(text) for text in noted)
    lines = []
    for name, (label, record) in RECORDS.items():
        head = record(home).verify(heads.get(name))
        lines.append(f"{label}  {head.count:,} 行  {name}={head}")
    return lines


def _noted(text: str) -> tuple[str, Head]:
    name, _, head = text.partition("=")
    if name not in RECORDS:
        raise ConfigurationError(f"There is no record {name}.", f"Write NAME=count:digest; {', '.join(RECORDS)}.")
    return name, Head.parse(head)
