"""A chained log whose lines are numbered and whose end is kept beside it.

A chain alone does not miss lines that were cut off its end. So each append also notes number and digest of the newest
line in ``<name>.head``; a log that ends elsewhere is broken. This finds what is lost by accident, by a restored older
file or by an editor. It does not stop somebody who may write both files and does so on purpose: against that, a head is
noted where that person cannot write (on paper, in a mail) and compared later with :meth:`AnchoredChain.verify`.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.hash_chain import START, ChainBroken, HashChain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_HEAD = re.compile(r"([0-9]{1,12}):([0-9a-f]{64})")


@dataclass(frozen=True)
class Head:
    """Where a log ends: how many lines it has, and the digest of the last one."""

    count: int = 0
    digest: str = START

    def __str__(self) -> str:
        """As it is noted elsewhere: ``count:digest``."""
        return f"{self.count}:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """What ``str`` wrote.

        Raises:
            ConfigurationError: it is no such text.
        """
        found = _HEAD.fullmatch(text.strip())
        if not found:
            raise ConfigurationError(
                "That is not the head of a log.", "Write count:digest as `osamari access verify` shows it."
            )
        return cls(int(found[1]), found[2])


@dataclass(frozen=True)
class AnchoredChain:
    """The log in ``path``; ``remedy`` says what to do when it is broken. For its owner only."""

    path: Path
    remedy: str

    def append(self, body: Mapping[str, object]) -> Head:
        """Write one more line with the next ``number``, which is the count of the head that is returned.

        Raises:
            ChainBroken: the log does not end where it was last written; nothing is written.
            ConfigurationError: it cannot be written.
        """
        return self.append_all([body])

    def append_all(self, bodies: Sequence[Mapping[str, object]]) -> Head:
        """Write several lines, at least one, as :meth:`append` does; the head after the last of them."""
        with self._told(), self._locked(fcntl.LOCK_EX):
            first = self._head().count + 1
            numbered = [{**body, "number": number} for number, body in enumerate(bodies, start=first)]
            digests = HashChain(self.path, self.remedy).append_all(numbered)
            head = Head(first + len(digests) - 1, digests[-1])
            beside = self.path.with_suffix(".head.new")
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(json.dumps(asdict(head)) + "\n")
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._head_path)
        return head

    def head(self) -> Head:
        """Where the log ends now.

        Raises:
            ChainBroken: it does not end where it was last written.
            ConfigurationError: it cannot be read.
        """
        with self._told(), self._locked(fcntl.LOCK_SH):
            return self._head()

    def walk(self) -> Iterator[tuple[dict[str, object], str]]:
        """Each line and its digest, oldest first, up to the head of this moment.

        Raises:
            ChainBroken: a line or the end is not what was written.
        """
        head = self.head()
        if head == Head():
            return
        count, digest = 0, START
        for body, digest in HashChain(self.path, self.remedy).walk():
            count += 1
            if body.get("number") != count:
                raise ChainBroken(f"{self.path.name}, line {count}: the number is wrong.", self.remedy)
            yield body, digest
            if count == head.count:
                break
        if Head(count, digest) != head:
            raise self._torn(head)

    def lines(self) -> list[dict[str, object]]:
        """Every line, oldest first, after checking all of them and the end.

        Raises:
            ChainBroken: a line or the end is not what was written.
        """
        return [body for body, _ in self.walk()]

    def verify(self, noted: Head | None = None) -> Head:
        """Check every line, the end and, where one was noted, that the log still goes through that head.

        Raises:
            ChainBroken: something is not what was written.
        """
        head, is_found = Head(), noted is None or noted == Head()
        for body, digest in self.walk():
            head = Head(head.count + 1, digest)
            is_found = is_found or noted == head
            del body
        if not is_found:
            raise ChainBroken(f"{self.path.name} is not the log whose head was noted.", self.remedy)
        return head

    @property
    def _head_path(self) -> Path:
        return self.path.with_suffix(".head")

    def _head(self) -> Head:
        kept, last = self._kept_head(), HashChain(self.path, self.remedy).last()
        body, digest = last or ({"number": 0}, START)
        number, previous = body.get("number"), body.get("previous")
        told = Head(number if isinstance(number, int) else -1, digest)
        # A process that ended between the line and its note has left the note one line behind. A backup that read the
        # note before the log may have left it several lines behind; that costs a look through the log once.
        is_next = told.count == kept.count + 1 and previous == kept.digest
        if told != kept and not is_next and not self._goes_through(kept, told):
            raise self._torn(kept)
        return told

    def _goes_through(self, kept: Head, told: Head) -> bool:
        """Whether the log had one end once and has gone on to the other since."""
        lines = enumerate(HashChain(self.path, self.remedy).walk(), start=1)
        heads = {Head(number, digest) for number, (_, digest) in lines}
        return kept != Head() and {kept, told} <= heads

    def _kept_head(self) -> Head:
        if not self._head_path.exists():
            return Head()
        try:
            return Head(**json.loads(self._head_path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as problem:
            raise ChainBroken(f"{self._head_path.name} cannot be read.", self.remedy) from problem

    def _torn(self, kept: Head) -> ChainBroken:
        return ChainBroken(f"{self.path.name} does not end with its line {kept.count}.", self.remedy)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the system refuses is told with its remedy; whoever writes here must then go no further."""
        try:
            yield
        except OSError as problem:
            raise ConfigurationError(
                f"{self.path.name} cannot be read or written ({problem.strerror}).",
                f"Check the rights of {self.path.parent} and the space on its disk.",
            ) from problem

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """One writes at a time. Who may only read a copy of the log needs no lock, as nobody writes there."""
        lock = self.path.with_suffix(".lock")
        if how == fcntl.LOCK_EX:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            if how == fcntl.LOCK_EX:
                raise
            yield
            return
        with os.fdopen(descriptor, "a") as file:
            # Released by the system with the file, also when the process ends.
            fcntl.flock(file, how)
            yield
