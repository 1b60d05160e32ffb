"""The way of one delivered file: archived, loaded or refused or recognised, and then taken out of the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.archive import archive_file, remove_when_archived
from ingestion.control import find_sidecar
from ingestion.errors import DataRefused
from ingestion.feed_file import FeedFile
from ingestion.file_ledger import (
    DUPLICATE,
    QUARANTINED,
    FileOutcome,
    loaded_under,
    record_outcome,
)
from ingestion.file_load import FileLoad
from ingestion.file_name import FeedFileName, parse_file_name
from ingestion.line_errors import FileFault, render_file_fault
from ingestion.quarantine import error_lines, keep_file

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.city_profile import CityProfile
    from ingestion.home import Home
    from ingestion.vault import Vault


@dataclass(frozen=True)
class NumberedFile:
    """A file of the inbox and its number in the ledger: ascending within a feed, drawn before anything is loaded."""

    file_no: int
    path: Path


@dataclass(frozen=True)
class LoadingRun:
    """What all files of one run share; ``connection`` is that of one worker."""

    home: Home
    connection: DuckDBPyConnection
    vault: Vault
    profile: CityProfile
    secret: str
    archive_key: str
    work_folder: Path
    is_stopped: threading.Event

    def refuse_when_stopped(self) -> None:
        """Raise when another worker has failed: this one then rolls back what it has not committed."""
        if self.is_stopped.is_set():
            raise LoadingStoppedError


class LoadingStoppedError(Exception):
    """The run was ended by a failure elsewhere; never shown, because that failure is."""


class Delivery:
    """The way of one file out of the inbox."""

    def __init__(self, run: LoadingRun, file: NumberedFile) -> None:
        """Archive the file and its sidecar, if it has one."""
        self.run = run
        self.path = file.path
        self.sidecar = find_sidecar(self.path)
        self.archived = archive_file(run.home, self.path, run.work_folder, run.archive_key)
        self.archived_sidecar = (
            archive_file(run.home, self.sidecar, run.work_folder, run.archive_key) if self.sidecar else None
        )
        self.outcome = FileOutcome(
            file.file_no, self.archived.sha256, self.path.name, byte_count=self.archived.byte_count
        )

    def take(self) -> None:
        """Load the file, refuse it or recognise it, within the transaction that is open."""
        try:
            name = self._accepted_name()
        except DataRefused as refused:
            self._refuse(FileFault(str(refused), refused.remedy))
            return
        earlier = loaded_under(self.run.connection, name.feed, self.archived.sha256)
        if earlier is not None:
            self._recognise(earlier)
            return
        contract = self.run.profile.contract(name.feed)
        file = FeedFile(self.path.name, self.archived.path, contract, contract.encoding)
        framed_path = self.run.work_folder / f"{self.outcome.file_no}.framed.csv"
        load = FileLoad(self.run.connection, file, self.outcome, framed_path, self.sidecar)
        load.run(self.run.secret, name, self.run.profile, self.run.vault)
        # Before the commit: written twice by a repeated run they are the same, missing they would be lost.
        load.keep_refused_lines(self.run.home)

    def settle(self) -> None:
        """Take the file out of the inbox, after the commit: away, or into quarantine when it was refused."""
        if self.outcome.file_status == QUARANTINED:
            for archived in filter(None, [self.archived, self.archived_sidecar]):
                archived.release()
            keep_file(self.run.home, self.path, self.archived.sha256, self.sidecar, self.outcome.messages)
            return
        # The sidecar first: a file that stays behind is recognised as loaded, a sidecar alone would wait for ever.
        if self.sidecar and self.archived_sidecar:
            remove_when_archived(self.sidecar, self.archived_sidecar)
        remove_when_archived(self.path, self.archived)

    def _accepted_name(self) -> FeedFileName:
        name = parse_file_name(self.path.name)
        self.outcome.feed = name.feed
        self.outcome.municipality_code = name.municipality_code
        self.outcome.delivery_date = name.delivery_date
        self.outcome.delivery_seq = name.delivery_seq
        self.outcome.is_opening_history = self.run.profile.is_opening_history(name.delivery_date)
        if self.run.profile.municipality_code not in (None, name.municipality_code):
            raise DataRefused(
                f"the file is of municipality {name.municipality_code}, this is {self.run.profile.municipality_code}",
                "Deliver it to the city it belongs to, or correct municipality_code in city.toml.",
            )
        if self.outcome.byte_count == 0:
            raise DataRefused("the file is empty", "Ask the sender for the file again.")
        return name

    def _refuse(self, fault: FileFault) -> None:
        self.outcome.cause, self.outcome.remedy = fault.cause, fault.remedy
        self.outcome.messages = error_lines(self.path.name, [fault], [], None)
        record_outcome(self.run.connection, self.outcome)

    def _recognise(self, earlier: str) -> None:
        self.outcome.file_status = DUPLICATE
        self.outcome.cause = f"exactly this file was loaded before as {earlier}"
        self.outcome.remedy = "Nothing is to be done; it was not loaded again."
        fault = FileFault(self.outcome.cause, self.outcome.remedy)
        self.outcome.messages = render_file_fault(self.path.name, fault, "")
        record_outcome(self.run.connection, self.outcome)
