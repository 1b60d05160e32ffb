"""What becomes of sheets without a code: known, refused, waiting for an officer, or numbered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.numbering.histories import GIVEN, TIED, UNTIED, append_events
from ingestion.numbering.series import next_numbers
from ingestion.numbering.sheet_rules import DECIDED, SAME_ITEMS, SIMILAR, TWO_PERSONS, find_open_sheets
from ingestion.numbering.tables import INDIVIDUAL
from ingestion.pseudonym import pseudonym_sql
from ingestion.row_sql import literal

if TYPE_CHECKING:
    import datetime as dt

    from duckdb import DuckDBPyConnection

CAUSES = {
    "without_code": (
        "a correction, merge or deletion without an individual code",
        "Deliver the sheet again with the code it is about.",
    ),
    "items_missing": (
        "of the four identifying items one is missing (name, birth date, sex, address; of a body name and address)",
        "Complete the sheet and deliver it again under its number.",
    ),
    "two_persons": (
        "the four identifying items are those of two people",
        "Decide which of them it is: osamari number candidates writes the list, osamari number decide takes it.",
    ),
    "merge_into_unknown": (
        "a merge into an individual code that nobody has",
        "Correct the code that remains and deliver the sheet again.",
    ),
    "merge_in_circle": (
        "a merge that leads back to its own individual code",
        "Say which of the codes remains and deliver the sheet again.",
    ),
}
"""Why a sheet is refused, and what to do about it."""

# The person's code that was not given up, the smallest of them: whichever the rule had found.
_STANDING_CODE = """
SELECT equal.sheet_no, count(DISTINCT equal.person_key) AS person_count,
    coalesce(
        min(equal.addressee_code) FILTER (WHERE given_up.number IS NULL), min(equal.addressee_code)
    ) AS addressee_code
FROM equal_codes AS equal
LEFT JOIN (SELECT number FROM number_assignments WHERE number_kind = 'individual' AND number_state = 'merged')
    AS given_up ON given_up.number = equal.addressee_code
GROUP BY equal.sheet_no
"""
_JUDGED = f"""
CREATE OR REPLACE TEMP TABLE judged_sheets AS
WITH standing AS ({_STANDING_CODE}),
near AS (SELECT sheet_no, min(addressee_code) AS addressee_code FROM similar_codes GROUP BY sheet_no),
near_sheet AS (SELECT sheet_no, min(other_sheet_no) AS other_sheet_no FROM similar_sheets GROUP BY sheet_no)
SELECT sheets.sheet_no, sheets.sheet_place, sheets.items_hash, sheets.record_hash, sheets.delivery_date,
    sheets.change_date, near.addressee_code AS similar_code, near_sheet.other_sheet_no,
    coalesce(same.addressee_code, CASE WHEN standing.person_count = 1 THEN standing.addressee_code END) AS code,
    CASE
        WHEN same.addressee_code IS NOT NULL THEN 'known'
        WHEN sheets.fault IS NOT NULL OR standing.person_count > 1 THEN 'refused'
        WHEN standing.person_count = 1 THEN 'known'
        WHEN near.sheet_no IS NOT NULL OR near_sheet.sheet_no IS NOT NULL THEN 'waiting'
        ELSE 'numbered'
    END AS outcome,
    CASE
        WHEN same.addressee_code IS NOT NULL THEN {literal(DECIDED)}
        WHEN sheets.fault IS NOT NULL THEN sheets.fault
        WHEN standing.person_count > 1 THEN {literal(TWO_PERSONS)}
        WHEN standing.person_count = 1 THEN {literal(SAME_ITEMS)}
        WHEN near.sheet_no IS NOT NULL OR near_sheet.sheet_no IS NOT NULL THEN {literal(SIMILAR)}
    END AS cause
FROM open_sheets AS sheets
LEFT JOIN same_sheets AS same ON same.sheet_no = sheets.sheet_no
LEFT JOIN standing ON standing.sheet_no = sheets.sheet_no
LEFT JOIN near ON near.sheet_no = sheets.sheet_no
LEFT JOIN near_sheet ON near_sheet.sheet_no = sheets.sheet_no
"""
# Sheets that say exactly the same ask for one number; the first of them has it.
_NEW = """
CREATE OR REPLACE TEMP TABLE new_sheets AS
SELECT judged.*, first_value(sheet_no) OVER same_items AS first_sheet_no,
    row_number() OVER same_items AS place_in_group
FROM judged_sheets AS judged WHERE outcome = 'numbered'
WINDOW same_items AS (PARTITION BY items_hash ORDER BY sheet_place)
"""


def number_sheets(connection: DuckDBPyConnection, secret: str, day: dt.date) -> None:
    """Decide every open sheet of ``find_open_sheets`` and give the numbers that are to be given, as of ``day``."""
    _reopen(connection, day)
    find_open_sheets(connection)
    connection.execute(_JUDGED)
    connection.execute(_NEW)
    _give(connection)
    connection.execute(
        "DELETE FROM number_sheets WHERE outcome NOT IN ('numbered', 'known') AND cause NOT LIKE 'merge_%'"
    )
    key = pseudonym_sql("addressee", "code")
    connection.execute(
        f"INSERT INTO number_sheets SELECT sheet_no, outcome, code, {key}, cause, other_sheet_no, similar_code, "
        "record_hash, $day FROM (SELECT judged.* REPLACE (coalesce(given.number, judged.code) AS code, "
        "CASE WHEN given.place_in_group > 1 THEN 'known' ELSE judged.outcome END AS outcome, "
        f"CASE WHEN given.place_in_group > 1 THEN {literal(SAME_ITEMS)} ELSE judged.cause END AS cause) "
        "FROM judged_sheets AS judged LEFT JOIN given_numbers AS given ON given.sheet_no = judged.sheet_no) "
        "ORDER BY sheet_place",
        {"secret": secret, "day": day},
    )
    _record(connection)


def _give(connection: DuckDBPyConnection) -> None:
    """Make ``given_numbers``: the number of each new sheet, in the order in which the sheets were delivered."""
    firsts = connection.execute(
        "SELECT sheet_no FROM new_sheets WHERE place_in_group = 1 ORDER BY sheet_place"
    ).fetchall()
    numbers = next_numbers(connection, INDIVIDUAL, len(firsts))
    columns = [pa.array([sheet_no for (sheet_no,) in firsts], pa.string()), pa.array(numbers, pa.string())]
    connection.register("drawn_numbers", pa.table(columns, ["first_sheet_no", "number"]))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE given_numbers AS SELECT sheet_no, place_in_group, number "
        "FROM new_sheets JOIN drawn_numbers USING (first_sheet_no)"
    )
    connection.unregister("drawn_numbers")


def _record(connection: DuckDBPyConnection) -> None:
    """Tell the history of the sheets settled in this run."""
    append_events(
        connection,
        f"SELECT 'individual' AS number_kind, settled.addressee_code AS number, "
        f"CASE settled.outcome WHEN 'numbered' THEN {literal(GIVEN)} ELSE {literal(TIED)} END AS event, "
        "coalesce(judged.change_date, judged.delivery_date) AS from_date, settled.addressee_code, "
        "settled.addressee_key, settled.sheet_no, settled.cause AS reason, judged.delivery_date, "
        "judged.sheet_place AS place FROM number_sheets AS settled JOIN judged_sheets AS judged USING (sheet_no) "
        "WHERE settled.outcome IN ('numbered', 'known')",
    )


def _reopen(connection: DuckDBPyConnection, day: dt.date) -> None:
    """Take sheets from codes that an officer has since said are somebody else's; who received a number keeps it."""
    contradicted = (
        "FROM number_sheets AS settled JOIN different_sheets AS different ON different.sheet_no = settled.sheet_no "
        "AND different.addressee_key = settled.addressee_key WHERE settled.outcome = 'known'"
    )
    append_events(
        connection,
        f"SELECT 'individual' AS number_kind, settled.addressee_code AS number, {literal(UNTIED)} AS event, "
        "CAST($day AS DATE) AS from_date, settled.addressee_code, settled.addressee_key, settled.sheet_no, "
        f"'different' AS reason, CAST(NULL AS DATE) AS delivery_date, settled.sheet_no AS place {contradicted}",
        {"day": day},
    )
    connection.execute(f"DELETE FROM number_sheets WHERE sheet_no IN (SELECT settled.sheet_no {contradicted})")
