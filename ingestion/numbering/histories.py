"""The events of numbers, and the state that follows from them.

``number_history`` only grows. An event holds from its ``from_date`` until the next one of the same number; who wants
from and to reads :func:`history_of`. Codes that the city's own system gave come in by their sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ingestion.numbering.identities import PLACE
from ingestion.row_sql import literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

GIVEN, REGISTERED, CORRECTED, MERGED, DELETED = "given", "registered", "corrected", "merged", "deleted"
TIED, UNTIED = "tied", "untied"
_EVENT_OF_REASON = {"01": REGISTERED, "02": CORRECTED, "03": MERGED, "04": DELETED}
_COLUMNS = (
    "number_kind, number, event, from_date, addressee_code, addressee_key, sheet_no, other_number, delivery_date, "
    "delivery_seq, officer, reason"
)
_BY_PLACE = ", ".join(f"versions.{part}" for part in PLACE.split(", "))
_NEWEST_FIRST = ", ".join(f"{part} DESC" for part in PLACE.split(", "))
_TOLD_EVENT = " ".join(f"WHEN '{code}' THEN '{event}'" for code, event in _EVENT_OF_REASON.items())
_NEW_DELIVERIES = f"""
CREATE OR REPLACE TEMP TABLE new_deliveries AS
WITH versions AS (
    SELECT *, row_number() OVER (PARTITION BY sheet_no ORDER BY {_NEWEST_FIRST}) = 1 AS is_newest,
        CASE change_reason_code {_TOLD_EVENT} END AS told_event
    FROM sheet_versions WHERE addressee_code IS NOT NULL AND NOT is_withdrawn
),
told AS (SELECT DISTINCT number, sheet_no, delivery_date, delivery_seq FROM number_history
    WHERE number_kind = 'individual' AND delivery_seq IS NOT NULL),
known AS (SELECT DISTINCT number FROM number_history WHERE number_kind = 'individual')
SELECT versions.*, row_number() OVER (ORDER BY {_BY_PLACE}) AS place,
    coalesce(told_event, CASE WHEN known.number IS NULL AND row_number() OVER (PARTITION BY versions.addressee_code
        ORDER BY {_BY_PLACE}) = 1 THEN {literal(REGISTERED)} ELSE {literal(CORRECTED)} END) AS event
FROM versions LEFT JOIN known ON known.number = versions.addressee_code
ANTI JOIN told ON told.number = versions.addressee_code AND told.sheet_no = versions.sheet_no
    AND told.delivery_date = versions.delivery_date AND told.delivery_seq = versions.delivery_seq
-- A merge that was corrected before anybody took note of it has not happened.
WHERE versions.is_newest OR versions.told_event IS DISTINCT FROM {literal(MERGED)}
"""
_ASSIGNMENTS = f"""
INSERT INTO number_assignments
SELECT number_kind, number, arg_min(addressee_code, history_no), arg_min(addressee_key, history_no),
    arg_min(sheet_no, history_no),
    CASE
        WHEN bool_or(event = {literal(MERGED)}) THEN 'merged'
        WHEN arg_max(event, history_no) FILTER (WHERE event IN
            ({literal(GIVEN)}, {literal(REGISTERED)}, {literal(DELETED)})) = {literal(DELETED)} THEN 'deleted'
        ELSE 'valid'
    END,
    arg_max(other_number, history_no) FILTER (WHERE event = {literal(MERGED)}), min(from_date), min(history_no)
FROM number_history
WHERE number_kind = 'integrated' OR number IN (SELECT number FROM number_history
    WHERE number_kind = 'individual' AND event IN ({literal(GIVEN)}, {literal(REGISTERED)}, {literal(CORRECTED)},
        {literal(MERGED)}, {literal(DELETED)}))
GROUP BY number_kind, number ORDER BY number_kind, number
"""


class Event(NamedTuple):
    """What happened to a number: from which day to which (None while it holds), to which other number, by whom, why."""

    event: str
    from_date: dt.date
    to_date: dt.date | None
    other_number: str
    officer: str
    reason: str


def append_events(connection: DuckDBPyConnection, events: str, parameters: Mapping[str, object] | None = None) -> None:
    """Append what a query gives, in the order of its column ``place``; columns it lacks stay empty."""
    last = "(SELECT coalesce(max(history_no), 0) FROM number_history)"
    empty = f"SELECT {', '.join(f'NULL AS {name}' for name in ('other_number', 'delivery_seq', 'officer'))}"
    connection.execute(
        f"INSERT INTO number_history SELECT {last} + row_number() OVER (ORDER BY place, number), {_COLUMNS} "
        f"FROM (SELECT * FROM ({events}) UNION ALL BY NAME SELECT * FROM ({empty}) WHERE false)",
        parameters or None,
    )


def tell_deliveries(connection: DuckDBPyConnection) -> None:
    """Tell what sheets with a code say of it, once each, in the order of delivery. A wrong merge is refused.

    The refusals stand in ``number_sheets``, anew in each run, until the sheet is corrected.
    """
    connection.execute("DELETE FROM number_sheets WHERE cause LIKE 'merge_%'")
    connection.execute(_NEW_DELIVERIES)
    refused = _wrong_merges(connection)
    for sheet_no, cause in refused.items():
        connection.execute(
            "INSERT INTO number_sheets SELECT sheet_no, 'refused', NULL, NULL, $cause, NULL, NULL, record_hash, "
            "delivery_date FROM new_deliveries WHERE sheet_no = $sheet_no QUALIFY row_number() OVER "
            "(ORDER BY place DESC) = 1",
            {"sheet_no": sheet_no, "cause": cause},
        )
    append_events(
        connection,
        "SELECT 'individual' AS number_kind, addressee_code AS number, event, coalesce(change_date, delivery_date) "
        "AS from_date, addressee_code, addressee_key, sheet_no, delivery_date, delivery_seq, 'sheet' AS reason, "
        f"CASE event WHEN {literal(MERGED)} THEN merged_into_addressee_code END AS other_number, place "
        "FROM new_deliveries WHERE sheet_no NOT IN (SELECT unnest($refused))",
        {"refused": list(refused) or [""]},
    )


def _wrong_merges(connection: DuckDBPyConnection) -> dict[str, str]:
    """Sheets that merge a code into one nobody has, or into one that itself ends in it: sheet number and cause."""
    merges = connection.execute(
        "SELECT sheet_no, addressee_code, merged_into_addressee_code, merged_into_addressee_code IN "
        "(SELECT addressee_code FROM known_codes) FROM new_deliveries WHERE event = 'merged' ORDER BY place"
    ).fetchall()
    merged_into = merges_so_far(connection)
    wrong: dict[str, str] = {}
    for sheet_no, code, into, is_known in merges:
        if not is_known:
            wrong[sheet_no] = "merge_into_unknown"
        elif survivor(merged_into, into) == code:
            wrong[sheet_no] = "merge_in_circle"
        else:
            merged_into[code] = into
    return wrong


def merges_so_far(connection: DuckDBPyConnection, kind: str = "individual") -> dict[str, str]:
    """Which number each merged number of a kind points to."""
    merged = "SELECT number, other_number FROM number_history WHERE number_kind = ? AND event = ? ORDER BY history_no"
    return dict(connection.execute(merged, [kind, MERGED]).fetchall())


def survivor(merged_into: Mapping[str, str], number: str) -> str:
    """The number that a number ends in, over all merges."""
    while number in merged_into:
        number = merged_into[number]
    return number


def renew_assignments(connection: DuckDBPyConnection) -> None:
    """Make ``number_assignments`` from the history."""
    connection.execute("DELETE FROM number_assignments")
    connection.execute(_ASSIGNMENTS)


def history_of(connection: DuckDBPyConnection, number: str) -> list[Event]:
    """The events of a number, oldest first; an event holds until the next one begins."""
    rows = connection.execute(
        "SELECT event, from_date, lead(from_date) OVER (ORDER BY history_no), coalesce(other_number, ''), "
        "coalesce(officer, ''), coalesce(reason, '') FROM number_history WHERE number = ? ORDER BY history_no",
        [number],
    ).fetchall()
    return [Event(*row) for row in rows]
