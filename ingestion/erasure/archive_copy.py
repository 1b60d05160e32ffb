"""The archive and the quarantine without the values of the erased, made aside; nothing is changed in its place here."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.erasure.archived_lines import LineEraser
from ingestion.errors import DataRefused
from ingestion.file_encoding import EBCDIC_CODE_PAGE, is_ebcdic, reads_ebcdic
from ingestion.file_name import is_control_name, parse_file_name

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.erasure.archived_lines import ErasedNumbers
    from ingestion.home import Home

_ARCHIVED = re.compile("([0-9a-f]{64})_(.+)")
_QUARANTINED = re.compile(r"(?:[0-9a-f]{12}\.)?(.+?)(?:\.lines)?(\.(?:csv|dat))")
_READ_ONLY, _OWNER_ONLY = 0o400, 0o600


@dataclass
class Moves:
    """What takes whose place when everything is ready: (new file, its place), and files that go."""

    placed: list[tuple[Path, Path]] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class OriginalsEraser:
    """Rewrites delivered files into ``aside``.

    ``lines``: by hash of the delivered file, the lines that are theirs or name them; ``None`` when only reading
    the file tells (nothing of it stands in a table).
    """

    home: Home
    aside: Path
    contracts: Mapping[str, FeedContract]
    numbers: ErasedNumbers
    kept: Mapping[str, Collection[str]]
    lines: Mapping[str, Collection[int] | None]

    def archive(self, moves: Moves, progress: Callable[[str], None]) -> int:
        """Every original with lines of theirs, and the control file that states its hash; how many lines changed."""
        new_hashes: dict[str, str] = {}
        changed_lines = 0
        paths = [
            (match, path) for path in sorted(self.home.archive.glob("*/*")) if (match := _ARCHIVED.fullmatch(path.name))
        ]
        for match, path in paths:
            digest, name = match.groups()
            if digest not in self.lines or is_control_name(name):
                continue
            progress(name)
            content, changed = self._rewritten(name, path.read_bytes(), self.lines[digest])
            if changed:
                changed_lines += changed
                new_hashes[digest] = self._place(moves, path, name, content)
        for match, path in paths:
            if is_control_name(match[2]):
                self._control(moves, path, match[2], new_hashes)
        return changed_lines

    def quarantine(self, moves: Moves) -> int:
        """Refused files and lines that are theirs; a line whose fields cannot be told goes when it holds a number."""
        changed_lines = 0
        for path in sorted(self.home.quarantine.iterdir()):
            match = _QUARANTINED.fullmatch(path.name)
            if not match or is_control_name(path.name):
                continue
            content = path.read_bytes()
            rewritten, changed = self._rewritten(match[1] + match[2], content, None)
            kept = b"".join(line for line in rewritten.splitlines(keepends=True) if not self._names_someone(line))
            changed += rewritten.count(b"\n") - kept.count(b"\n")
            if kept != content:
                changed_lines += changed
                made = self._write(path.name, kept, _OWNER_ONLY)
                moves.placed.append((made, path))
        return changed_lines

    def refused_lines(self, rows: Iterator[tuple[int, int, bytes]]) -> list[tuple[int, int]]:
        """Of quarantined lines (file, line, bytes) those that hold a number of theirs."""
        return [(file_no, line_no) for file_no, line_no, raw in rows if self._names_someone(raw)]

    def _rewritten(self, name: str, content: bytes, line_nos: Collection[int] | None) -> tuple[bytes, int]:
        try:
            contract = self.contracts[parse_file_name(name).feed]
        except (DataRefused, KeyError):
            return content, 0
        encoding = EBCDIC_CODE_PAGE if self._is_ebcdic(contract, content) else contract.encoding
        eraser = LineEraser(contract, encoding, self.numbers, self.kept.get(contract.feed, ()))
        return eraser.file(content, line_nos)

    @staticmethod
    def _is_ebcdic(contract: FeedContract, content: bytes) -> bool:
        if contract.format != "fixed" or not reads_ebcdic(contract):
            return False
        first = (contract.layout.record("header") or contract.layout.record("data"))[0]
        return is_ebcdic(content[:1], [code.encode() for code in first.codes])

    def _names_someone(self, line: bytes) -> bool:
        words = set(re.findall(rb"[0-9A-Za-z]+", line))
        return not words.isdisjoint(self._words)

    @property
    def _words(self) -> set[bytes]:
        if not hasattr(self, "_known_words"):
            long_enough = {old.encode() for _, old in self.numbers.fresh if len(old) >= _SHORTEST and old.isascii()}
            object.__setattr__(self, "_known_words", long_enough)
        return self._known_words  # type: ignore[attr-defined,no-any-return]

    def _control(self, moves: Moves, path: Path, name: str, new_hashes: Mapping[str, str]) -> None:
        content = path.read_bytes()
        for old in re.findall(rb"[0-9a-fA-F]{64}", content):
            new = new_hashes.get(old.decode().lower())
            if new:
                self._place(moves, path, name, content.replace(old, new.encode()))

    def _place(self, moves: Moves, old: Path, name: str, content: bytes) -> str:
        """Under the name of its own hash, which it has from now on."""
        digest = hashlib.sha256(content).hexdigest()
        made = self._write(f"{digest}_{name}", content, _READ_ONLY)
        moves.placed.append((made, self.home.archive / digest[:2] / made.name))
        moves.removed.append(old)
        return digest

    def _write(self, name: str, content: bytes, mode: int) -> Path:
        made = self.aside / name
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        made.chmod(mode)
        return made


_SHORTEST = 6
"""Numbers with fewer characters are found by the fields of a line only: as words they would be anybody's."""
