"""The register of copies (写しの台帳): every file with restricted data that left the warehouse, numbered.

A copy is known by number, kind, digest and rows. A name is kept only of a file in the home that the platform itself
named: one that an officer chose may be somebody's. What became of a copy (destroyed, returned) is a line of its own.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.anchored_chain import AnchoredChain
from ingestion.errors import ConfigurationError, OsamariError
from orchestration.access.policy import load_policy

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

REMEDY = "Restore access/ from the newest backup, and find out who changed it: no copy is made until then."
MADE, GONE = "made", "gone"
OUTSIDE = "(outside the home)"
_OWN_NAME = re.compile(r"[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*")


@dataclass(frozen=True)
class Copy:
    """What is to be registered: the file or folder, its kind, its rows, and under which access it was made."""

    path: Path
    kind: str
    row_count: int
    account: str
    command: str
    purpose: str
    access_number: int | None
    is_own_name: bool = True


def register_of(home: Home) -> AnchoredChain:
    """The file of the register."""
    return AnchoredChain(home.access / "copies.jsonl", REMEDY)


def register_copy(home: Home, copy: Copy, at: str) -> int:
    """Write down a copy that has been made; its number.

    Raises:
        ConfigurationError: no such kind of copy, or the register cannot be written. A single file is then removed.
        ChainBroken: the register does not end where it was last written. A single file is then removed.
    """
    kinds = load_policy().copies
    if copy.kind not in kinds:
        raise ConfigurationError(f"There is no kind of copy {copy.kind}.", f"Kinds: {', '.join(kinds)}.")
    file_count, byte_count, digest = _digest(copy.path)
    body = {
        "kind": MADE,
        "copy_kind": copy.kind,
        "file": _told_name(home, copy),
        "file_count": file_count,
        "byte_count": byte_count,
        "sha256": digest,
        "rows": copy.row_count,
        "account": copy.account,
        "command": copy.command,
        "purpose": copy.purpose,
        "access": copy.access_number,
        "at": at,
    }
    try:
        return register_of(home).append(body).count
    except OsamariError:
        if copy.path.is_file():
            copy.path.unlink()
        raise


def record_end(home: Home, number: int, how: str, by: str, at: str) -> None:
    """Write down that a copy was destroyed or came back (``how``).

    Raises:
        ConfigurationError: there is no such copy, or its end stands there already.
    """
    lines = register_of(home).lines()
    if not any(line["kind"] == MADE and line["number"] == number for line in lines):
        raise ConfigurationError(f"There is no copy {number}.", "See `osamari access copies`.")
    if any(line["kind"] == GONE and line["copy"] == number for line in lines):
        raise ConfigurationError(f"The end of copy {number} is recorded already.", "See `osamari access copies`.")
    register_of(home).append({"kind": GONE, "copy": number, "how": how, "by": by, "at": at})


def _told_name(home: Home, copy: Copy) -> str:
    if not copy.path.is_relative_to(home.root):
        return OUTSIDE
    name = copy.path.relative_to(home.root).as_posix()
    return name if copy.is_own_name and _OWN_NAME.fullmatch(name) else f"{name.split('/', 1)[0]}/"


def _digest(path: Path) -> tuple[int, int, str]:
    """Number of files, bytes and SHA-256; of a folder that of the digests and names of its files in order."""
    if path.is_file():
        return 1, path.stat().st_size, _sha256(path)
    files = sorted(file for file in path.rglob("*") if file.is_file() and not file.is_symlink())
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{_sha256(file)}  {file.relative_to(path).as_posix()}\n".encode())
    return len(files), sum(file.stat().st_size for file in files), whole.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
