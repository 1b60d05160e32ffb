"""The register of releases: append-only, each line chained to the one before, so that nothing released is forgotten.

It holds which cells were masked and the digests of the released files, no figures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from ingestion.errors import DataRefused
from ingestion.hash_chain import ChainBroken, HashChain
from marts.disclosure.table import CellRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "registry.jsonl"
_READABLE_BY_ALL = 0o644
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

    def body(self) -> dict[str, object]:
        """The line of the register."""
        return {
            "release_id": self.release_id,
            "as_of_date": self.as_of,
            "files": dict(sorted(self.files.items())),
            "masked": [[cell.table, *cell.key] for cell in sorted(self.masked)],
        }


@dataclass(frozen=True)
class Withdrawal:
    """A release that should no longer be used, and why. It has been read: later releases still reckon with it."""

    release_id: str
    reason: str

    def body(self) -> dict[str, object]:
        """The line of the register."""
        return {"withdraws": self.release_id, "reason": self.reason}


class Registry:
    """The register in one folder of releases."""

    def __init__(self, folder: Path) -> None:
        """``folder`` holds one folder per release."""
        self._chain = HashChain(folder / FILE_NAME, _REMEDY, _READABLE_BY_ALL)

    def entries(self) -> list[Entry]:
        """Every release, oldest first, after checking the chain.

        Raises:
            RegistryBroken: a line was changed, removed or added by something else.
        """
        return [line for line in self._lines() if isinstance(line, Entry)]

    def withdrawn(self) -> dict[str, str]:
        """The releases that were withdrawn, with the reason."""
        return {line.release_id: line.reason for line in self._lines() if isinstance(line, Withdrawal)}

    def by_id(self) -> dict[str, Entry]:
        """Every release by its id. The whole register is read: ask once for many."""
        return {entry.release_id: entry for entry in self.entries()}

    def append(self, entry: Entry | Withdrawal) -> None:
        """Write one more line, so that it is on the disk when this returns."""
        try:
            self._chain.append(entry.body())
        except ChainBroken as problem:
            raise RegistryBroken(str(problem), problem.remedy) from problem

    def _lines(self) -> list[Entry | Withdrawal]:
        try:
            lines = self._chain.lines()
        except ChainBroken as problem:
            raise RegistryBroken(str(problem), problem.remedy) from problem
        return [_parsed(line, number) for number, line in enumerate(lines, start=1)]


def _parsed(line: dict[str, object], number: int) -> Entry | Withdrawal:
    body = cast("dict[str, Any]", line)
    try:
        if "withdraws" in body:
            return Withdrawal(body["withdraws"], body["reason"])
        masked = tuple(CellRef(table, tuple(key)) for table, *key in body["masked"])
        return Entry(body["release_id"], body["as_of_date"], body["files"], masked)
    except (ValueError, KeyError, TypeError) as problem:
        raise RegistryBroken(f"{FILE_NAME}, line {number} cannot be read.", _REMEDY) from problem
