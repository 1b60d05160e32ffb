"""``osamari bench``: what the whole refresh takes, or the loading alone, or the models alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.home import Home
from orchestration.access.gate import recorded

if TYPE_CHECKING:
    from orchestration.access.gate import Access

PERSONS, YEARS = 20_000, 3
ONE_FILE_FEEDS = ("levy", "account_transfer_result")


@click.group(invoke_without_command=True)
@click.option("--persons", type=click.IntRange(100), default=PERSONS, show_default=True, help="People in the city.")
@click.option("--years", type=click.IntRange(1, 10), default=YEARS, show_default=True)
@click.pass_context
def bench(context: click.Context, persons: int, years: int) -> None:
    """Seconds and peak memory of each stage, and the whole refresh against the floor, on an invented city.

    The floor is one CREATE TABLE AS SELECT * FROM read_csv(...) with declared types over each of the same files.
    """
    if context.invoked_subcommand is None:
        from orchestration.bench import bench as measured  # noqa: PLC0415

        click.echo("\n".join(measured(persons, years)))


@bench.command()
@click.option("--persons", type=click.IntRange(100), default=PERSONS, show_default=True, help="People in the city.")
@click.option("--years", type=click.IntRange(1, 10), default=YEARS, show_default=True)
@click.option("--rows", type=click.IntRange(1), help="Instead of a city: one file of so many rows.")
@click.option(
    "--feed", type=click.Choice(ONE_FILE_FEEDS), default="levy", show_default=True, help="With --rows: which."
)
@click.option("--runs", type=click.IntRange(1, 20), default=1, show_default=True, help="Floor and loading in turn.")
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the loaded home of the city in this new folder.")
def ingest(  # noqa: PLR0913, PLR0917  (one for each option)
    persons: int, years: int, rows: int | None, feed: str, runs: int, keep: Path | None
) -> None:
    r"""Loading with every check against the floor, per format: seconds, ratio, records a second, peak memory.

    Every check: framing, strict types, hash, duplicates, control totals, archive copy. With several runs the medians
    are shown. A row of a levy file takes about 480 bytes, a record of account transfers 122.

    \b
    Examples:
      osamari bench ingest --rows 5000000
      osamari bench ingest --rows 2000000 --feed account_transfer_result
    """
    from orchestration.bench_ingest import bench_city, bench_file  # noqa: PLC0415

    click.echo("\n".join(bench_file(feed, rows, runs) if rows else bench_city(persons, years, runs, keep)))


@bench.command()
@click.option("--persons", type=click.IntRange(100), default=PERSONS, show_default=True, help="People in the city.")
@click.option("--years", type=click.IntRange(1, 10), default=YEARS, show_default=True)
@click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Instead of an invented city: a copy of the warehouse of this home, which stays as it is.",
)
@click.option("--runs", type=click.IntRange(1, 20), default=1, show_default=True, help="Medians of so many runs.")
@click.option("--growth", is_flag=True, help="A tenth, a third and all of the people: seconds per million instalments.")
def marts(persons: int, years: int, home: Path | None, runs: int, *, growth: bool) -> None:
    r"""All models against one scan of the staged tables, the dearest models, and late charges by three ways.

    Late charges of all late instalments are computed by our models, in pandas and in PostgreSQL, from the same input;
    unless all come to the same yen, no times are shown. PostgreSQL takes part where its programs are on the PATH (a
    cluster in a temporary folder), or on the server that OSAMARI_BENCH_POSTGRES names.

    \b
    Examples:
      osamari bench marts --persons 100000 --years 5
      osamari bench marts --home /srv/osamari --runs 3
      osamari bench marts --persons 1000000 --growth
    """
    if growth and (home or runs > 1):
        raise click.UsageError(
            "--growth invents cities of its own and measures each once: leave out --home and --runs."
        )
    if growth:
        from orchestration.bench_growth import bench_growth  # noqa: PLC0415

        click.echo("\n".join(bench_growth(persons, years)))
        return
    from orchestration.bench_marts import bench_marts  # noqa: PLC0415

    click.echo("\n".join(bench_marts(persons, years, Home(home) if home else None, runs)))


@bench.command()
@click.option("--runs", type=click.IntRange(1, 20), default=1, show_default=True, help="Medians of so many runs.")
def disclosure(runs: int) -> None:
    r"""Protection of invented linked tables, audit included: seconds, masked cells and what they cost.

    Sizes: two dimensions with some 800 cells, three with some 2,300, three linked tables with some 3,300. The share of
    cells and of the amount that is masked is the loss of information.

    \b
    Example:
      osamari bench disclosure --runs 3
    """
    from orchestration.bench_disclosure import bench_disclosure  # noqa: PLC0415

    click.echo("\n".join(bench_disclosure(runs)))


@bench.command()
@click.option("--persons", type=click.IntRange(100), default=PERSONS, show_default=True, help="Addressees.")
def links(persons: int) -> None:
    r"""One day's change deliveries of all shared links: seconds, files and rows, after a first full delivery.

    On invented tables; one record in two hundred changes.

    \b
    Example:
      osamari bench links --persons 330000
    """
    from orchestration.bench_links import bench_links  # noqa: PLC0415

    for line in bench_links(persons):
        click.echo(line)


@bench.command()
@click.option("--persons", type=click.IntRange(100), default=PERSONS, show_default=True, help="People in the city.")
@click.option("--years", type=click.IntRange(1, 10), default=YEARS, show_default=True)
@click.option("--runs", type=click.IntRange(1, 20), default=3, show_default=True, help="Plain and encrypted in turn.")
def encryption(persons: int, years: int, runs: int) -> None:
    r"""What encryption costs: the same city loaded and its models built with plain and with encrypted files, in turn.

    \b
    Example:
      osamari bench encryption --persons 100000 --years 3
    """
    from orchestration.bench_encryption import bench_encryption  # noqa: PLC0415

    click.echo("\n".join(bench_encryption(persons, years, runs)))


@bench.command("erase")
@click.option("--persons", type=click.IntRange(100), default=PERSONS, show_default=True, help="People in the city.")
@click.option("--years", type=click.IntRange(1, 10), default=1, show_default=True)
@click.option("--erase", "erased_count", type=click.IntRange(1), default=1_000, show_default=True, help="How many go.")
def erase_people(persons: int, years: int, erased_count: int) -> None:
    """Seconds and peak memory of erasing people from tables and originals; computing anew comes on top.

    Example: osamari bench erase --persons 330000 --erase 1000
    """
    from orchestration.bench_erase import bench_erase  # noqa: PLC0415

    click.echo("\n".join(bench_erase(persons, years, erased_count)))


@bench.command()
@click.option("--persons", type=click.IntRange(100), default=330_000, show_default=True, help="Addressees.")
def numbering(persons: int) -> None:
    r"""Numbering of a whole city and the search for people with two codes: seconds and peak memory.

    \b
    Example:
      osamari bench numbering --persons 330000
    """
    from orchestration.bench_numbering import bench_numbering  # noqa: PLC0415

    click.echo("\n".join(bench_numbering(persons)))


@bench.command()
@click.option("--runs", type=click.IntRange(1, 50), default=5, show_default=True, help="Single inquiries, one by one.")
@recorded("bench provide")
def provide(access: Access, runs: int) -> None:
    r"""One inquiry as a command of its own, and 200 at once, on the home that OSAMARI_HOME names.

    The home is only read; answers and register of the measurement are removed.

    \b
    Example:
      osamari bench provide --runs 10
    """
    from orchestration.bench_provide import bench_provide  # noqa: PLC0415

    click.echo("\n".join(bench_provide(access.home, runs)))
