"""Is the register whole, and is every kept answer what was recorded? Names of files and inquiries only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.provision.answer import digest_of_file
from marts.provision.answer_store import AnswerStore
from marts.provision.register import FILE_NAME, Register, kept, waiting

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home


@dataclass(frozen=True)
class Verified:
    """How many lines and files were looked at, and what is wrong; nothing when everything is in order."""

    line_count: int
    file_count: int
    problems: tuple[str, ...]


def verify(home: Home) -> Verified:
    """Check the chain of the register, and the digest of each file that should be there; find files nobody recorded.

    Raises:
        ChainBroken: a line of the register was changed, removed or added by something else (exit code 1).
    """
    store, lines = AnswerStore(home), Register(home).lines()
    expected: dict[Path, str] = {}
    for folder, found in ((store.answers, kept(lines)), (store.waiting, waiting(lines))):
        expected |= {folder / name: digest for line in found.values() for name, digest in line["files"].items()}
    problems = [f"{_place(path)}: {fault}" for path, digest in expected.items() if (fault := _fault(path, digest))]
    present = {path for folder in (store.answers, store.waiting) if folder.exists() for path in folder.iterdir()}
    problems += [f"{_place(path)}: {FILE_NAME} knows nothing of it" for path in sorted(present - set(expected))]
    return Verified(len(lines), len(expected), tuple(problems))


def _fault(path: Path, digest: str) -> str:
    if not path.exists():
        return "is missing"
    return "" if digest_of_file(path.read_bytes()) == digest else "is not what was recorded"


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"
