"""The review list: pairs that an officer has to decide, as a CSV file for a spreadsheet, in ``numbering/`` of the home.

Grain: one line per pair. Personal data; the file is for its owner only. 甲 and 乙 are written with 宛名: or 票: in
front, so that no spreadsheet takes a code for a number and drops its zeros. Names and addresses of people under
protection are not shown unless the caller says that they may be.
"""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.city_profile import read_city_profile
from ingestion.errors import ConfigurationError
from ingestion.numbering.candidates import ProbablePair, probable_pairs
from ingestion.numbering.decisions import standing_decisions
from ingestion.numbering.run import number_anew, open_for_numbering
from ingestion.protected_list import PROTECTED, protected_keys
from ingestion.pseudonym import read_secret
from ingestion.warehouse import transaction

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home

CODE_MARK, SHEET_MARK = "宛名:", "票:"
HEADINGS = (
    "種類", "甲", "乙", "甲氏名", "乙氏名", "甲カナ", "乙カナ", "甲生年月日", "乙生年月日", "甲性別", "乙性別",
    "甲住所", "乙住所", "確率", "理由", "判断", "担当者", "事由",
)  # fmt: skip
"""The last three are filled in by the officer."""
MOST_PAIRS = 5_000
"""Probable pairs of one list; those left out come when these are decided."""
_FORMULA_START = tuple("=+-@＝＋－＠\t\r")

_PAIRS = f"""
CREATE OR REPLACE TEMP TABLE review_pairs AS
SELECT 1 AS part, '登録票' AS kind, '{SHEET_MARK}' || equal.sheet_no AS one,
    '{CODE_MARK}' || equal.addressee_code AS other, CAST(NULL AS DOUBLE) AS probability,
    '四情報が二人以上と一致' AS reason
FROM equal_codes AS equal JOIN number_sheets AS sheets USING (sheet_no) WHERE sheets.cause = 'two_persons'
UNION ALL
SELECT 2, '登録票', '{SHEET_MARK}' || near.sheet_no, '{CODE_MARK}' || near.addressee_code, NULL, '四情報の一部が一致'
FROM similar_codes AS near JOIN number_sheets AS sheets USING (sheet_no) WHERE sheets.outcome = 'waiting'
UNION ALL
SELECT 2, '登録票', '{SHEET_MARK}' || near.sheet_no, '{SHEET_MARK}' || near.other_sheet_no, NULL,
    '登録票どうしの一部が一致'
FROM similar_sheets AS near JOIN number_sheets AS sheets USING (sheet_no) WHERE sheets.outcome = 'waiting'
UNION ALL
SELECT 3, '宛名', '{CODE_MARK}' || addressee_code, '{CODE_MARK}' || other_addressee_code, NULL, CASE cause
    WHEN 'number_differs' THEN '四情報は一致、個人番号が異なる'
    WHEN 'number_of_another' THEN '個人番号は一致、氏名も生年月日も異なる'
    ELSE 'ほかの判断・一致と矛盾' END
FROM number_conflicts
UNION ALL
SELECT 4, '宛名', '{CODE_MARK}' || one, '{CODE_MARK}' || other, probability, '似ている' FROM probable
"""
# Beside the flags of the address feed: the city's own list, and whoever was ever flagged in the arrears file.
_PROTECTED_NOW = """
CREATE OR REPLACE TEMP TABLE protected_now AS SELECT unnest(CAST($listed AS VARCHAR[])) AS addressee_key
UNION SELECT addressee_key FROM raw_arrears_case WHERE coalesce(has_dv_flag, false)
"""
# Who each side is, from the delivered rows that the keys were made of.
_SIDES = f"""
WITH wanted AS (SELECT one AS side FROM review_pairs UNION SELECT other FROM review_pairs),
codes AS (SELECT wanted.side, latest.* FROM wanted JOIN latest ON wanted.side = '{CODE_MARK}' || latest.addressee_code),
sheets AS (SELECT wanted.side, open.source_file_no, open.source_line_no FROM wanted
    JOIN open_sheets AS open ON wanted.side = '{SHEET_MARK}' || open.sheet_no
    UNION ALL SELECT side, source_file_no, source_line_no FROM codes WHERE source_rank = 2)
SELECT codes.side, basic_full_name_kanji AS name, basic_full_name_kana AS kana, people.birth_date, people.sex,
    concat_ws('　', address_kanji, building_name_kanji) AS address,
    coalesce(has_dv_flag, false) OR coalesce(has_neglect_flag, false)
        OR people.addressee_key IN (SELECT addressee_key FROM protected_now) AS is_protected
FROM codes JOIN raw_addressee AS people USING (source_file_no, source_line_no) WHERE codes.source_rank = 1
UNION ALL
SELECT sheets.side, full_name, people.name_kana, people.birth_date, people.sex, people.address, false
FROM sheets JOIN raw_non_resident AS people USING (source_file_no, source_line_no)
"""
_SHOWN_ITEMS = ("name", "kana", "birth_date", "sex", "address")
_LINES = f"""
SELECT kind, one, other, {", ".join(f"ones.{name}, others.{name}" for name in _SHOWN_ITEMS)},
    probability, reason, coalesce(ones.is_protected, false), coalesce(others.is_protected, false)
FROM review_pairs LEFT JOIN review_sides AS ones ON ones.side = one
LEFT JOIN review_sides AS others ON others.side = other
ORDER BY part, probability DESC NULLS LAST, one, other
"""
_SHOWN = {"1": "男", "2": "女"}
_FIRST_TEXT, _SEX_PLACES = 3, (9, 10)


@dataclass(frozen=True)
class ReviewList:
    """What was written: the file, its lines, and how many probable pairs were left out for another time."""

    path: Path
    pair_count: int
    left_out: int


def write_review(home: Home, day: dt.date, *, by: str, purpose: str, shows_protected: bool = False) -> ReviewList:
    """Number anew, look for probable pairs and write ``review-<day>.csv``, asked for ``by`` an account for a purpose.

    Raises:
        ConfigurationError: it was not said who asks, or for what. Further see ``number_everyone``.
    """
    if not by.strip() or not purpose.strip():
        raise ConfigurationError(
            "it is not said who asks for the list, or for what", "Give a purpose: --purpose numbering."
        )
    settings, secret, decisions = read_city_profile(home).numbering, read_secret(home), standing_decisions(home)
    with open_for_numbering(home) as connection, transaction(connection):
        number_anew(connection, secret, decisions, settings, day)
        pairs = probable_pairs(connection)
        connection.execute(_PROTECTED_NOW, {"listed": sorted(protected_keys(home, day))})
        lines = _lines(connection, pairs[:MOST_PAIRS], shows_protected=shows_protected)
    path = home.numbering / f"review-{day.isoformat()}.csv"
    _write(path, lines)
    return ReviewList(path, len(lines), max(0, len(pairs) - MOST_PAIRS))


def _lines(connection: DuckDBPyConnection, pairs: list[ProbablePair], *, shows_protected: bool) -> list[list[str]]:
    columns = [
        pa.array([pair.one for pair in pairs], pa.string()),
        pa.array([pair.other for pair in pairs], pa.string()),
    ]
    columns.append(pa.array([pair.probability for pair in pairs], pa.float64()))
    connection.register("probable", pa.table(columns, ["one", "other", "probability"]))
    connection.execute(_PAIRS)
    connection.unregister("probable")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE review_sides AS {_SIDES}")
    return [_line(row, shows_protected=shows_protected) for row in connection.execute(_LINES).fetchall()]


def _line(row: tuple[object, ...], *, shows_protected: bool) -> list[str]:
    """One line as text: no protected value, and nothing that a spreadsheet would compute."""
    *values, probability, reason, hides_one, hides_other = row
    cells = ["" if value is None else str(value) for value in values]
    for place in _SEX_PLACES:
        cells[place] = _SHOWN.get(cells[place], "")
    for place in range(_FIRST_TEXT, len(cells)):
        is_hidden = hides_one if place % 2 else hides_other
        if is_hidden and not shows_protected and place not in _SEX_PLACES:
            cells[place] = PROTECTED
        if cells[place].lstrip().startswith(_FORMULA_START):
            cells[place] = f"'{cells[place]}"
    return [*cells, "" if probability is None else f"{probability:.3f}", str(reason), "", "", ""]


def _write(path: Path, lines: list[list[str]]) -> None:
    """Beside and renamed, so that a stopped run leaves no half a list; for its owner only."""
    beside = path.with_name(f".{path.name}")
    beside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig", newline=""
    ) as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        writer.writerows(lines)
    beside.replace(path)
