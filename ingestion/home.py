"""Where everything of one installation lives: the home folder and its rooms."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT_VARIABLE = "OSAMARI_HOME"
DEFAULT_ROOT = Path("var")


@dataclass(frozen=True)
class Home:
    """The home folder. Properties name its rooms; nothing is created until :meth:`create` is called."""

    root: Path

    @classmethod
    def from_environment(cls) -> Home:
        """The home named by ``OSAMARI_HOME``, else ``./var``; always an absolute path."""
        named = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
        return cls((Path(named).expanduser() if named else DEFAULT_ROOT).absolute())

    @property
    def inbox(self) -> Path:
        """Delivered files wait here until they are loaded or refused."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """Delivered originals, named by their hash; never changed. Personal data."""
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        """Refused files and lines with what is wrong in them, kept for correction. Personal data."""
        return self.root / "quarantine"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file. Personal data."""
        return self.root / "warehouse.duckdb"

    @property
    def released(self) -> Path:
        """One folder per release; statistics only."""
        return self.root / "released"

    @property
    def evidence(self) -> Path:
        """The cells of each release before masking, readable by their owner only. Restricted: small counts."""
        return self.root / "evidence"

    @property
    def dagster(self) -> Path:
        """What Dagster remembers between runs."""
        return self.root / "dagster"

    @property
    def keys(self) -> Path:
        """Secrets of this installation, readable by its owner only."""
        return self.root / "keys"

    @property
    def lists(self) -> Path:
        """Officers' lists with names and addresses, readable by their owner only. Personal data."""
        return self.root / "lists"

    @property
    def reports(self) -> Path:
        """Reports on quality that an operator reads."""
        return self.root / "reports"

    @property
    def work(self) -> Path:
        """Files of a running step; empty when nothing runs. Personal data while it does."""
        return self.root / "work"

    @property
    def layouts(self) -> Path:
        """The city's own record layouts, where it has some. It need not exist."""
        return self.root / "layouts"

    @property
    def city_profile(self) -> Path:
        """``city.toml``: what this city has set differently. It need not exist."""
        return self.root / "city.toml"

    def create(self) -> Home:
        """Make the rooms that are missing; a home made here is for its owner only, as it holds personal data."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for room in (self.inbox, self.released, self.dagster, self.reports):
            room.mkdir(exist_ok=True)
        for room in (self.archive, self.quarantine, self.keys, self.work, self.lists, self.evidence):
            room.mkdir(mode=0o700, exist_ok=True)
        return self
