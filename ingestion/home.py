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
    def vault(self) -> Path:
        """The DuckDB file with the individual numbers (個人番号) and nothing else; encrypted with a key of its own."""
        return self.root / "vault.duckdb"

    @property
    def access(self) -> Path:
        """Who may see what, who saw it and which copies were made: chained logs without personal values."""
        return self.root / "access"

    @property
    def numbering(self) -> Path:
        """Pairs of people for an officer to decide, and the decisions. Personal data."""
        return self.root / "numbering"

    @property
    def outbox(self) -> Path:
        """Deliveries to the consumers of the shared link tables (共通基盤), a folder each. Personal data."""
        return self.root / "outbox"

    @property
    def link_tables(self) -> Path:
        """The city's own registrations of shared link tables, where it has some. It need not exist."""
        return self.root / "link_tables"

    @property
    def provisions(self) -> Path:
        """Answers to inquiries of other bodies, and the chained register of them. Personal data."""
        return self.root / "provisions"

    @property
    def erasures(self) -> Path:
        """Plans and certificates of erasure: counts, no personal value."""
        return self.root / "erasures"

    @property
    def backups(self) -> Path:
        """Encrypted copies of this home, unless another folder is named."""
        return self.root / "backups"

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

    @property
    def protected_list(self) -> Path:
        """``protected.csv``: the city's own list of people under protection (支援措置). Personal data; optional."""
        return self.root / "protected.csv"

    def create(self) -> Home:
        """Make the rooms that are missing; a home made here is for its owner only, as it holds personal data."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for room in (self.inbox, self.released, self.dagster, self.reports):
            room.mkdir(exist_ok=True)
        restricted = (self.archive, self.quarantine, self.keys, self.work, self.lists, self.evidence, self.access)
        for room in (*restricted, self.numbering, self.outbox, self.provisions, self.erasures):
            room.mkdir(mode=0o700, exist_ok=True)
        return self
