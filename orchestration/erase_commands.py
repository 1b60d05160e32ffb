"""``osamari erase``: who is due, the erasure by a plan, its certificates and its proof."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import Busy, ConfigurationError
from orchestration.access.gate import recorded, restricted
from orchestration.exit_codes import DONE, REFUSED
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from ingestion.home import Home
    from orchestration.access.gate import Access


@click.group(invoke_without_command=True)
@click.option("--as-of", help="The day of the erasure, YYYY-MM-DD: whose periods are over by then.")
@click.option("--addressee", "code", help="Instead: one person whose erasure is ordered. Wants --reason.")
@click.option("--reason", default="", help="Why this person is erased, without naming him: the order's number.")
@click.option("--plan", "plan_id", help="Carry out this plan.")
@click.option("--yes", is_flag=True, help="Really erase. It cannot be taken back.")
@click.pass_context
@restricted("erase")
def erase(  # noqa: PLR0913, PLR0917 - each is an option of the command
    access: Access | None,
    context: click.Context,
    as_of: str | None,
    code: str | None,
    reason: str,
    plan_id: str | None,
    *,
    yes: bool,
) -> None:
    r"""Erase people whose records have all ended and been kept long enough; first say who and why.

    Every yen and every released statistic stays: the rows of the erased become rows of nobody.

    \b
    Examples:
      osamari erase --as-of 2026-06-01                                 the plan, with counts; erases nothing
      osamari erase --as-of 2026-06-01 --plan 20260601-3f9a1c --yes    carry it out
      osamari erase --as-of 2026-06-01 --addressee 000000000100708 --reason 収第123号
    """
    if access is None or context.invoked_subcommand is not None:
        return
    if not as_of:
        raise ConfigurationError("no day is given", "Name the day of the erasure: --as-of YYYY-MM-DD")
    day = parse_day(as_of)
    if day > dt.datetime.now().astimezone().date():
        raise ConfigurationError(f"{day} has not come yet", "Name today or an earlier day.")
    context.exit(_carry_out(access, plan_id, yes=yes) if plan_id else _plan(access, day, code, reason))


def _plan(access: Access, day: dt.date, code: str | None, reason: str) -> int:
    from orchestration.erasure.plan import Order, make_plan, plan_path, render_plan  # noqa: PLC0415

    plan = make_plan(access.home, day, access.account, Order(code, reason) if code else None)
    access.rows(len(plan.people))
    click.echo("\n".join(render_plan(plan)))
    click.echo(f"Nothing was erased. The plan: {plan_path(access.home, plan.plan_id)}")
    if plan.people:
        click.echo(f"To carry it out: osamari erase --as-of {day} --plan {plan.plan_id} --yes")
    return DONE


def _carry_out(access: Access, plan_id: str, *, yes: bool) -> int:
    from orchestration.erasure.carry_out import carry_out  # noqa: PLC0415
    from orchestration.erasure.plan import read_plan  # noqa: PLC0415
    from orchestration.refresh import refresh  # noqa: PLC0415

    plan = read_plan(access.home, plan_id)
    if not yes:
        raise ConfigurationError(
            f"plan {plan_id} would erase {len(plan.people):,} people, and that cannot be taken back",
            "Say so: repeat it with --yes",
        )
    moment = dt.datetime.now(dt.UTC).replace(microsecond=0)
    done = carry_out(
        access.home, plan_id, access.account, moment, lambda step, what: click.echo(f"  {step:<8} {what}", err=True)
    )
    access.rows(done["person_count"])
    rows = sum(done["rows_by_feed"].values())
    click.echo(
        f"{done['person_count']:,} people erased: {rows:,} rows, {done['archived_line_count']:,} lines of originals, "
        f"{done['number_count']:,} numbers. Certificate {plan_id}."
    )
    _expire_backups(access.home, plan.as_of)
    click.echo("The figures are computed anew; they must be what they were.", err=True)
    summary, code = refresh(access.home, str(plan.marts_day))
    click.echo("\n".join(summary.lines))
    return code


def _expire_backups(home: Home, day: dt.date) -> None:
    """Backups in the home past their period go at once; the officer hears how long the others still hold the erased."""
    from orchestration.backup.keeping import expire_backups  # noqa: PLC0415
    from orchestration.backup.policy import read_backup_policy  # noqa: PLC0415
    from orchestration.backup.store import MARK  # noqa: PLC0415

    policy = read_backup_policy()
    if (home.backups / MARK).exists():
        done = expire_backups(home.backups, home, day, policy)
        click.echo(f"{len(done.removed):,} backups past their period removed; {len(done.kept):,} stay.")
    last = day + dt.timedelta(days=policy.keep_days)
    click.echo(f"Backups made before hold these people until {last}: make one now, then osamari backup expire.")


@erase.command("list")
@recorded("erase list")
def list_certificates(access: Access) -> None:
    """Every erasure: when, by whom, how many people, rows and lines. The chain of the log is checked."""
    from orchestration import run_lock  # noqa: PLC0415
    from orchestration.erasure.carry_out import certificates, log_certificates  # noqa: PLC0415

    # While a run is on, what is logged is shown; a certificate that is not yet will be by the next.
    with suppress(Busy), run_lock.hold(access.home):
        log_certificates(access.home)
    for one in certificates(access.home).lines():
        who = f"{one['erased_by']}  {one['person_count']:,} people"
        click.echo(f"{one['erasure_id']}  {one['erased_at']}  {who}  {one['reason']}")


@erase.command()
@click.option(
    "--values",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A value per line, UTF-8.",
)
@click.pass_context
@recorded("erase prove")
def prove(access: Access, context: click.Context, values: Path) -> None:
    """Search every file of the home for the values of FILE, in every encoding and packing. Exit code 1 when found.

    Names the files, never a value. FILE holds personal data: keep it outside the home and remove it afterwards.
    Example: osamari erase prove --values /secure/values.txt
    """
    from ingestion.erasure.search import find_values, forms_of  # noqa: PLC0415

    wanted = [line.strip() for line in values.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    if not forms_of(wanted):
        raise ConfigurationError(f"{values.name} holds no value of four characters or more", "Write one per line.")
    found = find_values(access.home, wanted)
    click.echo("\n".join([*found, f"{len(found):,} files or tables hold one of {len(wanted):,} values."]))
    context.exit(REFUSED if found else DONE)
