"""Deliveries to the consumers of the shared link tables as assets: one for each consumer, made from what it gets.

One step makes all of them, on one opened warehouse, behind the gates of feeds and marts. A link that is made from a
table whose gate is closed waits, and its consumer keeps what it has; the others go on.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import dagster as dg

from ingestion.home import Home
from marts.link_tables.deliver import Outcome, Request, deliver
from marts.link_tables.link import Link
from marts.link_tables.registry import load_links
from orchestration.access.account import current_account
from orchestration.access.copies import Copy, register_copy
from orchestration.access.gate import moment
from orchestration.as_of import AsOf
from orchestration.dependence import closed_before
from orchestration.progress import say
from orchestration.step import step

PREFIX = "outbox_"
JAPAN = dt.timezone(dt.timedelta(hours=9), "JST")


def _spec(consumer: str, links: Sequence[Link]) -> dg.AssetSpec:
    titles = "、".join(link.title_ja for link in links)
    return dg.AssetSpec(
        PREFIX + consumer,
        deps=sorted({table for link in links for table in link.reads}),
        group_name="link_tables",
        description=f"{links[0].consumer.name_ja}への連携: {titles}",
        metadata={"links": len(links), "registered items": sum(len(link.columns) for link in links)},
    )


def _specs() -> list[dg.AssetSpec]:
    """One asset for each consumer of the platform's registry; a city's own links are delivered with them."""
    by_consumer: dict[str, list[Link]] = {}
    for link in load_links().values():
        by_consumer.setdefault(link.consumer.code, []).append(link)
    return [_spec(consumer, by_consumer[consumer]) for consumer in sorted(by_consumer)]


@dg.multi_asset(name="link_deliveries", specs=_specs(), can_subset=True)
def link_deliveries(context: dg.AssetExecutionContext, as_of: AsOf) -> Iterator[dg.MaterializeResult[None]]:
    """Deliver to the selected consumers what has changed since the last delivery."""
    selected = {key.to_user_string().removeprefix(PREFIX) for key in context.selected_asset_keys}
    with step() as home:
        links = [link for link in load_links(home).values() if link.consumer.code in selected]
        request = Request(dt.datetime.now(JAPAN), waiting=behind_closed_gates(home, links, as_of.day(home)))
        outcomes = deliver(home, links, request)
        _number(home, outcomes)
    for consumer in sorted(selected):
        yield _result(consumer, [outcome for outcome in outcomes if outcome.link.consumer.code == consumer])


def _number(home: Home, outcomes: Sequence[Outcome]) -> None:
    """Register each delivery as a copy, under the account of the run."""
    for made in (outcome.delivery for outcome in outcomes if outcome.delivery):
        copy = Copy(made.path(home), "outbox", made.rows, current_account(home), "refresh", "", None)
        register_copy(home, copy, moment())


def behind_closed_gates(home: Home, links: Sequence[Link], day: dt.date) -> dict[str, str]:
    """The links that must wait, with the gates that are closed."""
    closed = closed_before(home, {link.id: link.reads for link in links}, day)
    return {name: f"closed gates: {', '.join(gates)}" for name, gates in closed.items()}


def _result(consumer: str, outcomes: Sequence[Outcome]) -> dg.MaterializeResult[None]:
    """Counts only, never a value of a person."""
    made = [outcome.delivery for outcome in outcomes if outcome.delivery]
    rows = sum(delivery.rows for delivery in made)
    waiting = [f"{outcome.link.id}: {outcome.waits}" for outcome in outcomes if outcome.waits]
    say("links", f"{consumer}: {len(made)} of {len(outcomes)} links have news, {rows:,} rows")
    for text in waiting:
        say("links", f"{text}; the consumer keeps what it has")
    return dg.MaterializeResult(
        asset_key=PREFIX + consumer,
        metadata={
            "files": len(made),
            "rows": rows,
            "inserted": sum(delivery.inserted for delivery in made),
            "changed": sum(delivery.changed for delivery in made),
            "deleted": sum(delivery.deleted for delivery in made),
            "waiting": "; ".join(waiting) or "none",
        },
    )
