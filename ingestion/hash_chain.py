"""An append-only log of JSON lines in which each line carries the digest of the one before.

A line that was changed, removed or slipped in breaks the chain at that line. What a line means is its owner's matter:
the register of releases, the access log, the register of provisions and others each keep one.

A line counts once it ends: what a process left that was stopped while it wrote is no line, so whoever it wrote for went
no further. It is not read, and the next to write sets it aside in ``<name>.torn``.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

START = "0" * 64
"""What stands in the place of a digest before the first line."""
_BLOCK_BYTES = 1 << 16
_TWO_ENDS = 2


class ChainBroken(DataRefused):
    """A log is not what was written (exit code 1). The text names file and line, never what stands there."""


@dataclass(frozen=True)
class HashChain:
    """The log in one file. ``remedy`` says what to do when it is broken.

    The file is for its owner only unless ``mode`` says otherwise; it need not exist before the first line.
    """

    path: Path
    remedy: str
    mode: int = 0o600

    def lines(self) -> list[dict[str, object]]:
        """Every line without its links, oldest first, after checking the chain.

        Raises:
            ChainBroken: a line was changed, removed, added by something else or cannot be read.
        """
        return [body for body, _ in self.walk()]

    def walk(self) -> Iterator[tuple[dict[str, object], str]]:
        """Each line without its links and its digest, oldest first, one at a time: for a log of years.

        Raises:
            ChainBroken: at the first line that was changed, removed, added by something else or cannot be read.
        """
        if not self.path.exists():
            return
        before = START
        with self.path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith("\n"):
                    return
                body, digest = self._parsed(line.rstrip("\n"), number)
                if body.get("previous") != before or digest != digest_of(body):
                    raise ChainBroken(f"{self.path.name}, line {number}: the chain is broken.", self.remedy)
                del body["previous"]
                before = digest
                yield body, digest

    def last(self) -> tuple[dict[str, object], str] | None:
        """The last line with its link ``previous``, and its digest; None without any line. Only this line is checked.

        Raises:
            ChainBroken: the last line is not one of this log's.
        """
        line = _ends_of(self.path)[0] if self.path.exists() else b""
        if not line:
            return None
        body, digest = self._parsed(line.decode("utf-8", errors="replace"), None)
        if digest != digest_of(body):
            raise ChainBroken(f"{self.path.name}, last line: the chain is broken.", self.remedy)
        return body, digest

    def append(self, body: Mapping[str, object]) -> str:
        """Write one more line, so that it is on the disk when this returns; gives its digest.

        ``body`` holds what JSON holds; ``previous`` and ``digest`` are the chain's own names. Two processes may append
        at the same time: one waits for the other.

        Only the last line is checked, so that a log of years costs no more than a new one; :meth:`lines` checks all.

        Raises:
            ChainBroken: the last line is not one of this log's; nothing is written.
        """
        return self.append_all([body])[0]

    def append_all(self, bodies: Sequence[Mapping[str, object]]) -> list[str]:
        """Write several lines at once, as :meth:`append` does; gives their digests."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, self.mode)
        digests: list[str] = []
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="\n") as file:
            # Released by the system with the file, also when the process ends.
            fcntl.flock(file, fcntl.LOCK_EX)
            self._set_aside_torn(file.fileno())
            previous = self._last_digest()
            for body in bodies:
                linked = {**body, "previous": previous}
                previous = digest_of(linked)
                digests.append(previous)
                file.write(json.dumps({**linked, "digest": previous}, ensure_ascii=False, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        return digests

    def _set_aside_torn(self, descriptor: int) -> None:
        torn = _ends_of(self.path)[1]
        if torn:
            aside = os.open(f"{self.path}.torn", os.O_WRONLY | os.O_APPEND | os.O_CREAT, self.mode)
            with os.fdopen(aside, "ab") as file:
                file.write(torn + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.ftruncate(descriptor, self.path.stat().st_size - len(torn))

    def _last_digest(self) -> str:
        last = self.last()
        return last[1] if last else START

    def _parsed(self, line: str, number: int | None) -> tuple[dict[str, object], str]:
        try:
            body = json.loads(line)
            return body, body.pop("digest")
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            place = f"line {number}" if number else "last line"
            raise ChainBroken(f"{self.path.name}, {place} cannot be read.", self.remedy) from problem


def _ends_of(path: Path) -> tuple[bytes, bytes]:
    """The last line of a file, and what stands behind it without an end; either may be empty. Read from its end."""
    with path.open("rb") as file:
        position = file.seek(0, os.SEEK_END)
        tail = b""
        # Two ends of lines: that of the last line, and that of the one before it.
        while position > 0 and tail.count(b"\n") < _TWO_ENDS:
            step = min(position, _BLOCK_BYTES)
            position -= step
            file.seek(position)
            tail = file.read(step) + tail
    lines, _, torn = tail.rpartition(b"\n")
    return lines.rpartition(b"\n")[2], torn


def digest_of(body: Mapping[str, object]) -> str:
    """SHA-256 of a line with the link to the one before it, without its own digest."""
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
