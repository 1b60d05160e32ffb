"""Loading: every file of the inbox is loaded once, refused, or recognised as delivered before.

Nothing is lost.

For each file: copy to the archive, load in one transaction, only then take it out of the inbox. A run that is
killed between two of these steps is completed by the next one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.archive import archive_file, remove_when_archived
from ingestion.city_profile import CityProfile, read_city_profile
from ingestion.contract import load_contract
from ingestion.control import find_sidecar
from ingestion.errors import DataRefused
from ingestion.feed_file import FeedFile
from ingestion.file_ledger import DUPLICATE, FileOutcome, loaded_under, next_file_no, record_outcome
from ingestion.file_load import FileLoad
from ingestion.file_name import FeedFileName, is_control_name, parse_file_name
from ingestion.line_errors import FileFault, render_file_fault
from ingestion.pseudonym import read_secret
from ingestion.quarantine import error_lines, keep_file
from ingestion.warehouse import ensure_warehouse, open_warehouse

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from ingestion.home import Home

Progress = Callable[[int, int, str], None]
"""Called before each file with its place, the number of files and its name."""


def load_inbox(home: Home, progress: Progress | None = None) -> list[FileOutcome]:
    """Load everything that waits in the inbox, by name.

    Raises:
        ConfigurationError, Busy: see :func:`ensure_warehouse`.
    """
    ensure_warehouse(home)
    return _load(home, waiting_files(home), progress)


def load_feed(home: Home, feed: str, progress: Progress | None = None) -> list[FileOutcome]:
    """Load the files of one feed that wait in the inbox.

    The warehouse must exist (:func:`ensure_warehouse`).
    """
    return _load(home, [path for path in waiting_files(home) if feed_of(path) == feed], progress)


def register_inbox(home: Home) -> list[FileOutcome]:
    """Make the warehouse ready and refuse what belongs to no feed.

    The files of feeds keep waiting for ``load_feed``.
    """
    ensure_warehouse(home)
    return _load(home, [path for path in waiting_files(home) if feed_of(path) is None], None)


def waiting_files(home: Home) -> list[Path]:
    """Files in the inbox by name, without control files (they go with their feed file) and hidden files."""
    if not home.inbox.is_dir():
        return []
    paths = (path for path in home.inbox.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in paths if not is_control_name(path.name))


def feed_of(path: Path) -> str | None:
    """The feed that a file name says it belongs to, None when the name is unknown."""
    try:
        return parse_file_name(path.name).feed
    except DataRefused:
        return None


def _load(home: Home, paths: list[Path], progress: Progress | None) -> list[FileOutcome]:
    if not paths:
        return []
    outcomes: list[FileOutcome] = []
    with open_warehouse(home) as connection, tempfile.TemporaryDirectory(dir=home.work) as folder:
        framed_path = Path(folder) / "framed.csv"
        run = _Run(home, connection, read_city_profile(home), read_secret(home), framed_path)
        for place, path in enumerate(paths, start=1):
            if progress:
                progress(place, len(paths), path.name)
            outcomes.append(_Delivery(run, path).take())
    return outcomes


@dataclass(frozen=True)
class _Run:
    """What all files of one run share."""

    home: Home
    connection: DuckDBPyConnection
    profile: CityProfile
    secret: str
    framed_path: Path


class _Delivery:
    """The way of one file out of the inbox."""

    def __init__(self, run: _Run, path: Path) -> None:
        self.run = run
        self.path = path
        self.sidecar = find_sidecar(path)
        self.archived = archive_file(run.home, path)
        self.archived_sidecar = archive_file(run.home, self.sidecar) if self.sidecar else None
        self.outcome = FileOutcome(
            next_file_no(run.connection), self.archived.sha256, path.name, byte_count=self.archived.byte_count
        )

    def take(self) -> FileOutcome:
        """Load or refuse, and take out of the inbox."""
        try:
            name = self._accepted_name()
        except DataRefused as refused:
            return self._refuse(FileFault(str(refused), refused.remedy))
        earlier = loaded_under(self.run.connection, self.archived.sha256)
        if earlier is not None:
            return self._recognise(earlier)
        contract = load_contract(name.feed)
        file = FeedFile(self.path.name, self.archived.path, contract, self.run.profile.encoding(contract))
        load = FileLoad(self.run.connection, file, self.outcome, self.run.framed_path, self.sidecar)
        load.run(self.run.secret, name, is_sidecar_required=self.run.profile.are_control_files_required)
        if load.faults:
            self._keep(error_lines(self.path.name, load.faults, load.refused, None))
        else:
            load.keep_refused_lines(self.run.home)
            self._clear()
        return self.outcome

    def _accepted_name(self) -> FeedFileName:
        name = parse_file_name(self.path.name)
        self.outcome.feed = name.feed
        self.outcome.municipality_code = name.municipality_code
        self.outcome.delivery_date = name.delivery_date
        self.outcome.delivery_seq = name.delivery_seq
        if self.run.profile.municipality_code not in (None, name.municipality_code):
            raise DataRefused(
                f"the file is of municipality {name.municipality_code}, this is {self.run.profile.municipality_code}",
                "Deliver it to the city it belongs to, or correct municipality_code in city.toml.",
            )
        if self.outcome.byte_count == 0:
            raise DataRefused("the file is empty", "Ask the sender for the file again.")
        return name

    def _refuse(self, fault: FileFault) -> FileOutcome:
        self.outcome.cause, self.outcome.remedy = fault.cause, fault.remedy
        record_outcome(self.run.connection, self.outcome)
        self._keep(error_lines(self.path.name, [fault], [], None))
        return self.outcome

    def _recognise(self, earlier: str) -> FileOutcome:
        self.outcome.file_status = DUPLICATE
        self.outcome.cause = f"exactly this file was loaded before as {earlier}"
        self.outcome.remedy = "Nothing is to be done; it was not loaded again."
        record_outcome(self.run.connection, self.outcome)
        fault = FileFault(self.outcome.cause, self.outcome.remedy)
        self.outcome.messages = render_file_fault(self.path.name, fault, "")
        self._clear()
        return self.outcome

    def _keep(self, lines: list[str]) -> None:
        self.outcome.messages = lines
        keep_file(self.run.home, self.path, self.archived.sha256, self.sidecar, lines)

    def _clear(self) -> None:
        # The sidecar first: a file that stays behind is recognised as loaded, a sidecar alone would wait for ever.
        if self.sidecar and self.archived_sidecar:
            remove_when_archived(self.sidecar, self.archived_sidecar)
        remove_when_archived(self.path, self.archived)
