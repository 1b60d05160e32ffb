"""Erasure follows downstream: what consumers have of certain people is deleted, earlier files with them are removed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from ingestion.database import write_warehouse
from ingestion.delivery_notice import CHANGE, FULL
from ingestion.errors import DataRefused
from ingestion.warehouse import transaction
from marts.link_tables import held, outbox
from marts.link_tables.delivering import Setting, complete, finish, write_difference
from marts.link_tables.delivery_log import WITHDRAWN, Delivered, Delivery, log_of
from marts.link_tables.link import CHANGE_HEADING, DELETED
from marts.link_tables.statement import held_records, held_without, table_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from ingestion.home import Home
    from marts.link_tables.link import Link


@dataclass(frozen=True)
class Person:
    """One addressee code of a person to be erased, and the pseudonym that stands for it."""

    addressee_code: str
    addressee_key: str


@dataclass(frozen=True)
class Erasure:
    """What was done for one link: delivered deletions, removed files, and the full delivery that replaces them."""

    link: str
    deleted: int
    removed_files: tuple[str, ...]
    deliveries: tuple[Delivery, ...]


def delete_downstream(
    home: Home, links: Sequence[Link], people: Collection[Person], day: date, at: datetime
) -> list[Erasure]:
    """Deliver deletions, with keys only, for all records of these people; remove earlier files that name them.

    A consumer that has not taken a removed file would miss what else stood in it: it gets a full delivery, of what it
    should have without these people. Whoever calls this erases them from raw and the vault, too; else the next run
    of the marts would deliver them again. A second call does nothing.

    Raises:
        DataRefused: the log is broken, or something was delivered for a later day than ``day``.
    """
    if not home.warehouse.exists():
        return []
    with write_warehouse(home) as connection:
        complete(home, connection)
        setting = Setting.of(home, connection, day, at)
        connection.execute("create or replace temp table erased_people (addressee_code varchar, addressee_key varchar)")
        rows = [[person.addressee_code, person.addressee_key] for person in people]
        if rows:
            connection.executemany("insert into erased_people values (?, ?)", rows)
        found = [_erase(setting, link) for link in links if setting.shapes.get(link.table) == table_columns(link)]
    return [erasure for erasure in found if erasure.deliveries or erasure.removed_files]


def _erase(setting: Setting, link: Link) -> Erasure:
    named = _files_that_name_them(setting, link)
    deletion = _deliver(setting, link, held_without(link), CHANGE)
    setting = replace(setting, delivered=Delivered((*setting.delivered.all, *([deletion] if deletion else []))))
    for delivery in named:
        outbox.remove(delivery.path(setting.home))
        log_of(setting.home).append({"kind": WITHDRAWN, "link": link.id, "file": delivery.file, "at": setting.at})
    renewed = _deliver(setting, link, held_records(link), FULL) if named else None
    made = tuple(delivery for delivery in (deletion, renewed) if delivery)
    return Erasure(link.id, deletion.deleted if deletion else 0, tuple(delivery.file for delivery in named), made)


def _deliver(setting: Setting, link: Link, difference: str, scope: str) -> Delivery | None:
    newest = setting.delivered.newest_day(link.id)
    if setting.day.isoformat() < newest:
        raise DataRefused(f"The link {link.id} has delivered for {newest}.", f"Erase as of {newest} or later.")
    with transaction(setting.connection):
        setting.connection.execute(difference)
        if scope == CHANGE:
            held.apply(setting.connection, link)
        delivery = write_difference(setting, link, scope, is_always=scope == FULL)
    if delivery:
        finish(setting.home, setting.connection, delivery)
    return delivery


def _files_that_name_them(setting: Setting, link: Link) -> list[Delivery]:
    """Earlier files in the outbox that hold a record of one of the people; a deletion holds the key alone."""
    there = [delivery for delivery in setting.delivered.of(link.id) if delivery.path(setting.home).exists()]
    return [delivery for delivery in there if _names_them(setting, link, delivery)]


def _names_them(setting: Setting, link: Link, delivery: Delivery) -> bool:
    code = link.addressee_code.heading.replace('"', '""')
    query = (
        "select 1 from read_csv($path, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"') "
        f'where "{CHANGE_HEADING}" <> $deleted and "{code}" in (select addressee_code from erased_people) limit 1'
    )
    try:
        parameters = {"path": str(delivery.path(setting.home)), "deleted": DELETED}
        return setting.connection.execute(query, parameters).fetchone() is not None
    except duckdb.Error:
        # Of an earlier registration with other headings, or damaged: what cannot be read is not kept.
        return True
