"""The front door of numbering: ties, sheets, histories and integrated numbers; nothing when nothing changed."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from ingestion.city_profile import read_city_profile
from ingestion.database import write_warehouse
from ingestion.name_keys import register_match_keys
from ingestion.numbering.decisions import Decision, gather_decisions, merge_decided, standing_decisions
from ingestion.numbering.histories import renew_assignments, tell_deliveries
from ingestion.numbering.identities import gather_identities
from ingestion.numbering.integrated import give_numbers, merge_integrated
from ingestion.numbering.sheets import number_sheets
from ingestion.numbering.ties import tie_codes
from ingestion.pseudonym import read_secret
from ingestion.warehouse import transaction

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home
    from ingestion.numbering.settings import NumberingSettings

MEMORY_LIMIT = "2GiB"
"""Most memory that DuckDB takes; beyond it, it writes to disk beside the warehouse."""
FEEDS = ("addressee", "non_resident", "qualification")
"""Feeds that tell who an addressee code is."""
_DELIVERED = f"""
SELECT count(*), coalesce(max(file_no), 0), coalesce(sum(row_count_loaded), 0), coalesce(sum(row_count_superseded), 0)
FROM feed_files WHERE feed IN {FEEDS}
"""
# Two sheets an officer calls the same, of which one has been given its number only now.
_HALF_SETTLED = "SELECT count(*) FROM decided_sides WHERE one LIKE 'S:%' AND one_key IS NULL AND verdict <> 'different'"


@dataclass(frozen=True)
class NumberingCounts:
    """What stands after numbering. ``is_unchanged``: nothing had been delivered or decided since the last time."""

    is_unchanged: bool
    numbered: int
    known: int
    waiting: int
    refused: int
    persons_with_several_codes: int
    integrated: int
    conflicts: int


@contextmanager
def open_for_numbering(home: Home) -> Iterator[DuckDBPyConnection]:
    """A writing connection that knows match keys and leaves memory to others."""
    with write_warehouse(home) as connection:
        connection.execute(f"SET enable_progress_bar = false; SET memory_limit = '{MEMORY_LIMIT}'")
        register_match_keys(connection)
        yield connection


def number_everyone(home: Home, day: dt.date) -> NumberingCounts:
    """Take in what was delivered and decided since the last time; ``day`` is the day of what is not dated itself.

    Raises:
        ChainBroken: the log of decisions was changed. ConfigurationError: ``[numbering]`` or the secret is wrong.
    """
    settings, secret, decisions = read_city_profile(home).numbering, read_secret(home), standing_decisions(home)
    with open_for_numbering(home) as connection:
        state = _fingerprint(connection, decisions, settings.integrated)
        row = connection.execute("SELECT fingerprint FROM number_runs").fetchone()
        if row == (state,):
            return counts(connection, is_unchanged=True)
        with transaction(connection):
            number_anew(connection, secret, decisions, settings, day)
        return counts(connection, is_unchanged=False)


def number_anew(
    connection: DuckDBPyConnection, secret: str, decisions: list[Decision], settings: NumberingSettings, day: dt.date
) -> None:
    """All steps, whatever stood before; leaves the temporary tables of the steps for who goes on with them."""
    prepare(connection, secret, decisions)
    settle(connection, secret, decisions, day)
    if settings.gives_to_all:
        give_numbers(connection, day, reason="all")
        renew_assignments(connection)
    connection.execute("DELETE FROM number_runs")
    state = _fingerprint(connection, decisions, settings.integrated)
    connection.execute("INSERT INTO number_runs VALUES (?)", [state])


def prepare(connection: DuckDBPyConnection, secret: str, decisions: list[Decision]) -> None:
    """Make the temporary tables that every step reads, and tie the codes of one person."""
    gather_identities(connection, secret)
    gather_decisions(connection, decisions)
    tell_deliveries(connection)
    merge_decided(connection)
    renew_assignments(connection)
    tie_codes(connection, secret)


def settle(connection: DuckDBPyConnection, secret: str, decisions: list[Decision], day: dt.date) -> None:
    """Decide the open sheets; merge the integrated numbers of who turned out to be one person."""
    number_sheets(connection, secret, day)
    row = connection.execute(_HALF_SETTLED).fetchone()
    if row and row[0]:
        prepare(connection, secret, decisions)
        number_sheets(connection, secret, day)
    merge_integrated(connection, day)
    renew_assignments(connection)


def _fingerprint(connection: DuckDBPyConnection, decisions: list[Decision], integrated: str) -> str:
    """Of everything that numbering follows from."""
    delivered = connection.execute(_DELIVERED).fetchone()
    text = repr((delivered, [astuple(decision) for decision in decisions], integrated))
    return hashlib.sha256(text.encode()).hexdigest()


def counts(connection: DuckDBPyConnection, *, is_unchanged: bool) -> NumberingCounts:
    """What stands in the tables now."""
    outcomes = dict(connection.execute("SELECT outcome, count(*) FROM number_sheets GROUP BY outcome").fetchall())
    (persons,), (integrated,), (conflicts,) = (
        connection.execute(query).fetchone() or (0,)
        for query in (
            "SELECT count(DISTINCT person_key) FROM number_persons",
            "SELECT count(*) FROM number_assignments WHERE number_kind = 'integrated' AND number_state = 'valid'",
            "SELECT count(*) FROM number_conflicts",
        )
    )
    return NumberingCounts(
        is_unchanged,
        numbered=int(outcomes.get("numbered", 0)),
        known=int(outcomes.get("known", 0)),
        waiting=int(outcomes.get("waiting", 0)),
        refused=int(outcomes.get("refused", 0)),
        persons_with_several_codes=int(persons),
        integrated=int(integrated),
        conflicts=int(conflicts),
    )
