"""``osamari release``: what has been released, whether it is still what it was, and what is no longer to be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from orchestration.access.gate import recorded
from orchestration.exit_codes import DONE, REFUSED
from orchestration.settings import newest_delivery, parse_day

if TYPE_CHECKING:
    from marts.attacker.attack import Insiders
    from marts.attacker.report import AttackReport
    from orchestration.access.gate import Access


@click.group()
def release() -> None:
    """Releases: list, show, verify, attack, create."""


@release.command("list")
def list_() -> None:
    """All releases of this home, oldest first."""
    from marts.release import list_releases  # noqa: PLC0415  (commands load only what they need)

    lines = list_releases(Home.from_environment())
    click.echo("\n".join(lines) or "There is no release yet. Run: osamari refresh")


@release.command()
@click.argument("release_id", required=False)
def show(release_id: str | None) -> None:
    """What a release holds and promises; the latest one when none is named."""
    from marts.release import show as shown  # noqa: PLC0415

    click.echo("\n".join(shown(Home.from_environment(), release_id)))


@release.command()
@click.argument("release_id", required=False)
def verify(release_id: str | None) -> None:
    """Check that a release, or every one, is what it was and that its files agree; exit code 1 if not."""
    from marts.release import verify as verified  # noqa: PLC0415

    click.echo("\n".join(verified(Home.from_environment(), release_id)))


@release.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[DIR]...")
@click.option(
    "--knows",
    "known",
    multiple=True,
    metavar="TABLE:CODES",
    help="What follows for someone who knows this cell of the newest release? Codes in the table's order: t:08/A30/11.",
)
@click.pass_context
def attack(context: click.Context, folders: tuple[Path, ...], known: tuple[str, ...]) -> None:
    r"""Try to recover masked figures from the released files alone, all releases together.

    DIR is the folder of a release, or one that holds several; without DIR all releases of this home are attacked.
    Anyone who has the files can run this: it reads the CSV files, datapackage.json and certificate.json, nothing
    else, and shares no code with what protects them. Tried are subtraction, linear elimination (exact), enclosing by
    linear programs, figures that were published in one release and masked in another, and, with --knows, what a
    contributor can add. A finding names table and cell, never a figure.

    \b
    Examples:
      osamari release attack
      osamari release attack downloads/2026-04-30.1 downloads/2026-05-31.1
      osamari release attack --knows arrears_by_area_age:08/A30/11

    Exit codes: 0 nothing found, 1 something found, 2 wrong use.
    """
    report = _attacked(folders or (Home.from_environment().released,), known)
    click.echo("\n".join(report.lines()))
    context.exit(REFUSED if report.findings else DONE)


def _attacked(folders: tuple[Path, ...], known: tuple[str, ...]) -> AttackReport:
    from marts.attacker.attack import attack_release  # noqa: PLC0415  (commands load only what they need)
    from marts.attacker.reading import NotARelease  # noqa: PLC0415
    from marts.attacker.report import ContradictoryReleases, NoSuchCell  # noqa: PLC0415
    from marts.attacker.solver import NotSolved  # noqa: PLC0415

    try:
        return attack_release(_releases_in(folders), _insiders(known))
    except NotARelease as problem:
        raise ConfigurationError(str(problem)) from problem
    except NoSuchCell as problem:
        raise ConfigurationError(str(problem), "Name a masked cell of the newest release: table:code/code") from problem
    except (ContradictoryReleases, NotSolved) as problem:
        raise DataRefused(str(problem)) from problem


def _insiders(known: tuple[str, ...]) -> Insiders:
    from marts.attacker.attack import Insiders  # noqa: PLC0415

    cells = []
    for text in known:
        table, colon, codes = text.partition(":")
        if not colon or not codes:
            raise click.BadParameter(f"{text} is not TABLE:CODES, like arrears_by_area_age:08/A30/11.")
        cells.append((table, tuple(codes.split("/"))))
    return Insiders(frozenset(cells))


def _releases_in(folders: tuple[Path, ...]) -> list[Path]:
    """The release folders among ``folders`` and directly in them."""
    found = []
    for folder in folders:
        inside = [folder, *sorted(folder.iterdir())] if folder.is_dir() else []
        releases = [one for one in inside if (one / "datapackage.json").is_file() and not one.name.startswith(".")]
        if not releases:
            raise ConfigurationError(
                f"{folder} is not the folder of a release and holds none.",
                "Name the folder with datapackage.json in it. Without DIR the releases of OSAMARI_HOME are attacked.",
            )
        found += releases
    return found


@release.command()
@click.option("--as-of", default="", help="YYYY-MM-DD; else the newest delivery date.")
@recorded("release create")
def create(access: Access, as_of: str) -> None:
    """Release what stands in the warehouse; refused without a stored pass of every suite for exactly this data."""
    from marts.release import release as released  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        result = released(home, parse_day(as_of) if as_of else newest_delivery(home))
    click.echo(f"{result.release_id}{' (unchanged)' if result.unchanged else ''}")


@release.command()
@click.argument("release_id")
@click.option("--reason", required=True, help="Why, in words that anyone may read; it stands in the register.")
@recorded("release withdraw")
def withdraw(access: Access, release_id: str, reason: str) -> None:
    r"""Record that a release should no longer be used.

    Its files stay where they are, and later releases still reckon with them: what was read cannot be unread.

    \b
    Example:
      osamari release withdraw 2026-05-31.1 --reason "訂正した公表 2026-05-31.2 を用いること"
    """
    from marts.release import withdraw as withdrawn  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        withdrawn(home, release_id, reason)
    click.echo(f"{release_id} is recorded as withdrawn.")
