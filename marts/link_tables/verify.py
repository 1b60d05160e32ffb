"""Is everything still what was delivered? The chained log, the files in the outbox, the link tables, the registry."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from marts.link_tables import held, outbox
from marts.link_tables.delivery_log import Delivered, Delivery
from marts.link_tables.statement import table_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

    from ingestion.home import Home
    from marts.link_tables.link import Link

_PIECE = 1 << 20


@dataclass(frozen=True)
class Verification:
    """How many deliveries are logged, how many of their files are still in the outbox, and what is wrong."""

    delivery_count: int
    present_count: int
    problems: tuple[str, ...]


def verify(home: Home, links: Mapping[str, Link]) -> Verification:
    """Check everything; a file that is no longer there has been taken by its consumer, or its days were over.

    Raises:
        ChainBroken: a line of the log was changed, removed or slipped in.
    """
    delivered = Delivered.read(home)
    problems = [problem for delivery in delivered.all for problem in _file_problems(home, delivery)]
    problems += _strangers(home, delivered.all)
    if home.warehouse.exists():
        with read_warehouse(home) as connection:
            problems += _table_problems(connection, links, delivered)
    present = sum(delivery.path(home).exists() for delivery in delivered.all)
    return Verification(len(delivered.all), present, tuple(problems))


def _file_problems(home: Home, delivery: Delivery) -> list[str]:
    path = delivery.path(home)
    place = f"outbox/{delivery.consumer}/{delivery.file}"
    if not path.exists():
        return []
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
    if digest.hexdigest() != delivery.sha256:
        return [f"{place}: another content than was delivered"]
    control = outbox.control_of(path)
    if not control.exists() or control.read_text(encoding="utf-8") != outbox.control_text(delivery):
        return [f"{place}: its control file is missing or says something else"]
    return []


def _strangers(home: Home, deliveries: Iterable[Delivery]) -> list[str]:
    known = {
        file for delivery in deliveries for path in [delivery.path(home)] for file in (path, outbox.control_of(path))
    }
    files = sorted(path for path in home.outbox.glob("*/*") if path.is_file() and not path.name.startswith("."))
    return [f"outbox/{path.parent.name}/{path.name}: nobody delivered it" for path in files if path not in known]


def _table_problems(
    connection: duckdb.DuckDBPyConnection, links: Mapping[str, Link], delivered: Delivered
) -> list[str]:
    waiting = [f"{d.file}: not completed yet; run `osamari link deliver`" for d in held.pending(connection)]
    if waiting:
        return waiting
    shapes = held.shapes(connection)
    problems = []
    for table in sorted(set(shapes) - {held.PENDING}):
        link = links.get(table.removeprefix("link_"))
        if link is None:
            problems.append(
                f"{table}: no link is registered for it; give a link its last day (`to`) instead of removing it"
            )
        elif shapes[table] == table_columns(link) and (last := delivered.of(link.id)):
            problems += _content_problems(connection, link, last[-1])
    return problems


def _content_problems(connection: duckdb.DuckDBPyConnection, link: Link, last: Delivery) -> list[str]:
    if held.held(connection, link) == (last.held_count, last.held_digest):
        return []
    return [f"{link.table}: other records than after the last delivery, {last.file}"]
