"""``osamari release``: what has been released, whether it is still what it was, and what is no longer to be used."""

from __future__ import annotations

import click

from ingestion.home import Home
from orchestration.settings import newest_delivery, parse_day


@click.group()
def release() -> None:
    """Releases: list, show, verify, create."""


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
@click.option("--as-of", default="", help="YYYY-MM-DD; else the newest delivery date.")
def create(as_of: str) -> None:
    """Release what stands in the warehouse; refused without a stored pass of every suite for exactly this data."""
    from marts.release import release as released  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = Home.from_environment()
    with run_lock.hold(home):
        result = released(home, parse_day(as_of) if as_of else newest_delivery(home))
    click.echo(f"{result.release_id}{' (unchanged)' if result.unchanged else ''}")


@release.command()
@click.argument("release_id")
@click.option("--reason", required=True, help="Why, in words that anyone may read; it stands in the register.")
def withdraw(release_id: str, reason: str) -> None:
    r"""Record that a release should no longer be used.

    Its files stay where they are, and later releases still reckon with them: what was read cannot be unread.

    \b
    Example:
      osamari release withdraw 2026-05-31.1 --reason "訂正した公表 2026-05-31.2 を用いること"
    """
    from marts.release import withdraw as withdrawn  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = Home.from_environment()
    with run_lock.hold(home):
        withdrawn(home, release_id, reason)
    click.echo(f"{release_id} is recorded as withdrawn.")
