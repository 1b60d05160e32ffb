"""Deliveries of the shared links, by a refresh or the command: behind the gates, each file a numbered copy."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from marts.link_tables.deliver import Outcome, Request, deliver
from orchestration.access import copies
from orchestration.access.account import current_account
from orchestration.dependence import closed_before

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ingestion.home import Home
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
        copy = copies.Copy(made.path(home), COPY_KIND, made.rows, current_account(home), "refresh", "", None)
        copies.register_copy(home, copy, _now().isoformat(timespec="seconds"))


def _now() -> dt.datetime:
    return dt.datetime.now(tz=dt.UTC).astimezone()
