"""The ``osamari`` command. Every command says cause and remedy; exit 0 done, 1 refused, 2 wrong use, 3 busy."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click

from ingestion.errors import OsamariError
from ingestion.home import Home
from orchestration.settings import parse_day

EPILOG = """\b
Examples:
  osamari sample --persons 20000 --out var/inbox     an invented city
  osamari check var/inbox/levy.*.csv                 what is in these files?
  osamari refresh                                    take in, compute, judge, release
  osamari list large_debtors --purpose collection    an officers' list, with names
  osamari number candidates --purpose numbering      who may have two codes, for an officer to decide
  osamari user add sato --role collector             who may do what
  osamari access log                                 who saw what, and why
  osamari release list                               what has been released
  osamari serve                                      assets, checks and runs in the browser

\b
The home folder is OSAMARI_HOME, or ./var.
Exit codes: 0 done, 1 data refused, 2 wrong use or configuration, 3 busy.
"""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def osamari() -> None:
    """Osamari (納まり): a city's tax feeds in, arrears, refunds and safe statistics out."""


@osamari.command()
@click.option("--persons", type=click.IntRange(100), default=20_000, show_default=True, help="People in the city.")
@click.option("--years", type=click.IntRange(1, 10), default=3, show_default=True, help="Fiscal years of deliveries.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option("--out", type=click.Path(path_type=Path), help="Where the files go; the inbox of the home if not given.")
@click.option("--as-of", default="2026-05-31", show_default=True, help="Day of the last delivery, YYYY-MM-DD.")
@click.option(
    "--days", type=click.IntRange(0, 250), default=0, show_default=True, help="Working days of changes after."
)
def sample(persons: int, years: int, seed: int, out: Path | None, as_of: str, days: int) -> None:  # noqa: PLR0913, PLR0917
    """Invent a city and write its deliveries in their real formats.

    Nobody in them exists; the towns do. With --days, changes are delivered on so many working days after --as-of, for a
    refresh to take in day by day. Example: osamari sample --persons 2000 --years 2 --out /tmp/inbox
    """
    from ingestion.sample_city import generate  # noqa: PLC0415  (commands load only what they need)

    folder = out or Home.from_environment().create().inbox
    progress = partial(click.echo, err=True)
    made = generate(folder, persons, years, seed, parse_day(as_of), progress, days=days)
    click.echo(f"{made.file_count:,} files, {made.row_count:,} rows, {made.byte_count / 1e6:,.0f} MB in {folder}")
    click.echo(f"Where the awkward cases are: {made.tags}")


@osamari.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def check(context: click.Context, files: tuple[Path, ...]) -> None:
    """Say of each file which feed it is, its rows and yen, and what is wrong in it. Changes nothing.

    Example: osamari check deliveries/levy.072036.20250401.001.csv
    """
    from ingestion.check import check as check_files  # noqa: PLC0415
    from ingestion.check import render  # noqa: PLC0415
    from ingestion.city_profile import read_city_profile  # noqa: PLC0415

    reports = check_files(files, read_city_profile(Home.from_environment()))
    for report in reports:
        click.echo("\n".join(render(report)))
    context.exit(0 if all(report.is_accepted for report in reports) else 1)


@osamari.command()
@click.option("--homes", is_flag=True, help="Instead: in which column each of the city's 1,068 record items lands.")
def dictionary(*, homes: bool) -> None:
    """Every delivered column of every feed, as Markdown: name, type, length, codes, how personal.

    Made from the layouts in ingestion/layouts. Example: osamari dictionary > columns.md
    """
    from ingestion.data_dictionary import data_dictionary  # noqa: PLC0415
    from ingestion.item_homes import feeds_document  # noqa: PLC0415

    click.echo(feeds_document() if homes else data_dictionary(), nl=False)


def assembled() -> click.Group:
    """The ``osamari`` command with all its groups, each behind the gate that ``access/commands.yaml`` asks for."""
    from orchestration.access.gate import guard  # noqa: PLC0415
    from orchestration.access_commands import access  # noqa: PLC0415
    from orchestration.backup_commands import backup, restore  # noqa: PLC0415
    from orchestration.bench_commands import bench  # noqa: PLC0415
    from orchestration.delivery_commands import quarantine, rebuild  # noqa: PLC0415
    from orchestration.erase_commands import erase  # noqa: PLC0415
    from orchestration.evidence_commands import evidence  # noqa: PLC0415
    from orchestration.key_commands import keys  # noqa: PLC0415
    from orchestration.link_commands import link  # noqa: PLC0415
    from orchestration.list_commands import list_  # noqa: PLC0415
    from orchestration.number_commands import number  # noqa: PLC0415
    from orchestration.provide_register_commands import provide  # noqa: PLC0415
    from orchestration.release_commands import release  # noqa: PLC0415
    from orchestration.run_commands import explain, refresh, serve  # noqa: PLC0415
    from orchestration.user_commands import user  # noqa: PLC0415

    runs, working = (refresh, serve, release, rebuild), (list_, explain, quarantine, number, link, provide)
    keeping = (keys, backup, restore, erase, user, access, evidence)
    for command in (*runs, *working, *keeping, bench):
        osamari.add_command(command)
    guard(osamari)
    return osamari


def main() -> None:
    """Entry point: our own errors become a message with its remedy and an exit code, never a traceback."""
    from orchestration.exit_codes import exit_code_of  # noqa: PLC0415

    try:
        assembled()()
    except OsamariError as error:
        click.echo(str(error), err=True)
        if error.remedy:
            click.echo(f"  {error.remedy}", err=True)
        sys.exit(exit_code_of(error))
