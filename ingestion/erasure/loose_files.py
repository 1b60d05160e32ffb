"""Files beside tables and originals that may name an erased person: each room has its rule.

Chained logs are never touched: they hold no value of a person. Deliveries to consumers and answers to inquiries are
erased by those who keep them (``marts.link_tables``, ``marts.provision``).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ingestion.erasure.archive_copy import Moves
    from ingestion.home import Home

_LOG_ENDING = ".jsonl"
_BETWEEN_CELLS = re.compile(r"[,\t\r\n\"<>|:;{}\[\]]+")


def plan_loose_files(home: Home, aside: Path, values: Collection[str], moves: Moves) -> int:
    """Note in ``moves`` what becomes of files that name someone by code, pseudonym or name; how many.

    Lists go whole. Tables of pairs and tables beside the rooms lose the lines.
    """
    whole = _files(home.lists)
    moves.removed += whole
    beside = [path for path in (*_files(home.numbering), *home.root.glob("*.csv")) if _names_someone(path, values)]
    for number, path in enumerate(beside):
        moves.placed.append((_without_lines(path, aside / f"loose-{number}", values), path))
    return len(whole) + len(beside)


def _files(room: Path) -> list[Path]:
    if not room.is_dir():
        return []
    return [path for path in sorted(room.rglob("*")) if path.is_file() and path.suffix != _LOG_ENDING]


def _names_someone(path: Path, values: Collection[str]) -> bool:
    return any(_cells(line) & set(values) for line in _lines(path.read_bytes()))


def _lines(content: bytes) -> list[str]:
    try:
        return content.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError:
        return content.decode("cp932", errors="replace").splitlines(keepends=True)


def _cells(line: str) -> set[str]:
    return {cell.strip() for cell in _BETWEEN_CELLS.split(line)}


def _without_lines(path: Path, made: Path, values: Collection[str]) -> Path:
    content = path.read_bytes()
    encoding = "utf-8"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        encoding = "cp932"
    kept = [
        line
        for line in content.decode(encoding, errors="replace").splitlines(keepends=True)
        if not _cells(line) & set(values)
    ]
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
        target.write("".join(kept).encode(encoding, errors="replace"))
    return made
