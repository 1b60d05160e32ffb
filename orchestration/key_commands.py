"""``osamari keys``: which keys there are, whether they open what they protect, and new ones in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ingestion.errors import ConfigurationError
from ingestion.key_ring import KINDS
from orchestration import run_lock
from orchestration.access.gate import recorded
from orchestration.progress import say, shown_on_stderr

if TYPE_CHECKING:
    from ingestion.home import Home
    from orchestration.access.gate import Access

_WIDTHS = (10, 26, 17)


@click.group()
def keys() -> None:
    """The keys with which warehouse, vault, originals and backups are encrypted.

    They lie in keys/ of the home, readable by its owner only, or come from the environment: OSAMARI_WAREHOUSE_KEY,
    OSAMARI_VAULT_KEY, OSAMARI_ARCHIVE_KEY, OSAMARI_BACKUP_KEY, OSAMARI_PSEUDONYM_KEY. Keep a copy of keys/ where the
    home is not: without them nothing can be read. Example: osamari keys check
    """


@keys.command("list")
@recorded("keys list")
def list_(access: Access) -> None:
    """Name, place and fingerprint of every key, and what it protects; never the key. Makes and opens nothing."""
    _show(access.home, does_open=False)


@keys.command()
@recorded("keys check")
def check(access: Access) -> None:
    """Try every key on what it protects. Exit code 2 when one is lost, wrong or open to others."""
    _show(access.home, does_open=True)


@keys.command()
@click.argument("name", type=click.Choice(list(KINDS)))
@recorded("keys rotate")
def rotate(access: Access, name: str) -> None:
    """Make a new key NAME and encrypt everything anew that the old one protects.

    Nobody can use the home meanwhile. Stopped in between, the home works with both keys; the same command goes on.
    A key of the environment: set OSAMARI_<NAME>_NEXT_KEY to the new one, run this, then move it to OSAMARI_<NAME>_KEY.
    Example: osamari keys rotate warehouse
    """
    from ingestion.key_ring import is_from_environment  # noqa: PLC0415  (commands load only what they need)
    from ingestion.key_rotation import rotate_key  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home), shown_on_stderr():
        rotate_key(home, name, _progress)
    click.echo(f"The key {name} is a new one. Copies of the home from before need the old key.")
    if is_from_environment(name):
        click.echo(f"Set {KINDS[name].variable} to the new key now and unset {KINDS[name].next_variable}.")


@keys.command()
@recorded("keys encrypt")
def encrypt(access: Access) -> None:
    """Encrypt a home of an earlier version: its warehouse and its originals.

    Individual numbers delivered before come into the vault with `osamari rebuild` only. Example: osamari keys encrypt
    """
    from ingestion.key_rotation import encrypt_home  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home), shown_on_stderr():
        count = encrypt_home(home, _progress)
    click.echo(f"{count:,} files are encrypted now." if count else "Everything is encrypted already.")


def _progress(place: int, count: int, name: str) -> None:
    say("keys", f"{place:,} of {count:,}: {name}")


def _show(home: Home, *, does_open: bool) -> None:
    from ingestion.key_state import key_states  # noqa: PLC0415

    states = key_states(home, does_open=does_open)
    for state in states:
        change = " · is being changed: repeat osamari keys rotate" if state.is_changing else ""
        cells = zip((state.kind.name, state.place, state.fingerprint), _WIDTHS, strict=True)
        click.echo("".join(f"{cell:<{width}}" for cell, width in cells) + state.kind.protects + change)
    problems = [state.problem for state in states if state.problem]
    for problem in problems[1:]:
        click.echo(f"{problem}\n  {problem.remedy}", err=True)
    if problems:
        raise ConfigurationError(str(problems[0]), problems[0].remedy)
