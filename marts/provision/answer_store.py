"""The restricted rooms of answers: private files, first on the disk, then in the register, then in place."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.provision.answer import digest_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ingestion.home import Home

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True)
class AnswerStore:
    """Answers that were given, and those that wait for an officer. Everything in it is personal data."""

    home: Home

    @property
    def answers(self) -> Path:
        """What was given: per inquiry its record (JSON) and page (HTML), per batch its list (CSV, xlsx)."""
        return self.home.provisions / "answers"

    @property
    def waiting(self) -> Path:
        """What an officer has to decide about; removed with the decision."""
        return self.home.provisions / "waiting"

    def record(self, inquiry_id: str) -> Path:
        """The kept record of an answer."""
        return self.answers / record_name(inquiry_id)

    @contextmanager
    def staged(self, folder: Path) -> Iterator[Staged]:
        """Files that appear in ``folder`` when the block ends well, and not at all otherwise.

        The register is written inside the block. Should the process end between the two, the register names a file that
        is not there, which ``verify`` finds; never is there an answer of which the register knows nothing.
        """
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        staged = Staged(folder)
        try:
            yield staged
            for name, path in staged.paths.items():
                path.replace(folder / name)
        finally:
            for path in staged.paths.values():
                path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Staged:
    """Files written under hidden names beside their place."""

    folder: Path
    paths: dict[str, Path] = field(default_factory=dict)

    def write(self, files: Mapping[str, bytes]) -> dict[str, str]:
        """Write some files; returns their SHA-256 by name."""
        for name, content in files.items():
            hidden = self.folder / f".{name}.{os.getpid()}"
            self.paths[name] = hidden
            descriptor = os.open(hidden, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE_FILE)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        return {name: digest_of_file(content) for name, content in files.items()}


def record_name(inquiry_id: str) -> str:
    """Name of the kept record of an inquiry."""
    return f"{inquiry_id}.json"
