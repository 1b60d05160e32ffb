"""What officers decided about pairs: same person, different persons, or one number given up for the other.

A chained log in ``numbering/decisions.jsonl`` of the home. A side is a person's key (``A...``) or a sheet (``S:`` and
its number): nothing in the log tells who somebody is, and it outlives the warehouse. The newest decision on a pair
counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.hash_chain import HashChain
from ingestion.numbering.histories import MERGED, append_events

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home

SAME, DIFFERENT, MERGE = "same", "different", "merge"
SHEET = "S:"
_FIELDS = ("one", "other", "verdict", "officer", "reason", "decided_date")
_REMEDY = "Restore numbering/decisions.jsonl from the last backup; decisions since then are to be made again."


@dataclass(frozen=True)
class Decision:
    """One decision: two sides, the verdict, who decided it, why and on which day. A merge gives up ``one``."""

    one: str
    other: str
    verdict: str
    officer: str
    reason: str
    decided_date: str


def decision_log(home: Home) -> HashChain:
    """The log of this home."""
    return HashChain(home.numbering / "decisions.jsonl", _REMEDY)


def standing_decisions(home: Home) -> list[Decision]:
    """The newest decision on each pair, in the order in which they were made.

    Raises:
        ChainBroken: somebody changed the log.
    """
    newest: dict[frozenset[str], Decision] = {}
    for line in decision_log(home).lines():
        decision = Decision(*(str(line[name]) for name in _FIELDS))
        pair = frozenset((decision.one, decision.other))
        newest.pop(pair, None)
        newest[pair] = decision
    return list(newest.values())


def record_decisions(home: Home, decisions: Iterable[Decision], by: str, day: dt.date) -> None:
    """Append decisions to the log; ``by`` is the account that took in the officer's file, on ``day``."""
    log = decision_log(home)
    for decision in decisions:
        log.append({name: getattr(decision, name) for name in _FIELDS} | {"by": by, "recorded_date": day.isoformat()})


def gather_decisions(connection: DuckDBPyConnection, decisions: list[Decision]) -> None:
    """Make the temporary tables that rules read.

    ``decided``: as decided. ``decided_codes``: pairs of keys, sheets by the code they have. ``same_sheets``,
    ``different_sheets``, ``different_pairs``: what an open sheet is or is not.
    """
    columns = [pa.array([getattr(one, name) for one in decisions], pa.string()) for name in _FIELDS]
    connection.register("standing_decisions", pa.table(columns, list(_FIELDS)))
    make = "CREATE OR REPLACE TEMP TABLE"
    connection.execute(f"{make} decided AS SELECT * FROM standing_decisions")
    connection.unregister("standing_decisions")
    connection.execute(
        f"{make} decided_sides AS WITH keys AS (SELECT '{SHEET}' || sheet_no AS side, addressee_key FROM number_sheets "
        "WHERE addressee_key IS NOT NULL), sides AS (SELECT one, other, verdict FROM decided "
        "UNION ALL SELECT other, one, verdict FROM decided) "
        "SELECT sides.*, coalesce(ones.addressee_key, CASE WHEN one LIKE 'A%' THEN one END) AS one_key, "
        "coalesce(others.addressee_key, CASE WHEN other LIKE 'A%' THEN other END) AS other_key FROM sides "
        "LEFT JOIN keys AS ones ON ones.side = sides.one LEFT JOIN keys AS others ON others.side = sides.other"
    )
    connection.execute(
        f"{make} decided_codes AS SELECT DISTINCT one_key, other_key, verdict FROM decided_sides "
        "WHERE one_key < other_key"
    )
    sheet = f"substr(one, {len(SHEET) + 1})"
    of_sheet = f"FROM decided_sides WHERE one LIKE '{SHEET}%'"
    connection.execute(
        f"{make} same_sheets AS SELECT sheet_no, min(addressee_code) AS addressee_code "
        f"FROM (SELECT {sheet} AS sheet_no, "
        f"other_key {of_sheet} AND verdict <> '{DIFFERENT}') AS same "
        "JOIN known_codes ON known_codes.addressee_key = same.other_key GROUP BY sheet_no"
    )
    connection.execute(
        f"{make} different_sheets AS SELECT DISTINCT {sheet} AS sheet_no, other_key AS addressee_key {of_sheet} "
        f"AND verdict = '{DIFFERENT}' AND other_key IS NOT NULL"
    )
    connection.execute(
        f"{make} different_pairs AS SELECT {sheet} AS sheet_no, substr(other, {len(SHEET) + 1}) AS other_sheet_no "
        f"{of_sheet} AND other LIKE '{SHEET}%' AND verdict = '{DIFFERENT}'"
    )


def merge_decided(connection: DuckDBPyConnection) -> None:
    """Tell the history of each individual number that an officer gave up for another, once."""
    append_events(
        connection,
        f"SELECT 'individual' AS number_kind, one.addressee_code AS number, '{MERGED}' AS event, "
        "CAST(decided.decided_date AS DATE) AS from_date, one.addressee_code, one.addressee_key, "
        "CAST(NULL AS VARCHAR) AS sheet_no, CAST(NULL AS DATE) AS delivery_date, other.addressee_code AS other_number, "
        "decided.officer, decided.reason, one.addressee_code AS place FROM decided "
        "JOIN known_codes AS one ON one.addressee_key = decided.one "
        "JOIN known_codes AS other ON other.addressee_key = decided.other "
        "ANTI JOIN (SELECT number, other_number FROM number_history WHERE event = 'merged') AS told "
        "ON told.number = one.addressee_code AND told.other_number = other.addressee_code "
        f"WHERE decided.verdict = '{MERGE}'",
    )
