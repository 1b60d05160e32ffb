"""What the consumers have: one table ``link_<id>`` for each link, changed together with the delivery that tells it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb

from ingestion.errors import DataRefused
from marts.link_tables.delivery_log import delivery_of
from marts.link_tables.link import CHANGED, DELETED, INSERTED
from marts.link_tables.statement import (
    DIFFERENCE,
    RECORD_ID,
    difference,
    held_digest,
    nothing,
    standing_records,
    table_columns,
)

if TYPE_CHECKING:
    from datetime import date

    from marts.link_tables.delivery_log import Delivery
    from marts.link_tables.link import Link

PENDING = "link_pending"
"""Deliveries that are in the link tables but perhaps not yet in the log and the outbox; empty when nothing runs."""


def ensure_pending(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table of pending deliveries when it is missing."""
    connection.execute(f"create table if not exists {PENDING} (file varchar, body varchar)")


def pending(connection: duckdb.DuckDBPyConnection) -> list[Delivery]:
    """The deliveries that an interrupted run left, oldest first."""
    try:
        rows = connection.execute(f"select body from {PENDING} order by rowid").fetchall()
    except duckdb.CatalogException:
        return []
    return [delivery_of(json.loads(body)) for (body,) in rows]


def add_pending(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """Note a delivery in the transaction that changes its link table."""
    connection.execute(f"insert into {PENDING} values (?, ?)", [delivery.file, json.dumps(delivery.body())])


def forget_pending(connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> None:
    """The delivery is complete."""
    connection.execute(f"delete from {PENDING} where file = ?", [delivery.file])


def shapes(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Name and type of the columns of every link table; asked once, as DuckDB lists all columns for each question."""
    found: dict[str, list[tuple[str, str]]] = {}
    for table, name, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = current_database() "
        "and starts_with(table_name, 'link_') order by table_name, column_index"
    ).fetchall():
        found.setdefault(str(table), []).append((str(name), str(kind)))
    return found


def make_table(connection: duckdb.DuckDBPyConnection, link: Link) -> None:
    """An empty link table in the place of one with other columns."""
    columns = ", ".join(f"{name} {kind}" for name, kind in table_columns(link))
    connection.execute(f"create or replace table {link.table} ({columns})")


def compare(connection: duckdb.DuckDBPyConnection, link: Link, day: date) -> int:
    """How many records differ from what stands as of the day; of an expired link nothing stands.

    Raises:
        DataRefused: the models that the link reads are not there, or give several rows for one record.
    """
    try:
        if link.has_expired(day):
            connection.execute(difference(link, nothing(link)))
        else:
            connection.execute(difference(link, standing_records(link)), {"as_of": day})
    except (duckdb.CatalogException, duckdb.BinderException):
        raise DataRefused(
            f"The warehouse does not hold what the link {link.id} is made from.", "Run `osamari refresh`, then repeat."
        ) from None
    count, record_count = _numbers(connection, f"select count(*), count(distinct {RECORD_ID}) from {DIFFERENCE}")
    if count != record_count:
        raise DataRefused(f"The link {link.id} finds several rows for one record.", "Correct the models it names.")
    return count


def apply(connection: duckdb.DuckDBPyConnection, link: Link) -> None:
    """Bring the link table to where the difference leads."""
    known = f"select {RECORD_ID} from {DIFFERENCE} where change_class <> '{INSERTED}'"
    connection.execute(f"delete from {link.table} where {RECORD_ID} in ({known})")
    connection.execute(
        f"insert into {link.table} select * exclude (change_class) from {DIFFERENCE} where change_class <> '{DELETED}'"
    )


def counts(connection: duckdb.DuckDBPyConnection, link: Link) -> dict[str, int]:
    """Rows of the difference by what happened to them, and the yen of its control total."""
    parts = {"inserted": INSERTED, "changed": CHANGED, "deleted": DELETED}
    asked = [f"count(*) filter (change_class = '{code}')" for code in parts.values()]
    yen = f"cast(coalesce(sum({link.amount.name}), 0) as bigint)" if link.amount else "0"
    found = _numbers(connection, f"select {', '.join(asked)}, {yen} from {DIFFERENCE}")
    return dict(zip((*parts, "amount_yen"), found, strict=True))


def held(connection: duckdb.DuckDBPyConnection, link: Link) -> tuple[int, str]:
    """How many records the consumer has, and their digest."""
    count, digest = _numbers(connection, held_digest(link))
    return count, f"{digest:032x}"


def _numbers(connection: duckdb.DuckDBPyConnection, query: str) -> list[int]:
    return [int(value) for value in connection.execute(query).fetchone() or ()]
