"""Differences between the city's systems that it knows and accepts, from ``city.toml``.

An accepted difference stays listed; it only does not stop the run until its day has passed.

[[accepted_difference]]
cause = "missing_in_history"          # a cause of fct_receipt_differences
feed = "counter_slip"                 # the feed whose record differs
until = 2026-03-31                    # last day on which it is accepted
reason = "束の二重計上を会計課が調査中"
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.contract import list_feeds
from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLE = "raw_accepted_differences"
COLUMNS = "cause VARCHAR, feed VARCHAR, valid_until DATE, reason VARCHAR"
_KEYS = ("cause", "feed", "until", "reason")


@dataclass(frozen=True)
class AcceptedDifference:
    """One cause of differences in records of one feed, accepted up to a day for a reason."""

    cause: str
    feed: str
    until: dt.date
    reason: str


def read_accepted_differences(rows: object) -> tuple[AcceptedDifference, ...]:
    """The list under ``[[accepted_difference]]``.

    Raises:
        ConfigurationError: a key is missing, unknown or wrong; nothing is accepted without a day and a reason.
    """
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _wrong("accepted_difference", "a list of tables: [[accepted_difference]]")
    return tuple(_accepted(number, row) for number, row in enumerate(rows, start=1))


def store_accepted_differences(connection: DuckDBPyConnection, accepted: tuple[AcceptedDifference, ...]) -> None:
    """Replace the table by what ``city.toml`` says now."""
    connection.execute(f"DELETE FROM {TABLE}")
    for row in accepted:
        connection.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?)", [row.cause, row.feed, row.until, row.reason])


def _accepted(number: int, row: dict[str, object]) -> AcceptedDifference:
    place = f"accepted_difference {number}: "
    unknown = sorted(set(row) - set(_KEYS))
    if unknown:
        raise _wrong(place + unknown[0], f"no setting; use {', '.join(_KEYS)}")
    cause, feed, until, reason = (row.get(key) for key in _KEYS)
    if not isinstance(cause, str) or not cause.strip():
        raise _wrong(place + "cause", "a cause of fct_receipt_differences in quotes")
    if not isinstance(feed, str) or feed not in list_feeds():
        raise _wrong(place + "feed", "the name of a feed in quotes")
    if not isinstance(until, dt.date) or isinstance(until, dt.datetime):
        raise _wrong(place + "until", "a date without quotes, such as 2026-03-31")
    if not isinstance(reason, str) or not reason.strip():
        raise _wrong(place + "reason", "a text in quotes, not empty")
    return AcceptedDifference(cause, feed, until, reason)


def _wrong(key: str, allowed: str) -> ConfigurationError:
    return ConfigurationError(f"city.toml: {key} is wrong", f"It is {allowed}.")
