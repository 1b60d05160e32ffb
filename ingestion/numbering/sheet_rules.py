"""The rules for sheets without a code, as SQL: which are open, whom they equal, whom they may be.

Set-based over all sheets of a run; every join is on equal keys, so that a first delivery of many thousand sheets
costs no more than sorting them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.numbering.identities import CORPORATE, PLACE
from ingestion.row_sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

WITHOUT_CODE, ITEMS_MISSING = "without_code", "items_missing"
TWO_PERSONS, SAME_ITEMS, DECIDED, SIMILAR = "two_persons", "same_items", "decided", "similar"
SETTLED = ("numbered", "known")
_NEEDS_CODE = ("02", "03", "04")

_OPEN = f"""
CREATE OR REPLACE TEMP TABLE open_sheets AS
SELECT newest.*, row_number() OVER (ORDER BY {PLACE}) AS sheet_place,
    CASE
        WHEN change_reason_code IN {_NEEDS_CODE} THEN {literal(WITHOUT_CODE)}
        WHEN items_hash IS NULL THEN {literal(ITEMS_MISSING)}
    END AS fault
FROM (SELECT * FROM sheet_versions
    QUALIFY row_number() OVER (PARTITION BY sheet_no ORDER BY {", ".join(f"{p} DESC" for p in PLACE.split(", "))}) = 1
) AS newest
WHERE addressee_code IS NULL AND NOT is_withdrawn
    AND sheet_no NOT IN (SELECT sheet_no FROM number_sheets WHERE outcome IN {SETTLED})
"""
_EXACT = """
CREATE OR REPLACE TEMP TABLE equal_codes AS
SELECT DISTINCT sheets.sheet_no, known.addressee_code, coalesce(persons.person_key, known.addressee_key) AS person_key
FROM open_sheets AS sheets
JOIN identities AS known ON known.items_hash = sheets.items_hash
LEFT JOIN number_persons AS persons ON persons.addressee_code = known.addressee_code
ANTI JOIN different_sheets AS different
    ON different.sheet_no = sheets.sheet_no AND different.addressee_key = known.addressee_key
WHERE sheets.fault IS NULL
"""


def _possible(known: str, other: str) -> str:
    """Pairs of open sheets and ``known`` of which two of name, birth date and address agree; the name need not.

    A body has no birth date: of it, the name or the address is enough.
    """
    person = "sheets.birth_date = known.birth_date AND sheets.birth_date IS NOT NULL"
    address = "sheets.address_key = known.address_key"
    body = f"sheets.corporate_class = {literal(CORPORATE)} AND known.corporate_class = {literal(CORPORATE)}"
    joins: list[str] = []
    for name in ("name_key", "kana_key"):
        joins += [f"sheets.{name} = known.{name} AND {rest}" for rest in (person, address, body)]
    joins += [f"{address} AND {person} AND sheets.sex IS NOT DISTINCT FROM known.sex", f"{address} AND {body}"]
    return " UNION ".join(
        f"SELECT sheets.sheet_no, {other} FROM open_sheets AS sheets JOIN {known} AS known ON {join} "
        "WHERE sheets.fault IS NULL"
        for join in joins
    )


_SIMILAR = f"""
CREATE OR REPLACE TEMP TABLE similar_codes AS
SELECT pairs.* FROM ({_possible("latest", "known.addressee_code, known.addressee_key")}) AS pairs
ANTI JOIN different_sheets AS different
    ON different.sheet_no = pairs.sheet_no AND different.addressee_key = pairs.addressee_key
"""
_OTHER_SHEET = (
    "sheets.sheet_place, sheets.items_hash, known.sheet_no AS other_sheet_no, known.sheet_place AS other_place, "
    "known.items_hash AS other_items_hash, known.fault AS other_fault"
)
_SIMILAR_SHEETS = f"""
CREATE OR REPLACE TEMP TABLE similar_sheets AS
SELECT DISTINCT pairs.sheet_no, pairs.other_sheet_no
FROM ({_possible("open_sheets", _OTHER_SHEET)}) AS pairs
ANTI JOIN different_pairs AS different
    ON different.sheet_no = pairs.sheet_no AND different.other_sheet_no = pairs.other_sheet_no
WHERE pairs.other_fault IS NULL AND pairs.items_hash <> pairs.other_items_hash AND pairs.other_place < pairs.sheet_place
"""


def find_open_sheets(connection: DuckDBPyConnection) -> None:
    """Make the temporary tables ``open_sheets``, ``equal_codes``, ``similar_codes`` and ``similar_sheets``.

    Needs the tables of ``gather_identities`` and ``gather_decisions``.
    """
    for statement in (_OPEN, _EXACT, _SIMILAR, _SIMILAR_SHEETS):
        connection.execute(statement)
