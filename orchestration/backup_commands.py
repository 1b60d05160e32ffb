"""``osamari backup`` and ``osamari restore``: encrypted copies of the home, and the home from a copy."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.home import Home
from orchestration.access.gate import checks_itself, opened, recorded, restricted
from orchestration.exit_codes import DONE, REFUSED
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from orchestration.access.gate import Access

_FOLDER = click.Path(file_okay=False, path_type=Path)
_MILLION = 1e6


def _folder(given: Path | None) -> Path:
    return given.absolute() if given else Home.from_environment().backups


class _Progress:
    """A line on stderr for each tenth that is done."""

    def __init__(self) -> None:
        self.told = 0

    def __call__(self, done: int, total: int) -> None:
        tenth = 10 * done // total if total else 0
        if tenth > self.told:
            self.told = tenth
            click.echo(f"  {10 * tenth:3d} %  {done / _MILLION:,.0f} of {total / _MILLION:,.0f} MB", err=True)


@click.group(invoke_without_command=True)
@click.option("--to", type=_FOLDER, help="The folder of the backups; backups/ of the home if not given.")
@click.option("--with-keys", is_flag=True, help="Copy the keys, too (never that of the backups).")
@click.pass_context
@restricted("backup", asks_purpose=False)
def backup(access: Access | None, context: click.Context, to: Path | None, *, with_keys: bool) -> None:
    r"""Copy the home, encrypted. What is unchanged since the last backup is not copied again.

    The keys are not in it: keep keys/ apart, above all keys/backup.key, without which no backup can be read.
    A folder on another machine or medium is a better place than the home itself.

    \b
    Examples:
      osamari backup --to /mnt/backup/osamari
      osamari backup verify --from /mnt/backup/osamari
      osamari restore --from /mnt/backup/osamari --into /srv/osamari
    """
    if access is None or context.invoked_subcommand is not None:
        return
    from orchestration.backup.make import make_backup  # noqa: PLC0415  (commands load only what they need)

    moment = dt.datetime.now(dt.UTC).replace(microsecond=0)
    made = make_backup(access.home, _folder(to), moment, _Progress(), with_keys=with_keys)
    one = made.backup
    click.echo(
        f"{one.backup_id}: {len(one.files):,} files, {one.byte_count / _MILLION:,.1f} MB; "
        f"{made.changed_count:,} files changed, {made.copied_bytes / _MILLION:,.1f} MB written."
    )
    access.export(_folder(to) / "backups" / f"{one.backup_id}.list", "backup", 0)
    if made.is_first:
        click.echo("Keep keys/backup.key (or OSAMARI_BACKUP_KEY) apart from the backups: without it they are lost.")
    if not with_keys and one.keys:
        click.echo(f"Not in it, and needed to use a restored home: {', '.join(one.keys)}.")


@backup.command("list")
@click.option("--from", "source", type=_FOLDER, help="The folder of the backups; backups/ of the home if not given.")
@recorded("backup list")
def list_backups(access: Access, source: Path | None) -> None:
    """Every backup: when it was made, files, bytes, and whether the keys are in it."""
    from orchestration.backup.content import read_backups  # noqa: PLC0415
    from orchestration.backup.key import backup_key  # noqa: PLC0415
    from orchestration.backup.store import BackupStore  # noqa: PLC0415

    store = BackupStore(_folder(source), backup_key(access.home)).open()
    for one in read_backups(store):
        keys = "with keys" if one.has_keys else "without keys"
        moment = f"{one.made_at:%Y-%m-%d %H:%M}Z"
        click.echo(f"{one.backup_id}  {moment}  {len(one.files):>8,} files  {one.byte_count:>16,} bytes  {keys}")


@backup.command()
@click.option("--from", "source", type=_FOLDER, help="The folder of the backups; backups/ of the home if not given.")
@click.pass_context
@recorded("backup verify")
def verify(access: Access, context: click.Context, source: Path | None) -> None:
    """Read every piece of every backup and say which file of which backup cannot be restored. Exit code 1 then."""
    from orchestration.backup.restore import verify_backups  # noqa: PLC0415

    backups, pieces, faults = verify_backups(_folder(source), access.home)
    click.echo("\n".join([*faults, f"{backups:,} backups, {pieces:,} pieces read: {len(faults):,} faults."]))
    context.exit(REFUSED if faults else DONE)


@backup.command()
@click.option("--as-of", required=True, help="The day by which ages are counted, YYYY-MM-DD.")
@click.option("--from", "source", type=_FOLDER, help="The folder of the backups; backups/ of the home if not given.")
@recorded("backup expire")
def expire(access: Access, as_of: str, source: Path | None) -> None:
    """Remove backups past the period of orchestration/backup/policy.yaml, and what only they held."""
    from orchestration.backup.keeping import expire_backups  # noqa: PLC0415
    from orchestration.backup.policy import read_backup_policy  # noqa: PLC0415

    done = expire_backups(_folder(source), access.home, parse_day(as_of), read_backup_policy())
    click.echo(
        f"{len(done.removed):,} backups and {done.piece_count:,} pieces removed; {len(done.kept):,} backups stay."
    )


@click.command()
@click.option("--from", "source", type=_FOLDER, required=True, help="The folder of the backups.")
@click.option("--into", type=_FOLDER, help="The new home; OSAMARI_HOME or ./var if not given. Nothing but keys/ in it.")
@click.option("--backup", "backup_id", default="", help="Which backup; the newest if not given.")
@click.pass_context
@checks_itself("restore")
def restore(context: click.Context, source: Path, into: Path | None, backup_id: str) -> None:
    """Bring a home back from its backup, whole or not at all.

    Put keys/ into the empty home first, or set OSAMARI_BACKUP_KEY. Afterwards: osamari release verify, then the next
    delivery. Example: osamari restore --from /mnt/backup/osamari --into /srv/osamari
    """
    from orchestration.backup.restore import restore_backup  # noqa: PLC0415

    home = Home(into.absolute()) if into else Home.from_environment()
    done = restore_backup(source.absolute(), home, backup_id, _Progress())
    # Who may do what in this home came with it: only now can the restore be asked for its user, and recorded.
    with opened(home, "restore", {}, None):
        pass
    click.echo(f"{done.backup.backup_id} is in {home.root}: {len(done.backup.files):,} files, each as it was.")
    for name in done.missing_keys:
        click.echo(f"Missing, put it back before you go on: {home.keys / name}")
    for erasure in done.later_erasures:
        click.echo(f"Erasure {erasure} is younger than this backup: erase these people again before anything else.")
    context.exit(REFUSED if done.missing_keys or done.later_erasures else DONE)
