"""The front door: bring every consumer's copy up to the day of the marts, and tell it only what changed.

The same marts a second time deliver nothing. A day without a change has no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb

from ingestion.database import read_warehouse, write_warehouse
from ingestion.errors import DataRefused
from marts.link_tables import outbox
from marts.link_tables.delivering import Setting, complete, deliver_difference

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ingestion.home import Home
    from marts.link_tables.delivery_log import Delivery
    from marts.link_tables.link import Link

_NOTHING_COMPUTED = "Nothing has been computed in this home yet."


@dataclass(frozen=True)
class Outcome:
    """What became of one link: a delivery, nothing new, or why it waits."""

    link: Link
    delivery: Delivery | None = None
    waits: str = ""


@dataclass(frozen=True)
class Request:
    """What a run asks for. ``at`` is the moment that the log shows; it changes no delivery.

    ``waiting`` names links that must wait, with the reason; ``full`` those whose consumer gets everything anew.
    """

    at: datetime
    waiting: Mapping[str, str] = field(default_factory=dict)
    full: Collection[str] = ()


def deliver(home: Home, links: Sequence[Link], request: Request) -> list[Outcome]:
    """Deliver what differs from what each consumer has, and complete what an interrupted run left.

    Raises:
        DataRefused: no marts, a broken log, a lost delivery; what was delivered before stays delivered.
    """
    day = day_of_marts(home)
    with write_warehouse(home) as connection:
        complete(home, connection, request.full)
        setting = Setting.of(home, connection, day, request.at)
        outcomes = [_deliver_one(setting, link, request) for link in links]
    for link in links:
        _remove_old(setting, link)
    return outcomes


def day_of_marts(home: Home) -> date:
    """The day as of which the marts stand, and with them every delivery.

    Raises:
        DataRefused: nothing has been computed.
    """
    row = None
    if home.warehouse.exists():
        with read_warehouse(home) as connection:
            try:
                row = connection.execute("select as_of_date from int_run").fetchone()
            except duckdb.CatalogException:
                row = None
    if row is None:
        raise DataRefused(_NOTHING_COMPUTED, "Run `osamari refresh` first.")
    day: date = row[0]
    return day


def _deliver_one(setting: Setting, link: Link, request: Request) -> Outcome:
    newest = setting.delivered.newest_day(link.id)
    # What has expired is taken back whatever stands behind a closed gate.
    waits = "" if link.has_expired(setting.day) else request.waiting.get(link.id, "")
    if setting.day < link.from_date:
        waits = f"in force from {link.from_date}"
    elif setting.day.isoformat() < newest:
        waits = f"the marts stand as of {setting.day}, before the last delivery of {newest}"
    if waits:
        return Outcome(link, waits=waits)
    return Outcome(link, deliver_difference(setting, link, is_full=link.id in request.full))


def _remove_old(setting: Setting, link: Link) -> None:
    """Files that the consumer should have taken long ago: personal data is not kept for its own sake."""
    for delivery in setting.delivered.of(link.id):
        if date.fromisoformat(delivery.as_of) + timedelta(days=link.outbox_days) < setting.day:
            outbox.remove(delivery.path(setting.home))
