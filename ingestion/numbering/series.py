"""The next numbers of a kind: fifteen digits with a check digit, each used once for ever.

First the digit of the kind, then thirteen digits of a serial number, then the check digit. A serial number is spent
even where no check digit exists for it or somebody has the number already; the series never goes back, whatever is
erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.check_digit_sql import individual_code_remainder
from ingestion.contract import load_contracts
from ingestion.numbering.tables import INDIVIDUAL, INTEGRATED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIRST_DIGITS = {INDIVIDUAL: "9", INTEGRATED: "8"}
_SERIAL_DIGITS = 13
_SPARE = 50
"""Serial numbers tried beyond those wanted, and a fifth of them more: one in eleven has no check digit."""


def next_numbers(connection: DuckDBPyConnection, kind: str, count: int) -> list[str]:
    """The next ``count`` numbers of a kind in rising order, taken from the series for good."""
    found: list[str] = []
    while len(found) < count:
        found += _take(connection, kind, count - len(found))
    return found


def _take(connection: DuckDBPyConnection, kind: str, count: int) -> list[str]:
    last = last_serial(connection, kind)
    tried = count + count // 5 + _SPARE
    body = f"'{FIRST_DIGITS[kind]}' || lpad(CAST(serial AS VARCHAR), {_SERIAL_DIGITS}, '0')"
    rows = connection.execute(
        "WITH bodies AS (SELECT serial, body, "
        f"{individual_code_remainder('body')} AS digit FROM (SELECT serial, {body} AS body FROM "
        "(SELECT unnest(range($first, $end)) AS serial))), "
        "numbers AS (SELECT serial, body || CAST(digit AS VARCHAR) AS number FROM bodies WHERE digit < 10) "
        f"SELECT serial, number FROM numbers ANTI JOIN ({_taken(kind)}) AS taken USING (number) "
        "ORDER BY serial LIMIT $count",
        {"first": last + 1, "end": last + 1 + tried, "count": count},
    ).fetchall()
    spent = int(rows[-1][0]) if len(rows) == count else last + tried
    connection.execute("DELETE FROM number_series WHERE number_kind = ?", [kind])
    connection.execute("INSERT INTO number_series VALUES (?, ?)", [kind, spent])
    return [str(number) for _, number in rows]


def _taken(kind: str) -> str:
    """Codes of any feed that look like numbers of this kind: an older system may have given them."""
    feeds = (contract for contract in load_contracts().values() if "addressee_code" in contract.layout.by_name)
    return " UNION ".join(
        f"SELECT addressee_code AS number FROM {contract.raw_table} WHERE addressee_code LIKE '{FIRST_DIGITS[kind]}%'"
        for contract in feeds
    )


def last_serial(connection: DuckDBPyConnection, kind: str) -> int:
    """The last serial number that was used of a kind; 0 before the first."""
    row = connection.execute("SELECT max(last_serial) FROM number_series WHERE number_kind = ?", [kind]).fetchone()
    return int(row[0]) if row and row[0] is not None else 0
