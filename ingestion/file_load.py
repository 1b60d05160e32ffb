"""Loading of one file in one transaction.

All of it that is sound, or nothing when its control totals do not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion import raw_rows
from ingestion.control import FoundTotals, check_totals
from ingestion.feed_file import RefusedLine
from ingestion.file_ledger import LOADED, FileOutcome, record_outcome, record_refused_lines
from ingestion.line_errors import LineError
from ingestion.quarantine import error_lines, keep_lines
from ingestion.tolerated import accept_tolerated
from ingestion.value_flags import store_flags

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.feed_file import FeedFile
    from ingestion.file_name import FeedFileName
    from ingestion.framing import Framed
    from ingestion.home import Home
    from ingestion.line_errors import FileFault


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

    def run(self, secret: str, name: FeedFileName, *, is_sidecar_required: bool) -> None:
        """Frame, insert and check, within the open transaction; what is refused as a whole is taken out again."""
        outcome, contract = self.outcome, self.file.contract
        framed = self.file.frame(self.framed_path)
        self.faults += framed.faults
        outcome.row_count_delivered = framed.record_count
        if framed.has_rows:
            delivery = (outcome.file_no, name.delivery_date, name.delivery_seq)
            raw_rows.insert_framed(self.connection, contract, self.framed_path, secret, delivery)
            self._judge_rows(framed)
            self._check_totals(framed, is_sidecar_required=is_sidecar_required)
            if not self.faults:
                given = (self.connection, self.file, self.framed_path, outcome.file_no)
                store_flags(*given, has_tolerated=self.has_tolerated)
        self.framed_path.unlink()
        if self.faults:
            raw_rows.remove_file(self.connection, contract, outcome.file_no)
            self._refuse()
        else:
            outcome.file_status = LOADED
        loaded = None if self.faults else outcome.row_count_loaded
        outcome.messages = error_lines(self.file.name, self.faults, self.refused, loaded)
        record_outcome(self.connection, outcome)
        record_refused_lines(self.connection, contract, outcome.file_no, self.refused)

    def keep_refused_lines(self, home: Home) -> None:
        """Put the refused lines of a loaded file into quarantine."""
        if self.refused and not self.faults:
            keep_lines(home, self.file, self.outcome.file_sha256, self.refused, self.outcome.messages)

    def _judge_rows(self, framed: Framed) -> None:
        """Take out what must not stay, and count."""
        connection, contract, outcome = self.connection, self.file.contract, self.outcome
        unacceptable, self.has_tolerated = accept_tolerated(connection, contract, self.framed_path, outcome.file_no)
        self.refused = self.file.refused_lines(framed, unacceptable)
        raw_rows.remove_lines(connection, contract, outcome.file_no, unacceptable)
        sound = raw_rows.totals(connection, contract, outcome.file_no)
        duplicates = raw_rows.duplicate_lines(connection, contract, outcome.file_no)
        raw_rows.remove_lines(connection, contract, outcome.file_no, duplicates)
        unique = raw_rows.totals(connection, contract, outcome.file_no) if duplicates else sound
        outcome.row_count_duplicate, outcome.yen_duplicate = sound[0] - unique[0], sound[1] - unique[1]
        conflicts = raw_rows.conflicting_lines(connection, contract, outcome.file_no)
        self._refuse_conflicts(conflicts)
        raw_rows.remove_lines(connection, contract, outcome.file_no, conflicts)
        loaded = raw_rows.totals(connection, contract, outcome.file_no) if conflicts else unique
        outcome.row_count_loaded, outcome.yen_loaded = loaded

    def _refuse_conflicts(self, conflicts: dict[int, tuple[str, int]]) -> None:
        for line_no, record in self.file.reread(conflicts).items():
            first_file, first_line = conflicts[line_no]
            cause = f"the same event is loaded already with other content ({first_file}, line {first_line})"
            error = LineError(line_no, cause, "Ask the sender which of the two is right.")
            self.refused.append(RefusedLine(line_no, record.raw, self.file.amount(record), (error,)))
        self.refused.sort(key=lambda line: line.line_no)

    def _check_totals(self, framed: Framed, *, is_sidecar_required: bool) -> None:
        """Compare with what the sender states; an amount that cannot be read is implied by the difference."""
        outcome = self.outcome
        outcome.row_count_quarantined = len(self.refused)
        readable = outcome.yen_loaded + outcome.yen_duplicate + sum(line.yen or 0 for line in self.refused)
        unreadable = sum(line.yen is None for line in self.refused)
        found = FoundTotals(framed.record_count, readable, unreadable, outcome.file_sha256)
        stated, faults = check_totals(self.file, framed, self.sidecar, found, is_sidecar_required=is_sidecar_required)
        self.faults += faults
        if stated:
            outcome.control_row_count, outcome.control_yen = stated.row_count, stated.yen
        outcome.yen_delivered = stated.yen if stated and unreadable and not self.faults else readable
        outcome.yen_quarantined = outcome.yen_delivered - outcome.yen_loaded - outcome.yen_duplicate

    def _refuse(self) -> None:
        outcome = self.outcome
        outcome.row_count_loaded = outcome.row_count_duplicate = 0
        outcome.yen_loaded = outcome.yen_duplicate = 0
        outcome.row_count_quarantined = outcome.row_count_delivered
        outcome.yen_quarantined = outcome.yen_delivered
        outcome.cause, outcome.remedy = self.faults[0].cause, self.faults[0].remedy
