"""One delivery, so that the link table, the log and the outbox stay together however a run ends.

The difference is applied and noted as pending in one transaction, then logged, then shown in the outbox, then no longer
pending. A run that is killed anywhere in between is completed by the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.delivery_notice import CHANGE, FULL
from ingestion.errors import DataRefused
from ingestion.file_ledger import municipality_of
from ingestion.warehouse import transaction
from marts.link_tables import held, outbox
from marts.link_tables.delivery_log import Delivered, Delivery, log_of
from marts.link_tables.statement import held_records, table_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    import duckdb

    from ingestion.home import Home
    from marts.link_tables.link import Link


@dataclass(frozen=True)
class Setting:
    """What all deliveries of a run have in common."""

    home: Home
    connection: duckdb.DuckDBPyConnection
    day: date
    at: str
    municipality_code: str
    delivered: Delivered
    shapes: Mapping[str, list[tuple[str, str]]]

    @classmethod
    def of(cls, home: Home, connection: duckdb.DuckDBPyConnection, day: date, at: datetime) -> Setting:
        """The setting of a run.

        Raises:
            DataRefused: the log is broken, or the loaded files name several municipalities.
        """
        moment = at.isoformat(timespec="seconds")
        connection.execute("set enable_progress_bar = false")
        shapes = held.shapes(connection)
        return cls(home, connection, day, moment, municipality_of(connection), Delivered.read(home), shapes)


def complete(home: Home, connection: duckdb.DuckDBPyConnection, full: Collection[str] = ()) -> None:
    """Log and show what an interrupted run had applied; remove what it had only begun to write.

    Raises:
        DataRefused: a delivery was applied and its file is lost; those of links in ``full`` are delivered anew anyway.
    """
    held.ensure_pending(connection)
    waiting = held.pending(connection)
    logged = {delivery.file for delivery in Delivered.read(home).all} if waiting else set()
    for delivery in waiting:
        if delivery.file in logged or outbox.is_written(delivery.path(home)):
            finish(home, connection, delivery, is_logged=delivery.file in logged)
        elif delivery.link in full:
            held.forget_pending(connection, delivery)
        else:
            raise DataRefused(
                f"The delivery {delivery.file} was never shown, and its file is lost.",
                f"Deliver everything anew: osamari link deliver --full {delivery.link}",
            )
    outbox.remove_unfinished(home)


def deliver_difference(setting: Setting, link: Link, *, is_full: bool = False) -> Delivery | None:
    """Compare, apply and deliver one link; None when the consumer has everything.

    The first delivery is full, and so is one after the registered items have changed.
    """
    connection = setting.connection
    with transaction(connection):
        is_new = setting.shapes.get(link.table) != table_columns(link)
        if is_new and link.has_expired(setting.day):
            return None
        if is_new:
            held.make_table(connection, link)
        if held.compare(connection, link, setting.day):
            held.apply(connection, link)
        is_full = is_full or (is_new and bool(setting.delivered.of(link.id)))
        if is_full:
            connection.execute(held_records(link))
        delivery = write_difference(setting, link, FULL if is_full or is_new else CHANGE, is_always=is_full)
    if delivery:
        finish(setting.home, connection, delivery)
    return delivery


def write_difference(setting: Setting, link: Link, scope: str, *, is_always: bool = False) -> Delivery | None:
    """Write what was applied under its hidden name and note it as pending; None when it is empty, unless ``is_always``.

    Belongs into the transaction that applied it; :func:`finish` follows its commit.
    """
    counts = held.counts(setting.connection, link)
    if not (is_always or counts["inserted"] or counts["changed"] or counts["deleted"]):
        return None
    held_count, held_digest = held.held(setting.connection, link)
    seq = setting.delivered.next_seq(link.id, setting.day)
    name = outbox.file_name(link, setting.municipality_code, setting.day, seq)
    path = outbox.folder_of(setting.home, link.consumer.code) / name
    delivery = Delivery(
        link=link.id,
        consumer=link.consumer.code,
        file=name,
        scope=scope,
        as_of=setting.day.isoformat(),
        seq=seq,
        **counts,
        sha256=outbox.write_rows(setting.connection, link, path),
        held_count=held_count,
        held_digest=held_digest,
        registration=link.registration,
        at=setting.at,
    )
    outbox.write_control(delivery, path)
    held.add_pending(setting.connection, delivery)
    return delivery


def finish(home: Home, connection: duckdb.DuckDBPyConnection, delivery: Delivery, *, is_logged: bool = False) -> None:
    """Log first, then show: a file that the consumer may take is in the log."""
    if not is_logged:
        log_of(home).append(delivery.body())
    outbox.show(delivery.path(home))
    held.forget_pending(connection, delivery)
