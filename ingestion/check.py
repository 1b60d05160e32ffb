"""``osamari check``: which feed is a file, how many rows and yen, what is wrong in it. Changes nothing.

No warehouse is needed; so what was loaded before is not known here: duplicates and conflicting events are
found by loading only.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.city_profile import CityProfile
from ingestion.control import FoundTotals, check_totals, find_sidecar, read_sidecar
from ingestion.errors import DataRefused
from ingestion.feed_file import FeedFile, RefusedLine, file_sha256
from ingestion.file_name import is_control_name, parse_file_name
from ingestion.line_errors import FileFault, counted, render_file_fault, render_line_error
from ingestion.recognition import recognise_feed
from ingestion.row_sql import LINE_COLUMN, framed_relation, is_acceptable, quoted, typed_value
from ingestion.value_flags import count_flags

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingestion.contract import FeedContract
    from ingestion.framing import Framed

MOST_ERRORS_SHOWN = 50


@dataclass
class CheckReport:
    """What a check found in one file.

    ``yen`` is the sum of the readable amounts, None in feeds without an amount. ``totals_agreed_with`` says what of the
    sender's stated the same totals: trailer or control file; empty when neither did.
    """

    file_name: str
    feed: str | None = None
    title_ja: str | None = None
    row_count: int = 0
    sound_row_count: int = 0
    yen: int | None = None
    sound_yen: int = 0
    totals_agreed_with: str = ""
    faults: list[FileFault] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_accepted(self) -> bool:
        """True when nothing in the file would be refused."""
        return not self.faults and not self.refused


def check(paths: Iterable[Path], profile: CityProfile | None = None) -> list[CheckReport]:
    """Check each file on its own, in the given order."""
    return [_check_file(path, profile or CityProfile()) for path in paths]


def render(report: CheckReport) -> list[str]:
    """The report as lines of text; no value of a personal column."""
    feed = f"{report.feed} {report.title_ja}" if report.feed else "unknown feed"
    yen = "" if report.yen is None else f", {report.yen:,} yen"
    lines_refused = f"{counted(len(report.refused), 'line')} refused"
    state = "ok" if report.is_accepted else "refused" if report.faults else lines_refused
    agreed = f" · {report.totals_agreed_with} says the same" if report.totals_agreed_with else ""
    lines = [f"{report.file_name} · {feed} · {counted(report.row_count, 'row')}{yen} · {state}{agreed}"]
    for fault in report.faults:
        lines += render_file_fault(report.file_name, fault, "")
    errors = [error for line in report.refused for error in line.errors]
    for error in errors[:MOST_ERRORS_SHOWN]:
        lines += render_line_error(report.file_name, error, "")
    if len(errors) > MOST_ERRORS_SHOWN:
        lines.append(f"{report.file_name}: {len(errors) - MOST_ERRORS_SHOWN:,} more errors.")
    if report.refused and not report.faults:
        lines.append(f"{report.file_name}: balance: {_balance(report)}.")
    return lines + [f"{report.file_name}: warning: {warning}" for warning in report.warnings]


def _balance(report: CheckReport) -> str:
    """Delivered lines and yen, and where each of them would go."""
    refused_count = len(report.refused)
    if report.yen is None:
        return f"{report.row_count:,} delivered = {report.sound_row_count:,} sound + {refused_count:,} refused"
    unreadable = sum(line.yen is None for line in report.refused)
    refused_yen = f"{report.yen - report.sound_yen:,} yen"
    if unreadable:
        refused_yen += f" and {counted(unreadable, 'unreadable amount')}"
    return (
        f"{counted(report.row_count, 'row')} delivered = {report.sound_row_count:,} sound ({report.sound_yen:,} yen) + "
        f"{refused_count:,} refused ({refused_yen})"
    )


def _check_file(path: Path, profile: CityProfile) -> CheckReport:
    if is_control_name(path.name):
        return _check_sidecar(path)
    report = CheckReport(path.name)
    try:
        feed: str | None = parse_file_name(path.name).feed
    except DataRefused as refused:
        report.faults.append(FileFault(str(refused), refused.remedy))
        feed = recognise_feed(path, profile.layouts.contracts())
    is_empty = path.stat().st_size == 0
    if feed is not None:
        contract = profile.contract(feed)
        report.feed, report.title_ja = feed, contract.title_ja
        if not is_empty:
            _read(report, FeedFile(path.name, path, contract, contract.encoding))
    elif not is_empty:
        report.faults.append(FileFault("the content is that of no known feed", "Check that it is the right file."))
    if is_empty:
        report.faults.append(FileFault("the file is empty", "Ask the sender for the file again."))
    return report


def _check_sidecar(path: Path) -> CheckReport:
    """A control file given by itself, as happens with ``check inbox/*``: only its form is judged."""
    report = CheckReport(path.name, "control", "合計")
    try:
        stated = read_sidecar(path)
        report.row_count, report.yen = stated.row_count, stated.yen
    except DataRefused as refused:
        report.faults.append(FileFault(str(refused), refused.remedy))
    return report


def _read(report: CheckReport, file: FeedFile) -> None:
    with tempfile.TemporaryDirectory() as folder:
        framed_path = Path(folder) / "framed.csv"
        framed = file.frame(framed_path)
        report.faults += framed.faults
        report.row_count = framed.record_count
        if framed.has_rows:
            _judge(report, file, framed, framed_path)


def _judge(report: CheckReport, file: FeedFile, framed: Framed, framed_path: Path) -> None:
    sound_count, yen, unacceptable = _sound_totals(file.contract, framed_path)
    report.warnings += _flag_warnings(file, framed_path)
    report.sound_row_count, report.sound_yen = sound_count, yen
    report.refused = file.refused_lines(framed, unacceptable)
    readable = yen + sum(line.yen or 0 for line in report.refused)
    report.yen = readable if file.contract.amount else None
    unreadable = sum(line.yen is None for line in report.refused)
    sidecar = find_sidecar(file.path)
    found = FoundTotals(framed.record_count, readable, unreadable, file_sha256(file.path))
    stated, faults = check_totals(file, framed, sidecar, found, is_sidecar_required=False)
    report.faults += faults
    if stated and not faults and not unreadable:
        report.totals_agreed_with = "its control file" if sidecar else "its trailer"
    if sidecar is None and file.contract.control == "sidecar":
        report.warnings.append("no control file stands beside it; its totals were not compared.")


def _flag_warnings(file: FeedFile, framed_path: Path) -> list[str]:
    """What would be loaded but flagged, by column."""
    with duckdb.connect() as connection:
        counts = count_flags(connection, file, framed_path)
    by_name = file.contract.layout.by_name
    return [
        f"{counted(count, 'value')} of {by_name[name].item_ja} ({name}): {flag}."
        for (name, flag), count in counts.items()
    ]


def _sound_totals(contract: FeedContract, framed_path: Path) -> tuple[int, int, Sequence[int]]:
    """Number and yen of the sound rows, and the line numbers of the others."""
    columns = contract.layout.raw_columns
    amount = typed_value(contract.layout.by_name[contract.amount]) if contract.amount else "0"
    query = (
        f"SELECT count(*) FILTER (sound), coalesce(sum(yen) FILTER (sound), 0), "
        f"coalesce(list({LINE_COLUMN}) FILTER (NOT sound), []) FROM (SELECT {quoted(LINE_COLUMN)}, "
        f"{is_acceptable(columns)} AS sound, {amount} AS yen FROM {framed_relation(contract, str(framed_path))})"
    )
    with duckdb.connect() as connection:
        row = connection.execute(query).fetchone()
    return (int(row[0]), int(row[1]), row[2]) if row else (0, 0, [])
