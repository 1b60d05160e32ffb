"""The archive and the quarantine without the values of the erased, made aside; nothing is changed in its place here."""

from __future__ import annotations

import hashlib
import io
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingestion.archive import KEY, READ_ONLY, original_path, originals, restore_original
from ingestion.erasure.archived_lines import LineEraser
from ingestion.errors import DataRefused
from ingestion.file_encoding import EBCDIC_CODE_PAGE, is_ebcdic, reads_ebcdic
from ingestion.file_name import is_control_name, parse_file_name
from ingestion.key_ring import read_key, readable_keys
from ingestion.sealed_file import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.erasure.archived_lines import ErasedNumbers
    from ingestion.home import Home

_ARCHIVED = re.compile("([0-9a-f]{64})_(.+)")
_QUARANTINED = re.compile(r"(?:[0-9a-f]{12}\.)?(.+?)(?:\.lines)?(\.(?:csv|dat))")
_OWNER_ONLY = 0o600

_SHORTEST = 6
"""Numbers with fewer characters are found by the fields of a line only: as words they would be anybody's."""


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
        paths = [(match, path) for path in originals(self.home) if (match := _ARCHIVED.fullmatch(path.name))]
        for match, path in paths:
            digest, name = match.groups()
            if digest not in self.lines or is_control_name(name):
                continue
            progress(name)
            content, changed = self._rewritten(name, self._plain(path), self.lines[digest])
            if changed:
                changed_lines += changed
                new_hashes[digest] = self._place(moves, path, name, content)
        for match, path in paths:
            if is_control_name(match[2]):
                self._control(moves, path, match[2], new_hashes)
        return changed_lines

    def quarantine(self, moves: Moves) -> int:
        """Refused files and lines that are theirs; a line whose fields cannot be told goes when it holds a number."""
        changed_lines, words = 0, long_numbers(self.numbers)
        for path in sorted(self.home.quarantine.iterdir()):
            match = _QUARANTINED.fullmatch(path.name)
            if not match or is_control_name(path.name):
                continue
            content = path.read_bytes()
            rewritten, changed = self._rewritten(match[1] + match[2], content, None)
            kept = b"".join(line for line in rewritten.splitlines(keepends=True) if not names_someone(line, words))
            changed += rewritten.count(b"\n") - kept.count(b"\n")
            if kept != content:
                changed_lines += changed
                made = self._write(path.name, kept, _OWNER_ONLY)
                moves.placed.append((made, path))
        return changed_lines

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

    def _control(self, moves: Moves, path: Path, name: str, new_hashes: Mapping[str, str]) -> None:
        content = self._plain(path)
        for old in re.findall(rb"[0-9a-fA-F]{64}", content):
            new = new_hashes.get(old.decode().lower())
            if new:
                self._place(moves, path, name, content.replace(old, new.encode()))

    def _place(self, moves: Moves, old: Path, name: str, content: bytes) -> str:
        """Under the name of its own hash, which it has from now on."""
        digest = hashlib.sha256(content).hexdigest()
        made = self.aside / f"{digest}_{name}"
        with made.open("wb") as target:
            seal(io.BytesIO(content), target, read_key(self.home, KEY))
            target.flush()
            os.fsync(target.fileno())
        made.chmod(READ_ONLY)
        moves.placed.append((made, original_path(self.home, digest, name)))
        moves.removed.append(old)
        return digest

    def _plain(self, original: Path) -> bytes:
        """The delivered bytes of an original, which is kept encrypted."""
        plain = self.aside / "plain"
        restore_original(original, plain, readable_keys(self.home, KEY))
        content = plain.read_bytes()
        plain.unlink()
        return content

    def _write(self, name: str, content: bytes, mode: int) -> Path:
        made = self.aside / name
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        made.chmod(mode)
        return made


def long_numbers(numbers: ErasedNumbers) -> set[bytes]:
    """The numbers of the erased that are long enough to be nobody else's."""
    return {old.encode() for _, old in numbers.fresh if len(old) >= _SHORTEST and old.isascii()}


def names_someone(line: bytes, words: Collection[bytes]) -> bool:
    """True when one of the numbers stands in a line as a word of its own."""
    return not set(re.findall(rb"[0-9A-Za-z]+", line)).isdisjoint(words)


def lines_that_name(rows: Sequence[tuple[int, int, bytes]], numbers: ErasedNumbers) -> list[tuple[int, int]]:
    """Of quarantined lines (file, line, bytes) those that hold a number of theirs."""
    words = long_numbers(numbers)
    return [(file_no, line_no) for file_no, line_no, raw in rows if names_someone(raw, words)]
