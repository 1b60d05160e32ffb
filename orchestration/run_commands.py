"""``osamari refresh``, ``explain`` and ``serve``: take in and compute, show how a debt arose, watch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestration.access.gate import recorded, restricted
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from orchestration.access.gate import Access


@click.command()
@click.option("--as-of", default="", help="Compute for this day, YYYY-MM-DD; else for the newest delivery date.")
@click.pass_context
@recorded("refresh")
def refresh(access: Access, context: click.Context, as_of: str) -> None:
    """Take in the inbox, compute the marts, judge them, release the statistics.

    What is refused stays in quarantine/ with the reason; everything else goes on. A second refresh on the same inbox
    loads nothing and releases the same bytes. Exit code 1 when anything was refused in this run.
    """
    from orchestration.refresh import refresh as run  # noqa: PLC0415  (commands load only what they need)

    summary, code = run(access.home, as_of)
    click.echo("\n".join(summary.lines))
    context.exit(code)


@click.command()
@click.argument("instalment_id")
@click.option("--as-of", default="", help="As of this day, YYYY-MM-DD; else of the last refresh.")
@restricted("explain")
def explain(access: Access, instalment_id: str, as_of: str) -> None:
    """How this instalment came to owe what it owes: ledger entries, late charges, articles of law.

    INSTALMENT_ID is the pseudonym in fct_arrears, like I0123456789abcdef0123. For another day than that of the last
    refresh the models are computed anew in a copy of the warehouse, which takes a while; nothing is changed.
    """
    from orchestration.explain import explain as explained  # noqa: PLC0415

    day = parse_day(as_of) if as_of else None
    lines = explained(access.home, instalment_id, day)
    access.rows(1)
    click.echo("\n".join(lines))


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=3000, show_default=True)
@click.pass_context
@recorded("serve")
def serve(access: Access, context: click.Context, port: int) -> None:
    """Dagster on this machine only (127.0.0.1): assets, lineage, checks, runs. Stop with Ctrl-C."""
    from orchestration.serve import serve as run  # noqa: PLC0415

    click.echo(f"Open http://127.0.0.1:{port}/asset-groups", err=True)
    context.exit(run(access.home, port))
