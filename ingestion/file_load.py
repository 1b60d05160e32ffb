"""Loading of one file in one transaction.

All of it that is sound, or nothing when its control totals do not hold.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ingestion import raw_rows
from ingestion.control import ControlTotals, FoundTotals, check_totals
from ingestion.errors import DataRefused
from ingestion.feed_file import RefusedLine
from ingestion.file_ledger import (
    LOADED,
    FileOutcome,
    corrected_file,
    correcting_file,
    mark_superseded,
    name_of,
    read_counts,
    record_outcome,
    record_refused_lines,
    recount,
)
from ingestion.line_errors import FileFault, LineError
from ingestion.quarantine import error_lines, keep_lines
from ingestion.raw_insert import RowOrigin, insert_framed
from ingestion.record_versions import RecordVersions
from ingestion.tolerated import accept_tolerated
from ingestion.unstored_texts import UnstoredTexts
from ingestion.value_flags import store_flags

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.city_profile import CityProfile
    from ingestion.feed_file import FeedFile
    from ingestion.file_name import FeedFileName
    from ingestion.framing import Framed
    from ingestion.home import Home
    from ingestion.vault import Vault


class FileLoad:
    """One file on its way into ``raw_<feed>``.

    After :meth:`run`, ``faults`` say why the whole file was refused.
    """

    def __init__(
        self,
        connection: DuckDBPyConnection,
        file: FeedFile,
        outcome: FileOutcome,
        framed_path: Path,
        sidecar: Path | None,
    ) -> None:
        """Take the file, and the outcome to fill."""
        self.connection = connection
        self.file = file
        self.outcome = outcome
        self.framed_path = framed_path
        self.sidecar = sidecar
        self.faults: list[FileFault] = []
        self.refused: list[RefusedLine] = []
        self.has_tolerated = False

    def run(self, secret: str, name: FeedFileName, profile: CityProfile, vault: Vault) -> None:
        """Frame, insert and check, within the open transaction; what is refused as a whole is taken out again."""
        outcome, contract = self.outcome, self.file.contract
        framed = self.file.stream(self.framed_path)
        if framed.has_rows:
            origin = RowOrigin(outcome.file_no, name.delivery_date, name.delivery_seq, secret)
            insert_framed(self.connection, contract, framed, self.framed_path, origin)
        # Only now all records have been seen.
        self.faults += framed.faults
        outcome.row_count_delivered = framed.record_count
        if framed.has_rows:
            self._take_out_unacceptable(framed)
            self._check_totals(framed, profile)
            if not self.faults:
                given = (self.connection, self.file, self.framed_path, outcome.file_no)
                store_flags(*given, has_tolerated=self.has_tolerated)
                vault.take_in(self.connection, contract, self.framed_path, outcome.file_no)
        self.framed_path.unlink()
        UnstoredTexts(contract.layout, self.framed_path).remove()
        if self.faults:
            raw_rows.remove_file(self.connection, contract, outcome.file_no)
            self._refuse()
        else:
            self._refuse_conflicts()
            outcome.file_status = LOADED
        record_outcome(self.connection, outcome)
        if not self.faults:
            self._settle_versions()
        loaded = None if self.faults else outcome.row_count_loaded
        outcome.messages = error_lines(self.file.name, self.faults, self.refused, loaded)
        record_refused_lines(self.connection, contract, outcome.file_no, self.refused)

    def keep_refused_lines(self, home: Home) -> None:
        """Put the refused lines of a loaded file into quarantine."""
        if self.refused and not self.faults:
            keep_lines(home, self.file, self.outcome.file_sha256, self.refused, self.outcome.messages)

    @cached_property
    def _corrected(self) -> int | None:
        return corrected_file(self.connection, self.outcome)

    @cached_property
    def _correcting(self) -> int | None:
        return correcting_file(self.connection, self.outcome)

    def _take_out_unacceptable(self, framed: Framed) -> None:
        connection, contract, outcome = self.connection, self.file.contract, self.outcome
        unacceptable, self.has_tolerated = accept_tolerated(connection, contract, self.framed_path, outcome.file_no)
        self.refused = self.file.refused_lines(framed, unacceptable)
        raw_rows.remove_lines(connection, contract, outcome.file_no, unacceptable)
        outcome.row_count_loaded, outcome.yen_loaded = raw_rows.totals(connection, contract, outcome.file_no)

    def _check_totals(self, framed: Framed, profile: CityProfile) -> None:
        """Compare with what the sender states; an amount that cannot be read is implied by the difference."""
        outcome = self.outcome
        readable = outcome.yen_loaded + sum(line.yen or 0 for line in self.refused)
        unreadable = sum(line.yen is None for line in self.refused)
        found = FoundTotals(framed.record_count, readable, unreadable, outcome.file_sha256)
        required = profile.are_control_files_required
        stated, faults = check_totals(self.file, framed, self.sidecar, found, is_sidecar_required=required)
        self.faults += faults
        self._take_notice(stated or ControlTotals(0, 0, None), profile)
        if stated:
            outcome.control_row_count, outcome.control_yen = stated.row_count, stated.yen
        outcome.yen_delivered = stated.yen if stated and unreadable and not self.faults else readable
        outcome.row_count_quarantined = len(self.refused)
        outcome.yen_quarantined = outcome.yen_delivered - outcome.yen_loaded

    def _take_notice(self, stated: ControlTotals, profile: CityProfile) -> None:
        """What the sender says of the delivery: scope, part, correction."""
        try:
            notice = stated.notice(profile.delivery_scope(self.file.contract))
        except DataRefused as refused:
            self.faults.append(FileFault(str(refused), refused.remedy))
            return
        outcome = self.outcome
        outcome.delivery_scope, outcome.corrects_file_name = notice.scope, notice.corrects
        outcome.part_no, outcome.part_count = notice.part_no, notice.part_count

    def _refuse_conflicts(self) -> None:
        """Events that are loaded already with other content, unless this file corrects the one they came in."""
        connection, contract, outcome = self.connection, self.file.contract, self.outcome
        exempt = {self._corrected, self._correcting}
        conflicts = raw_rows.conflicting_lines(connection, contract, outcome.file_no, exempt)
        for line_no, record in self.file.reread(conflicts).items():
            first_file, first_line = conflicts[line_no]
            cause = f"the same event is loaded already with other content ({first_file}, line {first_line})"
            error = LineError(line_no, cause, "Ask the sender which of the two is right.")
            self.refused.append(RefusedLine(line_no, record.raw, self.file.amount(record), (error,)))
        self.refused.sort(key=lambda line: line.line_no)
        raw_rows.remove_lines(connection, contract, outcome.file_no, conflicts)
        if conflicts:
            sound_yen = outcome.yen_loaded
            outcome.row_count_loaded, outcome.yen_loaded = raw_rows.totals(connection, contract, outcome.file_no)
            outcome.row_count_quarantined = len(self.refused)
            outcome.yen_quarantined = (outcome.yen_quarantined or 0) + sound_yen - outcome.yen_loaded

    def _settle_versions(self) -> None:
        """Decide which rows stand, in the order of delivery, and make the ledger of files agree."""
        connection, contract, outcome = self.connection, self.file.contract, self.outcome
        versions = RecordVersions(connection, contract)
        changed = {outcome.file_no}
        corrected, correcting = self._corrected, self._correcting
        if corrected is not None:
            changed |= {corrected} | versions.supersede(corrected, outcome.file_no)
            mark_superseded(connection, corrected, outcome.file_name)
        if correcting is not None:
            changed |= versions.supersede(outcome.file_no, correcting)
            mark_superseded(connection, outcome.file_no, name_of(connection, correcting))
        elif versions.needs_full_settling(outcome.file_no):
            changed |= versions.settle(outcome.file_no)
        else:
            repeated = raw_rows.duplicate_lines(connection, contract, outcome.file_no)
            if not repeated and corrected is None:
                return  # Nearly every file: the ledger has its counts already.
            versions.settle_simply(outcome.file_no, repeated)
        recount(connection, contract, changed)
        read_counts(connection, outcome)

    def _refuse(self) -> None:
        outcome = self.outcome
        outcome.row_count_loaded = outcome.row_count_duplicate = 0
        outcome.yen_loaded = outcome.yen_duplicate = 0
        outcome.row_count_quarantined = outcome.row_count_delivered
        outcome.yen_quarantined = outcome.yen_delivered
        outcome.cause, outcome.remedy = self.faults[0].cause, self.faults[0].remedy
