"""``osamari number``: numbers of non-residents (住登外) and integrated numbers (団体内統合宛名)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import ConfigurationError
from orchestration.access.gate import recorded, restricted
from orchestration.exit_codes import DONE, REFUSED

if TYPE_CHECKING:
    from ingestion.numbering.lookup import PersonNumbers
    from orchestration.access.gate import Access

STATES = {"register": "住民登録等の宛名", "valid": "住登外の番号", "merged": "統合済み", "deleted": "削除済み"}


@click.group()
def number() -> None:
    """Which numbers are one person's: number sheets, find people with two codes, give and look up integrated numbers.

    The same person never gets two numbers and two persons never one. What no rule decides an officer decides:
    candidates writes the list, decide takes it filled in.
    """


@number.command("run")
@click.pass_context
@recorded("number run")
def run_(access: Access, context: click.Context) -> None:
    """Number the delivered sheets now, as the refresh does. Exit code 1 when sheets are refused; they are listed.

    Example: osamari number run
    """
    from ingestion.database import read_warehouse  # noqa: PLC0415
    from ingestion.numbering.refused_sheets import describe_refused, refused_sheets  # noqa: PLC0415
    from ingestion.numbering.run import number_everyone  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415
    from orchestration.settings import newest_delivery  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        found = number_everyone(home, newest_delivery(home))
        with read_warehouse(home) as connection:
            refused = refused_sheets(connection)
    click.echo(
        f"登録票  付番 {found.numbered:,}  既存 {found.known:,}  確認待ち {found.waiting:,}  "
        f"受付不可 {found.refused:,}\n"
        f"複数の宛名を持つ人 {found.persons_with_several_codes:,}  統合宛名番号 {found.integrated:,}  "
        f"規則では決められない組 {found.conflicts:,}"
    )
    for sheet in refused:
        click.echo(describe_refused(sheet), err=True)
    context.exit(REFUSED if refused else DONE)


@number.command()
@restricted("number candidates")
def candidates(access: Access) -> None:
    """Write the review list: sheets that wait or were refused, contradictions, and pairs that are probably one person.

    Into numbering/ of the home; personal data, for its owner only. Fill in 判断 (同一, 別人, 統合), 担当者 and 事由.
    Example: osamari number candidates --purpose numbering
    """
    from ingestion.numbering.review import write_review  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        written = write_review(home, _today(), by=access.account, purpose=access.purpose)
    access.rows(written.pair_count)
    access.export(written.path, "review")
    more = f"  (外 {written.left_out:,} 組は次回)" if written.left_out else ""
    click.echo(f"{written.pair_count:,} 組  {written.path}{more}")


@number.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@restricted("number decide", asks_purpose=False)
def decide(access: Access, file: Path) -> None:
    """Take in FILE, the review list as an officer filled it in, and number accordingly.

    同一 one person, 別人 two, 統合 one person and the number of 甲 is given up for 乙. Taken whole or not at all.
    Example: osamari number decide review-2026-05-31.csv
    """
    from ingestion.numbering.decision_file import take_decisions  # noqa: PLC0415
    from ingestion.numbering.run import number_everyone  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        count = take_decisions(home, file, _today(), by=access.account)
        access.rows(count)
        number_everyone(home, _today())
    click.echo(f"{count:,} 件の判断を記録しました。次の refresh からマートに反映されます。")


@number.command()
@click.argument("addressee_code")
@restricted("number give")
def give(access: Access, addressee_code: str) -> None:
    """Give the person with this addressee code an integrated number, or tell the one there is.

    Example: osamari number give 000000000100001 --purpose collection
    """
    from ingestion.numbering.lookup import give_integrated  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        found = give_integrated(home, addressee_code, _today(), by=access.account, purpose=access.purpose)
    access.rows(1)
    _tell(found)


@number.command()
@click.option("--addressee", help="宛名番号: tells the integrated number and the person's other codes.")
@click.option("--integrated", help="統合宛名番号: tells the person's addressee codes.")
@restricted("number lookup")
def lookup(access: Access, addressee: str | None, integrated: str | None) -> None:
    """Number ↔ addressee. A merged integrated number leads to the one that survived.

    Example: osamari number lookup --addressee 000000000100001 --purpose collection
    """
    from ingestion.numbering.lookup import look_up_addressee, look_up_integrated  # noqa: PLC0415

    home = access.home
    if (addressee is None) == (integrated is None):
        raise ConfigurationError("it is not clear what to look up", "Give either --addressee CODE or --integrated NO.")
    if addressee is not None:
        found = look_up_addressee(home, addressee, by=access.account, purpose=access.purpose)
    else:
        found = look_up_integrated(home, str(integrated), by=access.account, purpose=access.purpose)
    access.rows(1)
    _tell(found)


@number.command()
@click.argument("code")
@restricted("number history")
def history(access: Access, code: str) -> None:
    """What happened to a number, individual or integrated: event, from, to, other number, officer, reason.

    Example: osamari number history 900000000000014 --purpose inquiry
    """
    from ingestion.numbering.lookup import look_up_history  # noqa: PLC0415

    events = look_up_history(access.home, code, by=access.account, purpose=access.purpose)
    access.rows(len(events))
    for event in events:
        click.echo("  ".join(str(value or "-") for value in event))


def _tell(found: PersonNumbers) -> None:
    """A person's numbers, one line each."""
    if found.asked_number:
        click.echo(f"{found.asked_number} は統合され、次の番号が残っています。")
    click.echo(f"統合宛名番号  {found.integrated or '付番されていません'}")
    for code, state in found.codes:
        click.echo(f"宛名番号      {code}  {STATES[state]}")


def _today() -> date:
    """The day on which a person decides or asks; only commands read the clock."""
    return date.today()  # noqa: DTZ011  (the officer's day, in the officer's zone)
