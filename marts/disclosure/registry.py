"""The register of releases: append-only, each line chained to the one before, so that nothing released is forgotten.

It holds which cells were masked and the digests of the released files, no figures.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.errors import DataRefused
from marts.disclosure.table import CellRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "registry.jsonl"
_START = "0" * 64
_REMEDY = "Restore the released folder from its backup; without its earlier releases nothing more may be released."


class RegistryBroken(DataRefused):
    """The register or a released file is not what it was (exit code 1)."""


@dataclass(frozen=True)
class Entry:
    """One release: its id, day, the SHA-256 of its files by name, and the cells it masks."""

    release_id: str
    as_of: str
    files: Mapping[str, str]
    masked: tuple[CellRef, ...] = field(repr=False)

    def body(self, previous: str) -> dict[str, object]:
        """The line without its own digest."""
        return {
            "release_id": self.release_id,
            "as_of_date": self.as_of,
            "files": dict(sorted(self.files.items())),
            "masked": [[cell.table, *cell.key] for cell in sorted(self.masked)],
            "previous": previous,
        }


@dataclass(frozen=True)
class Withdrawal:
    """A release that should no longer be used, and why. It has been read: later releases still reckon with it."""

    release_id: str
    reason: str

    def body(self, previous: str) -> dict[str, object]:
        """The line without its own digest."""
        return {"withdraws": self.release_id, "reason": self.reason, "previous": previous}


class Registry:
    """The register in one folder of releases."""

    def __init__(self, folder: Path) -> None:
        """``folder`` holds one folder per release."""
        self._path = folder / FILE_NAME

    def entries(self) -> list[Entry]:
        """Every release, oldest first, after checking the chain.

        Raises:
            RegistryBroken: a line was changed, removed or added by something else.
        """
        return [line for line, _ in self._chained() if isinstance(line, Entry)]

    def withdrawn(self) -> dict[str, str]:
        """The releases that were withdrawn, with the reason."""
        return {line.release_id: line.reason for line, _ in self._chained() if isinstance(line, Withdrawal)}

    def entry(self, release_id: str) -> Entry | None:
        """One release; none when it is not registered."""
        return next((entry for entry in self.entries() if entry.release_id == release_id), None)

    def append(self, entry: Entry | Withdrawal) -> None:
        """Write one more line, so that it is on the disk when this returns."""
        chained = self._chained()
        body = entry.body(chained[-1][1] if chained else _START)
        line = json.dumps({**body, "digest": _digest(body)}, ensure_ascii=False, sort_keys=True)
        with self._path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())

    def _chained(self) -> list[tuple[Entry | Withdrawal, str]]:
        if not self._path.exists():
            return []
        found: list[tuple[Entry | Withdrawal, str]] = []
        for number, line in enumerate(self._path.read_text(encoding="utf-8").splitlines(), start=1):
            entry, digest, previous = _parsed(line, number)
            expected = found[-1][1] if found else _START
            if previous != expected or digest != _digest(entry.body(previous)):
                raise RegistryBroken(f"{FILE_NAME}, line {number}: the chain of releases is broken.", _REMEDY)
            found.append((entry, digest))
        return found


def _parsed(line: str, number: int) -> tuple[Entry | Withdrawal, str, str]:
    try:
        body = json.loads(line)
        if "withdraws" in body:
            return Withdrawal(body["withdraws"], body["reason"]), body["digest"], body["previous"]
        masked = tuple(CellRef(table, tuple(key)) for table, *key in body["masked"])
        entry = Entry(body["release_id"], body["as_of_date"], body["files"], masked)
        return entry, body["digest"], body["previous"]
    except (ValueError, KeyError, TypeError) as problem:
        raise RegistryBroken(f"{FILE_NAME}, line {number} cannot be read.", _REMEDY) from problem


def _digest(body: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
