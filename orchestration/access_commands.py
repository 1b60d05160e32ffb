"""``osamari access``: who saw what and why, which copies were made, and whether the records are what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ingestion.home import Home
from orchestration.access.gate import moment, recorded
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from orchestration.access.access_log import Entry
    from orchestration.access.gate import Access


@click.group()
def access() -> None:
    """The records of access: log, copies, destroyed, verify."""


@access.command()
@click.option("--from", "from_date", help="First day, YYYY-MM-DD.")
@click.option("--to", "to_date", help="Last day, YYYY-MM-DD.")
@click.option("--account", default="", help="Of this account only.")
@recorded("access log")
def log(access: Access, from_date: str | None, to_date: str | None, account: str) -> None:
    r"""Who ran which command, when, why, how many rows it showed, and how it ended. No value of a person.

    \b
    Example:
      osamari access log --from 2026-04-01 --to 2026-04-30 --account sato
    """
    from orchestration.access.access_log import entries  # noqa: PLC0415  (commands load only what they need)

    days = [parse_day(day).isoformat() if day else "" for day in (from_date, to_date)]
    count = 0
    for entry in entries(access.home, days[0], days[1], account):
        click.echo(_line(entry))
        count += 1
    click.echo(f"{count:,} 件")


def _line(entry: Entry) -> str:
    from orchestration.access.access_log import OUTCOMES  # noqa: PLC0415
    from orchestration.access.refusals import REASONS  # noqa: PLC0415

    parts = [str(entry.number), entry.at, entry.account, entry.command]
    parts += [f"{name}={value}" for name, value in entry.objects.items()]
    parts += [f"目的={entry.purpose}"] if entry.purpose else []
    parts += [f"{entry.rows:,} 行"] if entry.rows is not None else []
    parts += [f"写し {', '.join(map(str, entry.copies))}"] if entry.copies else []
    parts.append(OUTCOMES.get(entry.outcome, entry.outcome))
    parts += [REASONS.get(entry.reason, entry.reason)] if entry.reason else []
    return "  ".join(parts)


@access.command()
@recorded("access copies")
def copies(access: Access) -> None:
    """Every copy of restricted data: number, kind, file, rows, digest, by whom, and what became of it."""
    from orchestration.access.copies import MADE, register_of  # noqa: PLC0415
    from orchestration.access.policy import load_policy  # noqa: PLC0415

    lines = register_of(access.home).lines()
    ends = {line["copy"]: line for line in lines if line["kind"] != MADE}
    for line in lines:
        if line["kind"] != MADE:
            continue
        kind = load_policy().copies.get(str(line["copy_kind"]), str(line["copy_kind"]))
        end = ends.get(line["number"])
        gone = f"  {ENDS.get(str(end['how']), end['how'])} {end['at']} (by {end['by']})" if end else ""
        click.echo(
            f"{line['number']}  {line['at']}  {kind}  {line['file']}  {line['rows']:,} 行"
            f"  {str(line['sha256'])[:16]}  {line['account']}  {line['purpose']}{gone}"
        )


ENDS = {"destroyed": "廃棄", "returned": "返却"}


@access.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--returned", is_flag=True, help="It came back instead.")
@recorded("access destroyed")
def destroyed(access: Access, number: int, *, returned: bool) -> None:
    """Record that copy NUMBER was destroyed, or came back. Example: osamari access destroyed 12."""
    from orchestration.access.copies import record_end  # noqa: PLC0415

    how = "returned" if returned else "destroyed"
    record_end(access.home, number, how, access.account, moment())
    click.echo(f"写し {number}: {ENDS[how]}")


@access.command()
@click.option("--noted", metavar="LOG=HEAD", multiple=True, help="A head that was noted earlier must still be there.")
def verify(noted: tuple[str, ...]) -> None:
    r"""Check the register of users, the access log and the register of copies, line by line; exit code 1 if not.

    Note the heads that are shown where nobody who may write this home can change them (on paper, in a mail): given
    back later with --noted they prove that nothing before them was changed, also by somebody who wrote all files anew.

    \b
    Example:
      osamari access verify --noted access=412:3fa9...
    """
    from orchestration.access.verify import verify_records  # noqa: PLC0415

    click.echo("\n".join(verify_records(Home.from_environment(), noted)))
