"""``osamari bench numbering``: seconds and peak memory of numbering a whole city, and of looking for probable pairs.

The people are invented by SQL, with names as uneven as real ones: one in ten without an individual number, one in a
hundred a second time under another code (a third each: same individual number, same items, moved), and a sheet
without a code for two in a hundred. Times are those of this process, without starting it.
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ingestion.database import write_warehouse
from ingestion.home import Home
from ingestion.numbering.review import write_review
from ingestion.numbering.run import number_everyone
from ingestion.pseudonym import pseudonym_sql, read_secret
from ingestion.warehouse import ensure_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")
DAY = dt.date(2026, 5, 31)
DOUBLE_EACH, SHEET_EACH, WITHOUT_NUMBER_EACH = 100, 50, 10
_KIB = 1024
_PERSON = """
SELECT i, 'F' || CAST(floor(300 * pow(hash(i, 'f') % 1000 / 1000.0, 3)) AS INTEGER) AS family,
    'G' || CAST(floor(900 * pow(hash(i, 'g') % 1000 / 1000.0, 2)) AS INTEGER) AS given_name,
    DATE '1930-01-01' + CAST(hash(i, 'b') % 34000 AS INTEGER) AS birth_date,
    CAST(hash(i, 's') % 2 + 1 AS VARCHAR) AS sex,
    'T' || hash(i, 't') % 240 || '-' || hash(i, 'l') % 900 AS address
"""
_ADDRESSEES = f"""
INSERT INTO raw_addressee BY NAME
WITH people AS ({_PERSON} FROM (SELECT unnest(range($persons)) AS i)),
codes AS (SELECT i, i AS code, family, given_name, birth_date, sex, address,
        i % {WITHOUT_NUMBER_EACH} <> 0 AS has_number FROM people
    UNION ALL SELECT i, $persons + i, family, given_name, birth_date, sex,
        CASE i // {DOUBLE_EACH} % 3 WHEN 1 THEN address ELSE address || '-moved' END, i // {DOUBLE_EACH} % 3 = 0
    FROM people WHERE i % {DOUBLE_EACH} = 1)
SELECT lpad(CAST(code AS VARCHAR), 15, '0') AS addressee_code, '1' AS individual_corporate_class, birth_date, sex,
    family || given_name AS basic_full_name_kanji, family || given_name AS name_key,
    family || given_name AS name_kana_key,
    address AS address_kanji, CASE WHEN has_number THEN 'N' || i END AS individual_number,
    {pseudonym_sql("addressee", "lpad(CAST(code AS VARCHAR), 15, '0')")} AS addressee_key,
    1 AS source_file_no, code AS source_line_no, DATE '2026-04-01' AS delivery_date, 1 AS delivery_seq,
    hash(code) AS record_hash
FROM codes
"""
_SHEETS = f"""
INSERT INTO raw_non_resident BY NAME
WITH people AS ({_PERSON} FROM (SELECT unnest(range(0, $persons, {SHEET_EACH})) AS i))
SELECT 'S' || i AS sheet_no, '1' AS individual_corporate_class, '01' AS change_reason_code, sex,
    family || given_name || CASE WHEN i // {SHEET_EACH} % 3 = 2 THEN 'X' || i ELSE '' END AS name_key,
    name_key AS full_name, name_key AS name_kana_key,
    birth_date, address || CASE WHEN i // {SHEET_EACH} % 3 = 0 THEN '' ELSE '-away' END AS address,
    2 AS source_file_no, i AS source_line_no, DATE '2026-04-01' AS delivery_date, 1 AS delivery_seq,
    hash(i) AS record_hash
FROM people
"""


def bench_numbering(persons: int) -> list[str]:
    """The lines to print: seconds of each step, peak memory of the process, and what came out."""
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        home = Home(Path(folder) / "home").create()
        home.city_profile.write_text('[numbering]\nintegrated = "all"\n', encoding="utf-8")
        ensure_warehouse(home)
        _invent(home, persons)
        first, found = _timed(lambda: number_everyone(home, DAY))
        again, _ = _timed(lambda: number_everyone(home, DAY))
        review, listed = _timed(lambda: write_review(home, DAY, by="bench", purpose="bench"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB
    return [
        f"{persons:,} addressees and {persons // DOUBLE_EACH:,} second codes, {persons // SHEET_EACH:,} sheets",
        f"  numbering             {first:7.1f} s   {found.persons_with_several_codes:,} people with several codes",
        (
            f"                                    sheets: {found.numbered:,} numbered, {found.known:,} known, "
            f"{found.waiting:,} waiting"
        ),
        f"  again, unchanged      {again:7.1f} s",
        f"  numbering, candidates {review:7.1f} s   {listed.pair_count:,} pairs listed, {listed.left_out:,} left out",
        f"  peak memory           {peak / 1e9:7.2f} GB",
    ]


def _invent(home: Home, persons: int) -> None:
    with write_warehouse(home) as connection:
        connection.execute(_ADDRESSEES, {"persons": persons, "secret": read_secret(home)})
        connection.execute(_SHEETS, {"persons": persons})


def _timed(step: Callable[[], _Result]) -> tuple[float, _Result]:
    began = time.monotonic()
    result = step()
    return time.monotonic() - began, result
