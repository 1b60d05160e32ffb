"""How much memory a process and everything it started holds, as Linux tells it; elsewhere 0, which reads as unknown."""

from __future__ import annotations

import os
from pathlib import Path

PROCESSES = Path("/proc")
PARENT_FIELD, RESIDENT_FIELD = 1, 1
"""Positions after the command's closing bracket in ``stat``, and in ``statm``."""


def resident_bytes(root: int) -> int:
    """Resident bytes of process ``root`` and all its descendants at this moment."""
    parents = _parents()
    family = {root}
    while True:
        grown = family | {pid for pid, parent in parents.items() if parent in family}
        if grown == family:
            break
        family = grown
    return sum(_resident(pid) for pid in family)


def _parents() -> dict[int, int]:
    """The parent of every process; processes that end meanwhile are left out."""
    found: dict[int, int] = {}
    if not PROCESSES.is_dir():
        return found
    for entry in PROCESSES.iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
            except OSError:
                continue
            found[int(entry.name)] = int(stat.rsplit(")", 1)[1].split()[PARENT_FIELD])
    return found


def _resident(pid: int) -> int:
    try:
        pages = (PROCESSES / str(pid) / "statm").read_text(encoding="ascii").split()[RESIDENT_FIELD]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
