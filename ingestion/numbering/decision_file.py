"""The file that an officer filled in: the review list with 判断, 担当者 and 事由. Taken whole or not at all.

Found by their headings: 甲, 乙, 判断, 担当者, 事由; other columns do not matter. UTF-8, or CP932 as spreadsheets save
it. A line without a verdict is not decided yet and left out.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from ingestion.errors import DataRefused
from ingestion.numbering.decisions import DIFFERENT, MERGE, SAME, SHEET, Decision, record_decisions, standing_decisions
from ingestion.numbering.review import CODE_MARK, SHEET_MARK
from ingestion.numbering.ties import group_of
from ingestion.pseudonym import pseudonym, read_secret

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home

VERDICTS = {"同一": SAME, "別人": DIFFERENT, "統合": MERGE, SAME: SAME, DIFFERENT: DIFFERENT, MERGE: MERGE}
COLUMNS = ("甲", "乙", "判断", "担当者", "事由")
_REMEDY = "Correct the line; nothing of the file was taken."
_KNOWN_CODES = """
SELECT addressee_code FROM raw_addressee WHERE addressee_code IN (SELECT unnest($codes))
UNION SELECT addressee_code FROM raw_non_resident WHERE addressee_code IN (SELECT unnest($codes))
UNION SELECT addressee_code FROM number_assignments WHERE addressee_code IN (SELECT unnest($codes))
"""


@dataclass(frozen=True)
class DecidedLine:
    """One line with a verdict: its place in the file, its sides as written, who decided and why."""

    line_no: int
    one: str
    other: str
    verdict: str
    officer: str
    reason: str


def take_decisions(home: Home, path: Path, day: dt.date, *, by: str) -> int:
    """Check and record an officer's file; returns the number of decisions. Numbering follows them when it runs next.

    Raises:
        DataRefused: a line is incomplete, names nobody, or contradicts another decision; nothing is recorded.
    """
    lines = read_decided_lines(path)
    secret = read_secret(home)
    with read_warehouse(home) as connection:
        _refuse_unknown(connection, lines)
        settled = dict(connection.execute("SELECT sheet_no, addressee_key FROM number_sheets").fetchall())
    decisions = [
        Decision(
            _side(line.one, secret), _side(line.other, secret), line.verdict, line.officer, line.reason, day.isoformat()
        )
        for line in lines
    ]
    _refuse_contradiction([*standing_decisions(home), *decisions], settled)
    record_decisions(home, decisions, by, day)
    return len(decisions)


def read_decided_lines(path: Path) -> list[DecidedLine]:
    """The lines that have a verdict.

    Raises:
        DataRefused: the file is no such list, or a line is incomplete (the text names the line, never a value).
    """
    rows = list(csv.reader(io.StringIO(_decoded(path), newline="")))
    missing = [name for name in COLUMNS if not rows or name not in rows[0]]
    if missing:
        raise DataRefused(
            f"{path.name} lacks the headings {', '.join(missing)}",
            "Fill in the list that osamari number candidates has written.",
        )
    places = [rows[0].index(name) for name in COLUMNS]
    found: list[DecidedLine] = []
    for line_no, row in enumerate(rows[1:], start=2):
        cells = [row[place].strip() if place < len(row) else "" for place in places]
        if cells[2]:
            found.append(_checked(path, line_no, cells))
    if not found:
        raise DataRefused(f"{path.name} holds no decision", "Fill in 判断 (同一, 別人 or 統合), 担当者 and 事由.")
    return found


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DataRefused(f"{path.name} is neither UTF-8 nor CP932", "Save it as CSV from the spreadsheet again.")


def _checked(path: Path, line_no: int, cells: list[str]) -> DecidedLine:
    one, other, verdict, officer, reason = cells
    place = f"{path.name}, line {line_no}"
    if verdict not in VERDICTS:
        raise DataRefused(f"{place}: 判断 is none of 同一, 別人, 統合", _REMEDY)
    if not officer or not reason:
        raise DataRefused(f"{place}: 担当者 or 事由 is missing", _REMEDY)
    if not all(side.startswith((CODE_MARK, SHEET_MARK)) for side in (one, other)) or one == other:
        raise DataRefused(f"{place}: 甲 and 乙 are not two codes ({CODE_MARK}...) or sheets ({SHEET_MARK}...)", _REMEDY)
    if VERDICTS[verdict] == MERGE and not (one.startswith(CODE_MARK) and other.startswith(CODE_MARK)):
        raise DataRefused(f"{place}: only codes can be merged (統合); of a sheet say 同一", _REMEDY)
    return DecidedLine(line_no, one, other, VERDICTS[verdict], officer, reason)


def _side(text: str, secret: str) -> str:
    """A side as the log keeps it: the key of a code, or a sheet by its number."""
    if text.startswith(SHEET_MARK):
        return SHEET + text.removeprefix(SHEET_MARK)
    return pseudonym(secret, "addressee", text.removeprefix(CODE_MARK))


def _refuse_unknown(connection: DuckDBPyConnection, lines: list[DecidedLine]) -> None:
    """Codes that nobody has, sheets that were never delivered, and merges of numbers that are not ours to give up."""
    sides = {side for line in lines for side in (line.one, line.other)}
    codes = sorted(side.removeprefix(CODE_MARK) for side in sides if side.startswith(CODE_MARK))
    known = {CODE_MARK + code for (code,) in connection.execute(_KNOWN_CODES, {"codes": codes}).fetchall()}
    sheets = connection.execute("SELECT DISTINCT sheet_no FROM raw_non_resident").fetchall()
    known |= {SHEET_MARK + sheet_no for (sheet_no,) in sheets}
    given = "SELECT number FROM number_assignments WHERE number_kind = 'individual' AND number_state = 'valid'"
    ours = {CODE_MARK + number for (number,) in connection.execute(given).fetchall()}
    for line in lines:
        if line.one not in known or line.other not in known:
            raise DataRefused(f"line {line.line_no}: 甲 or 乙 is a code or a sheet that was never delivered", _REMEDY)
        if line.verdict == MERGE and line.one not in ours:
            raise DataRefused(
                f"line {line.line_no}: 甲 is no valid number of the non-residents, so it cannot be given up",
                "Exchange 甲 and 乙, or say 同一. Nothing of the file was taken.",
            )


def _refuse_contradiction(decisions: list[Decision], settled: dict[str, str | None]) -> None:
    """Refuse when what is decided to be one person would contain two that were decided to be different."""

    def standing(side: str) -> str:
        return settled.get(side.removeprefix(SHEET)) or side if side.startswith(SHEET) else side

    newest = {frozenset((standing(one.one), standing(one.other))): one for one in decisions}
    groups = group_of((standing(one.one), standing(one.other)) for one in newest.values() if one.verdict != DIFFERENT)
    for decision in newest.values():
        one, other = standing(decision.one), standing(decision.other)
        if decision.verdict == DIFFERENT and one in groups and groups[one] == groups.get(other):
            raise DataRefused(
                "the decisions contradict each other: two that are said to be different people are the same as a third",
                "Compare with the earlier decisions (osamari number decisions) and decide all pairs of the three.",
            )
