"""The commands about deliveries: what waits for correction, and a past state built anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.home import Home
from orchestration.access.gate import recorded, restricted
from orchestration.exit_codes import DONE, REFUSED
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from orchestration.access.gate import Access


@click.group()
def quarantine() -> None:
    """What was refused, whether it has been corrected since, and a copy of it to work on."""


@quarantine.command("list")
@recorded("quarantine list")
def list_refused(access: Access) -> None:
    """Every file of which anything was refused: what, why, and which later file corrects it.

    A correction names the first delivery in the column "corrects" of its control file.
    """
    from ingestion.corrections import refused_deliveries, render_refused  # noqa: PLC0415

    click.echo("\n".join(render_refused(refused_deliveries(access.home))))


@quarantine.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@restricted("quarantine export")
def export(access: Access, folder: Path) -> None:
    """Copy the refused files and lines, with what is wrong in them, into FOLDER for correction. Personal data!

    Correct them there and put them into the inbox under the next sequence number.
    The copy is numbered in the register of copies.
    Example: osamari quarantine export /secure/corrections --purpose correction
    """
    from ingestion.corrections import export_quarantine  # noqa: PLC0415

    count = export_quarantine(access.home, folder)
    access.export(folder.absolute(), "quarantine", is_own_name=False)
    click.echo(f"{count:,} files in {folder}. They hold personal data; remove them when they are corrected.")


@click.command()
@click.option("--until", required=True, help="Last day of delivery that counts, YYYY-MM-DD.")
@click.option("--home", "target", required=True, type=click.Path(file_okay=False, path_type=Path), help="New home.")
@click.pass_context
@recorded("rebuild")
def rebuild(access: Access, context: click.Context, until: str, target: Path) -> None:
    """Build the state of a past day anew, from the archive of this home into another home.

    All deliveries up to that day, late and corrected ones in their place, with the same keys and city.toml. Also the
    way to a new warehouse after a layout was changed. Example: osamari rebuild --until 2025-06-30 --home /tmp/june
    """
    from ingestion.rebuild import rebuild as build  # noqa: PLC0415

    def say(place: int, count: int, name: str) -> None:
        click.echo(f"  {place:,} of {count:,}  {name}", err=True)

    outcomes = build(access.home, Home(target.absolute()), parse_day(until), say)
    rows = sum(outcome.row_count_loaded for outcome in outcomes)
    access.export(Home(target.absolute()).warehouse, "rebuilt_home", rows, is_own_name=False)
    refused = sum(outcome.is_refused for outcome in outcomes)
    click.echo(f"{len(outcomes):,} files, {rows:,} rows loaded into {target}; {refused:,} files with refusals.")
    context.exit(REFUSED if refused else DONE)
