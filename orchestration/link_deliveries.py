"""Deliveries of the shared links, by a refresh or the command: behind the gates, each file a numbered copy."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from marts.link_tables.deliver import Outcome, Request, deliver
from marts.link_tables.downstream import delete_downstream
from marts.link_tables.registry import load_links
from orchestration.access import copies
from orchestration.access.account import current_account
from orchestration.dependence import closed_before

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ingestion.home import Home
    from marts.link_tables.delivery_log import Delivery
    from marts.link_tables.downstream import Erasure, Person
    from marts.link_tables.link import Link

COPY_KIND = "outbox"
"""The kind of copy in ``access/commands.yaml``."""


def deliver_links(home: Home, links: Sequence[Link], day: dt.date, full: Collection[str] = ()) -> list[Outcome]:
    """Deliver what has changed; a link behind a closed gate waits.

    Raises:
        ChainBroken: the register of copies or the log is not what was written; nothing is delivered then.
        DataRefused: see :func:`marts.link_tables.deliver.deliver`.
    """
    # Asked before: a file that cannot be registered afterwards would be taken back, and its consumer would miss it.
    copies.register_of(home).head()
    closed = closed_before(home, {link.id: link.reads for link in links}, day)
    waiting = {name: f"closed gates: {', '.join(gates)}" for name, gates in closed.items()}
    return deliver(home, links, Request(_now(), waiting, full))


def register_refreshed(home: Home, outcomes: Sequence[Outcome]) -> None:
    """Number the files that a refresh has delivered."""
    for made in (outcome.delivery for outcome in outcomes if outcome.delivery):
        _register(home, made, current_account(home), "refresh")


def forget_downstream(home: Home, people: Collection[Person], day: dt.date, account: str) -> list[Erasure]:
    """Tell the consumers to forget these people, before their rows are erased here; each file is a numbered copy.

    Before, because a link table that has lost them can no longer say whose record the consumer has to delete. The
    deletions hold keys only and stay in the outbox until their consumers take them.

    Raises:
        DataRefused: see :func:`marts.link_tables.downstream.delete_downstream`.
        ChainBroken: the register of copies is not what was written; nothing is delivered then.
    """
    copies.register_of(home).head()
    done = delete_downstream(home, list(load_links(home).values()), people, day, _now())
    for made in (delivery for erasure in done for delivery in erasure.deliveries):
        _register(home, made, account, "erase")
    return done


def _register(home: Home, made: Delivery, account: str, command: str) -> None:
    copy = copies.Copy(made.path(home), COPY_KIND, made.rows, account, command, "", None)
    copies.register_copy(home, copy, _now().isoformat(timespec="seconds"))


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).astimezone()
