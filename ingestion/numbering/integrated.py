"""Integrated numbers (団体内統合宛名番号): one for each person over all addressee codes, stable for ever.

A number belongs to the code it was given for; the codes of the same person share it (``number_persons``). When two
persons turn out to be one, the number that was given first survives, the other points to it and is never used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.numbering.histories import GIVEN, MERGED, append_events
from ingestion.numbering.series import next_numbers
from ingestion.numbering.tables import INTEGRATED
from ingestion.row_sql import literal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

_PERSON = "coalesce(persons.person_key, {key}.addressee_key)"
_HELD = f"""
SELECT {_PERSON.format(key="held")} AS person_key, held.number, held.addressee_code, held.addressee_key,
    held.first_history_no
FROM number_assignments AS held LEFT JOIN number_persons AS persons ON persons.addressee_code = held.addressee_code
WHERE held.number_kind = 'integrated' AND held.number_state = 'valid' AND held.addressee_code IS NOT NULL
"""
_CODES = """
SELECT addressee_code, addressee_key FROM known_codes
UNION SELECT addressee_code, addressee_key FROM number_sheets WHERE addressee_code IS NOT NULL
"""


def merge_integrated(connection: DuckDBPyConnection, day: dt.date) -> None:
    """Of several valid numbers of one person let the first survive; the others point to it from ``day`` on."""
    append_events(
        connection,
        f"SELECT {literal(INTEGRATED)} AS number_kind, number, {literal(MERGED)} AS event, "
        "CAST($day AS DATE) AS from_date, "
        "addressee_code, addressee_key, CAST(NULL AS VARCHAR) AS sheet_no, CAST(NULL AS DATE) AS delivery_date, "
        "survivor AS other_number, 'one person' AS reason, first_history_no AS place FROM (SELECT *, "
        f"first_value(number) OVER (PARTITION BY person_key ORDER BY first_history_no) AS survivor FROM ({_HELD})) "
        "WHERE number <> survivor",
        {"day": day},
    )


def give_numbers(
    connection: DuckDBPyConnection, day: dt.date, codes: Sequence[str] | None = None, reason: str = "requested"
) -> int:
    """Give a number to each person that has none: of these addressee codes, or of all; returns how many were given.

    In the order of the persons' keys, so that a number tells nothing about anybody.
    """
    asked = "" if codes is None else "WHERE addressee_code IN (SELECT unnest($codes))"
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE persons_asked AS SELECT person_key, min(addressee_code) AS addressee_code, "
        f"arg_min(addressee_key, addressee_code) AS addressee_key FROM (SELECT codes.*, {_PERSON.format(key='codes')} "
        f"AS person_key FROM ({_CODES}) AS codes LEFT JOIN number_persons AS persons USING (addressee_code) {asked}) "
        f"WHERE person_key NOT IN (SELECT person_key FROM ({_HELD})) GROUP BY person_key",
        None if codes is None else {"codes": list(codes)},
    )
    persons = connection.execute("SELECT person_key FROM persons_asked ORDER BY person_key").fetchall()
    numbers = next_numbers(connection, INTEGRATED, len(persons))
    columns = [pa.array([key for (key,) in persons], pa.string()), pa.array(numbers, pa.string())]
    connection.register("drawn_numbers", pa.table(columns, ["person_key", "number"]))
    append_events(
        connection,
        f"SELECT {literal(INTEGRATED)} AS number_kind, number, {literal(GIVEN)} AS event, "
        "CAST($day AS DATE) AS from_date, "
        "addressee_code, addressee_key, CAST(NULL AS VARCHAR) AS sheet_no, CAST(NULL AS DATE) AS delivery_date, "
        "$reason AS reason, number AS place FROM persons_asked JOIN drawn_numbers USING (person_key)",
        {"day": day, "reason": reason},
    )
    connection.unregister("drawn_numbers")
    return len(numbers)
