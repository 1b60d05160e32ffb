"""What a refresh tells a person at its end: what came in, what was refused and why, what stands in the marts now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.outcome import Outcome
from expectations.report import text_lines
from expectations.verdict import stored_results
from ingestion.database import read_warehouse
from ingestion.numbering.refused_sheets import describe_refused, refused_sheets
from marts.release_reader import read_release
from orchestration.quality_checks import report_page

if TYPE_CHECKING:
    from datetime import date

    from ingestion.home import Home

LONGEST_LIST = 10
FILES = """
select file_status, count(*), coalesce(sum(row_count_loaded), 0), coalesce(sum(row_count_quarantined), 0),
       coalesce(sum(yen_loaded), 0), coalesce(sum(row_count_duplicate), 0)
from feed_files where file_no > ? group by 1
"""
CAUSES = """
select cause, count(*) as refused_count, first(place order by file_no, line_no) as place from (
  select cause, file_name as place, file_no, 0 as line_no from feed_files
  where file_no > $since and file_status = 'quarantined'
  union all
  select q.cause, f.file_name || ', line ' || q.source_line_no
    || coalesce(', column ' || q.column_no || ' ' || q.column_item_ja, ''), f.file_no, q.source_line_no
  from quarantined_lines q join feed_files f using (file_no)
  where file_no > $since and f.file_status = 'loaded')
group by 1 order by 2 desc, 1
"""
ARREARS = """
select count(*), count(distinct person_key), coalesce(sum(principal_outstanding_yen), 0),
       coalesce(sum(late_charge_outstanding_yen), 0)
from fct_arrears where principal_outstanding_yen > 0 and overdue_days > 0
"""
REFUNDS = "select count(*), coalesce(sum(overpaid_yen), 0), coalesce(sum(pending_yen), 0) from fct_refunds"
UNBALANCED = """
select file_name from fct_delivery_balance
where row_count_difference <> 0 or yen_difference <> 0 or control_row_count_difference <> 0
  or control_yen_difference <> 0 order by file_no
"""
INCOMPLETE = """
select feed, delivery_date, part_count, count(distinct part_no) as parts_here from feed_files
where file_status = 'loaded' and part_count > 1
group by feed, delivery_date, part_count having count(distinct part_no) < part_count order by 2, 1
"""
UNIDENTIFIED = """
select count(*) filter (unidentified_yen <> 0), coalesce(sum(unidentified_yen), 0),
       count(*) filter (reason in ('unconfirmed', 'awaiting_confirmation')),
       count(*) filter (reason = 'cancellation_without_receipt'),
       count(*) filter (reason in ('above_slip_total', 'below_slip_total')),
       count(*) filter (reason in ('wrong_slip_applied', 'slip_already_paid'))
from fct_unidentified_receipts
"""

NUMBERS = """
select (select count(distinct person_key) from number_persons), count(*) filter (outcome = 'numbered'),
       count(*) filter (outcome = 'known'), count(*) filter (outcome = 'waiting'),
       count(*) filter (outcome = 'refused')
from number_sheets
"""
RECONCILIATIONS = """
select comparison, comparison_state, record_count, difference_count, accepted_count
from fct_reconciliations order by comparison desc
"""
AGAINST = {"receipt_history": "the receipt history", "collected_total": "the levies' collected totals"}


@dataclass
class Summary:
    """The lines of a summary, and whether anything was refused in this run."""

    lines: list[str] = field(default_factory=list)
    is_anything_refused: bool = False

    def add(self, heading: str, text: str) -> None:
        """One line under its heading; an empty heading continues the one above."""
        self.lines.append(f"  {heading:<13}{text}")


def newest_file_no(home: Home) -> int:
    """The number of the newest file in the ledger of files; 0 before the first load."""
    if not home.warehouse.exists():
        return 0
    with read_warehouse(home) as connection:
        try:
            newest = connection.execute("select coalesce(max(file_no), 0) from feed_files").fetchone()
        except duckdb.CatalogException:
            return 0
    return int(newest[0]) if newest else 0


def add_files(summary: Summary, connection: duckdb.DuckDBPyConnection, home: Home, since: int) -> None:
    """Files and rows taken in after file number ``since``, and every cause of refusal with its first place."""
    by_status = {row[0]: row[1:] for row in connection.execute(FILES, [since]).fetchall()}
    none = (0, 0, 0, 0, 0)
    loaded, refused = by_status.get("loaded", none), by_status.get("quarantined", none)
    duplicate_count = by_status.get("duplicate", none)[0]
    total = sum(counts[0] for counts in by_status.values())
    replaced_count = by_status.get("superseded", none)[0]
    replaced = f", {replaced_count:,} replaced by a correction" if replaced_count else ""
    known = f"{duplicate_count:,} known already, {refused[0]:,} refused{replaced}"
    summary.add("files", f"{total:,} delivered: {loaded[0]:,} loaded, {known}")
    quarantined = loaded[2] + refused[2]
    summary.add(
        "rows",
        f"{loaded[1]:,} loaded ({loaded[3]:,} yen), {loaded[4]:,} known already, {quarantined:,} in quarantine",
    )
    causes = connection.execute(CAUSES, {"since": since}).fetchall()
    for cause, count, place in causes[:LONGEST_LIST]:
        summary.add("", f"{place}: {cause}" + (f" (and {count - 1:,} more)" if count > 1 else ""))
    if len(causes) > LONGEST_LIST:
        summary.add("", f"... and {len(causes) - LONGEST_LIST} other causes")
    if causes:
        summary.add("", f"kept for correction, with what to do: {home.quarantine}")
    summary.is_anything_refused |= bool(causes) or refused[0] > 0


def add_balance(summary: Summary, connection: duckdb.DuckDBPyConnection) -> None:
    """Whether every delivered line and yen is accounted for, and which deliveries still lack a part."""
    unbalanced = [str(row[0]) for row in connection.execute(UNBALANCED).fetchall()]
    told = "every delivered line and yen is accounted for"
    summary.add("balance", f"does not hold for {', '.join(unbalanced[:LONGEST_LIST])}" if unbalanced else told)
    for feed, day, parts, here in connection.execute(INCOMPLETE).fetchall():
        summary.add("", f"{feed} of {day}: {here} of {parts} parts are here; a full delivery ends nothing until then")
    summary.is_anything_refused |= bool(unbalanced)


def add_numbering(summary: Summary, connection: duckdb.DuckDBPyConnection, since: int) -> None:
    """People with several codes, what became of registration sheets, and those refused in this run, with what to do."""
    persons, numbered, known, waiting, refused = _one_row(connection, NUMBERS)
    summary.add("numbering", f"{persons:,} people with several codes; registration sheets: {numbered:,} numbered,")
    summary.add("", f"{known:,} of known people, {waiting:,} waiting for an officer, {refused:,} refused")
    new = refused_sheets(connection, since)
    for sheet in new[:LONGEST_LIST]:
        summary.add("", describe_refused(sheet))
    summary.is_anything_refused |= bool(new)


def add_gates(summary: Summary, connection: duckdb.DuckDBPyConnection, home: Home, as_of: date) -> None:
    """The verdicts of this run and every expectation that is not met."""
    results = stored_results(connection, as_of)
    counted = {outcome: sum(result.outcome is outcome for result in results) for outcome in Outcome}
    words = ", ".join(f"{count} {outcome}" for outcome, count in counted.items())
    summary.add("gates", f"{len(results)} suites judged: {words}. Report: {report_page(home)}")
    for result in results:
        for line, finding in zip(text_lines(result), result.findings, strict=True):
            if finding.outcome is not Outcome.PASSED:
                summary.add("", line)
    summary.is_anything_refused |= counted[Outcome.FAILED] + counted[Outcome.ERRORED] > 0


def add_marts(summary: Summary, connection: duckdb.DuckDBPyConnection) -> None:
    """Arrears, refunds and money without a slip, as the marts have them."""
    cases, debtors, principal, charge = _one_row(connection, ARREARS)
    summary.add("arrears", f"{cases:,} instalments of {debtors:,} debtors: {principal:,} yen principal,")
    summary.add("", f"{charge:,} yen late charge accrued and not collected")
    count, overpaid, pending = _one_row(connection, REFUNDS)
    summary.add("refunds", f"{count:,} overpayments: {overpaid:,} yen, of which {pending:,} still to pay back")
    count, yen, unconfirmed, unfounded, off, wrong = _one_row(connection, UNIDENTIFIED)
    summary.add("unidentified", f"{count:,} receipts without a clear slip: {yen:,} yen, listed and not forced;")
    summary.add("", f"{unconfirmed:,} provisional reports without their final one, not counted as money;")
    summary.add("", f"{unfounded:,} cancellations of nothing; {off:,} receipts that are not the amount of their slip;")
    summary.add("", f"{wrong:,} receipts on slips of instalments already paid, while another was due")
    add_reconciliations(summary, connection)


def add_reconciliations(summary: Summary, connection: duckdb.DuckDBPyConnection) -> None:
    """What the channels' receipts were compared with; that nothing was delivered to compare is said, too."""
    heading = "reconciled"
    for comparison, state, records, differences, accepted in connection.execute(RECONCILIATIONS).fetchall():
        told = f"{records:,} records compared, {differences:,} differences, {accepted:,} of them accepted"
        summary.add(
            heading, f"with {AGAINST[comparison]}: {told if state == 'compared' else 'nothing delivered to compare'}"
        )
        heading = ""


def add_release(summary: Summary, home: Home, released: dict[str, Any]) -> None:
    """The release of this run: each table with its cells and how many of them are masked, and where to look."""
    folder = home.released / str(released["release id"])
    unchanged = " (the same figures as before; nothing was written)" if released["unchanged"] else ""
    summary.add("released", f"{folder.name}{unchanged}")
    for table in read_release(folder):
        cells = {key for key, _ in table.figures}
        summary.add("", f"{table.name}: {len(cells):,} cells, {len(table.masked_cells):,} of them masked")
    summary.add("page", str(folder / "index.html"))


def _one_row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, ...]:
    row = connection.execute(sql).fetchone()
    return tuple(int(value) for value in row) if row else ()
