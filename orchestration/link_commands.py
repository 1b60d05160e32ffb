"""``osamari link``: the shared link tables (共通基盤): who gets what of whom, deliveries, lookups, verification."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from ingestion.home import Home
from orchestration.access.gate import recorded, restricted
from orchestration.exit_codes import DONE, REFUSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.link_tables.deliver import Outcome
    from marts.link_tables.link import Link
    from orchestration.access.gate import Access

JAPAN = dt.timezone(dt.timedelta(hours=9), "JST")


@click.group()
def link() -> None:
    r"""Shared link tables (共通基盤): what each system of the city gets of another, as registered and as delivered.

    Only registered items can be delivered; the registry is marts/link_tables/registry, and link_tables/ of the home for
    links of this city's own. Deliveries lie in outbox/<consumer>/ of the home; a refresh makes them by itself.

    \b
    Examples:
      osamari link list                               all links
      osamari link show levies_to_arrears             its items, purpose and legal basis
      osamari link deliver                            what has changed since the last delivery
      osamari link deliver --full levies_to_arrears   everything anew, when a consumer has lost its copy
      osamari link reference addressees_to_arrears 000000000100002 --purpose collection
      osamari link verify                             is everything still what was delivered?
    """


@link.command("list")
def list_() -> None:
    """Every registered link: provider, consumer, items, and when it was last delivered."""
    from marts.link_tables.delivery_log import Delivered  # noqa: PLC0415  (commands load only what they need)
    from marts.link_tables.registry import load_links  # noqa: PLC0415

    home = Home.from_environment()
    links, delivered = load_links(home), Delivered.read(home)
    width = max(len(name) for name in links)
    for name, one in links.items():
        days = f"{one.from_date} to {one.to_date or 'no end'}"
        last = delivered.newest_day(name) or "never"
        click.echo(f"{name:<{width}}  {one.title_ja}  {len(one.columns)} items, {days}, last delivery {last}")


@link.command()
@click.argument("name", metavar="LINK")
def show(name: str) -> None:
    """What is registered of one link: purpose, legal basis, key and items with their headings."""
    from marts.link_tables.registry import named_link  # noqa: PLC0415

    click.echo("\n".join(_described(named_link(Home.from_environment(), name))))


def _described(one: Link) -> list[str]:
    chosen = f" ({one.rows_in} にあるもの)" if one.rows_in else ""
    return [
        one.title_ja,
        f"  提供元  {one.provider.name_ja}（{one.provider.section_ja}）",
        f"  提供先  {one.consumer.name_ja}（{one.consumer.section_ja}）",
        f"  目的    {one.purpose_ja}",
        f"  根拠    {one.legal_basis}",
        f"  責任者  {one.responsible_ja}",
        f"  保存    {one.retention_ja}（outbox には {one.outbox_days} 日）",
        f"  期間    {one.from_date} から {one.to_date or '期限なし'}",
        f"  記録    {one.contract.title_ja}{chosen}",
        *(f"  鍵      {column.heading}  {column.source}.{column.column}" for column in one.keys),
        *(f"  項目    {column.heading}  {column.source}.{column.column}" for column in one.items),
    ]


@link.command()
@click.argument("names", nargs=-1, metavar="[LINK]...")
@click.option("--full", is_flag=True, help="Everything the consumer should have, not only changes; for named links.")
@click.pass_context
@recorded("link deliver")
def deliver(access: Access, context: click.Context, names: Sequence[str], *, full: bool) -> None:
    """Deliver what has changed since the last delivery, for all links or the named ones.

    As of the day of the marts. Nothing new, nothing written. Exit code 1 when a link has to wait, since what it is
    made from did not pass its gates. Example: osamari link deliver levies_to_arrears
    """
    from marts.link_tables.registry import load_links, named_link  # noqa: PLC0415

    home = access.home
    if full and not names:
        raise click.UsageError("--full needs the names of links: a full delivery replaces a consumer's whole copy.")
    links = [named_link(home, name) for name in names] if names else list(load_links(home).values())
    outcomes = _delivered(home, links, names if full else ())
    for outcome in outcomes:
        if outcome.delivery is not None:
            access.export(outcome.delivery.path(home), "outbox", outcome.delivery.rows)
        click.echo(_told(home, outcome))
    context.exit(REFUSED if any(outcome.waits for outcome in outcomes) else DONE)


def _delivered(home: Home, links: Sequence[Link], full: Sequence[str]) -> list[Outcome]:
    from marts.link_tables.deliver import Request, day_of_marts  # noqa: PLC0415
    from marts.link_tables.deliver import deliver as run  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415
    from orchestration.link_assets import behind_closed_gates  # noqa: PLC0415

    with run_lock.hold(home):
        waiting = behind_closed_gates(home, links, day_of_marts(home))
        return run(home, links, Request(dt.datetime.now(JAPAN), waiting, full))


def _told(home: Home, outcome: Outcome) -> str:
    made = outcome.delivery
    if made is None:
        return f"{outcome.link.id}: {f'waits, {outcome.waits}' if outcome.waits else 'nothing new'}"
    counts = f"{made.inserted:,} inserted, {made.changed:,} changed, {made.deleted:,} deleted"
    return f"{outcome.link.id}: {counts} ({made.scope})  {made.path(home)}"


@link.command()
@click.argument("name", metavar="LINK")
@click.argument("addressee_code", metavar="CODE")
@restricted("link reference")
def reference(access: Access, name: str, addressee_code: str) -> None:
    """Look one person up in a link table, as its consumer does: by the addressee code (宛名コード).

    Shows the registered items as they were delivered. Every lookup is logged, without the code.
    Example: osamari link reference addressees_to_arrears 000000000100002 --purpose collection
    """
    from marts.link_tables.deliver import day_of_marts  # noqa: PLC0415
    from marts.link_tables.reference import Lookup  # noqa: PLC0415
    from marts.link_tables.reference import reference as look_up  # noqa: PLC0415
    from marts.link_tables.registry import named_link  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        lookup = Lookup(access.account, access.purpose, day_of_marts(home), dt.datetime.now(JAPAN))
        records = look_up(home, named_link(home, name), addressee_code, lookup)
    access.rows(len(records))
    for record in records:
        click.echo("\n".join(f"{heading}  {text}" for heading, text in record.items()) + "\n")
    click.echo(f"{len(records)} records", err=True)


@link.command()
@click.pass_context
@recorded("link verify")
def verify(access: Access, context: click.Context) -> None:
    """Check the chained log, the files in the outbox, and that no link table was changed but by a delivery.

    Exit code 1 when something is wrong. A file that is gone has been taken by its consumer.
    """
    from marts.link_tables.registry import load_links  # noqa: PLC0415
    from marts.link_tables.verify import verify as check  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        found = check(home, load_links(home))
    for problem in found.problems:
        click.echo(problem, err=True)
    verdict = f"{len(found.problems)} problems" if found.problems else "all as delivered"
    click.echo(f"{found.delivery_count:,} deliveries, {found.present_count:,} in the outbox: {verdict}")
    context.exit(REFUSED if found.problems else DONE)
