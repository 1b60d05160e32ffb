"""``osamari provide``: the register, the keeping of answers, their copy and its comparison."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.access.gate import recorded, restricted
from orchestration.exit_codes import DONE, REFUSED
from orchestration.provide_commands import day_of, officer, provide

__all__ = ["provide"]

if TYPE_CHECKING:
    from datetime import date

    from orchestration.access.gate import Access


@provide.command("log")
@click.option("--from", "first", callback=day_of, help="First day, YYYY-MM-DD.")
@click.option("--to", "last", callback=day_of, help="Last day, YYYY-MM-DD.")
@recorded("provide log")
def log(access: Access, first: date | None, last: date | None) -> None:
    """Who asked for what, when, under which rule, and what was given or refused by whom. No personal value.

    Example: osamari provide log --from 2026-04-01 --to 2026-04-30
    """
    from marts.provision.log import log_lines  # noqa: PLC0415  (commands load only what they need)

    click.echo("\n".join(log_lines(access.home, first, last)))


@provide.command()
@click.pass_context
@recorded("provide verify")
def verify(access: Access, context: click.Context) -> None:
    """Is the register whole, and every kept answer what was recorded? Exit code 1 when not."""
    from marts.provision.verify import verify as verified  # noqa: PLC0415

    found = verified(access.home)
    for problem in found.problems:
        click.echo(problem, err=True)
    if found.problems:
        click.echo("  Restore provisions/ from its backup and report it.", err=True)
    click.echo(f"記録 {found.line_count:,} 行、ファイル {found.file_count:,} 件、異常 {len(found.problems):,} 件")
    context.exit(REFUSED if found.problems else DONE)


@provide.command()
@click.option("--as-of", callback=day_of, required=True, help="Answers kept up to the day before this one go.")
@recorded("provide expire")
def expire(access: Access, as_of: date) -> None:
    """Remove the answers whose period is over (answer_days of their rule); the register keeps what was given.

    Example: osamari provide expire --as-of 2026-09-30
    """
    from marts.provision.expire import expire as expired  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        removed = expired(home, as_of, officer(access))
    click.echo(f"廃棄 照会 {len(removed.inquiry_ids):,} 件、ファイル {removed.file_count:,} 件")
    if removed.waiting_ids:
        click.echo(f"判断待ち {len(removed.waiting_ids):,} 件: {'、'.join(removed.waiting_ids)}")


@provide.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file (CSV).")
@restricted("provide export")
def export(access: Access, out: Path) -> None:
    """Write a copy of every kept answer, for its owner only, to compare it with the originals. Personal data.

    Example: osamari provide export --out provided.csv --purpose audit
    """
    from marts.provision.copies import export_copy  # noqa: PLC0415

    count = export_copy(access.home, out.absolute(), access.purpose, officer(access))
    access.rows(count)
    access.export(out.absolute(), "provided_copy", count, is_own_name=False)
    click.echo(f"照会 {count:,} 件  {out}")


@provide.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
@recorded("provide compare")
def compare(access: Access, context: click.Context, file: Path) -> None:
    """Compute the answers of a copy anew and say which items differ, without showing a value. Exit code 1 then.

    The marts must stand as of the day of the answers. Example: osamari provide compare provided.csv
    """
    from marts.provision.copies import compare_copy  # noqa: PLC0415

    found = compare_copy(access.home, file)
    for one in found.differences:
        click.echo(f"照会 {one.inquiry_id}  {one.item_ja}  相違 {one.row_count:,} 行")
    click.echo(f"照会 {found.inquiry_count:,} 件、相違 {len(found.differences):,} 項目")
    context.exit(REFUSED if found.differences else DONE)
