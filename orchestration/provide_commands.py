"""``osamari provide``: inquiries of other bodies are answered as far as a rule permits, and everything is recorded."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration.access.gate import recorded, restricted
from orchestration.exit_codes import DONE, REFUSED
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.provision.inquiry import Inquiry
    from marts.provision.provide import Officer, Outcome
    from orchestration.access.gate import Access

READY = "provision_tax_states"
"""What answers are made from; the gates on the way to it must have passed."""
ROLES = ("tenant", "cohabitant", "guarantor")
EPILOG = """\b
Who may ask stands in provision_requesters.csv of the home, what may be told in marts/provision/rules.csv and
provision_rules.csv of the home, who is under protection in the feeds and in protected.csv of the home.
Exit codes: 0 answered or waiting, 1 refused, 2 wrong use or configuration, 3 busy.
"""


@click.group(epilog=EPILOG)
def provide() -> None:
    """Answer inquiries of other bodies (照会への提供), and keep the register of what was provided and refused."""


def day_of(_context: click.Context, _parameter: click.Parameter, text: str | None) -> date | None:
    """A day given as an option."""
    return parse_day(text) if text else None


def officer(access: Access) -> Officer:
    """Who runs the command, and when: the only place where the clock is read."""
    from marts.provision.provide import Officer as Named  # noqa: PLC0415  (commands load only what they need)

    return Named(access.account, datetime.now().astimezone())


@provide.command()
@click.option("--items", is_flag=True, help="Instead: the items that exist, with their names.")
def rules(*, items: bool) -> None:
    """The permitted list: who may be told what, for which purpose, under which article, from when to when."""
    from marts.provision.rule_words import item_lines, rule_lines  # noqa: PLC0415

    click.echo("\n".join(item_lines() if items else rule_lines(Home.from_environment())))


@provide.command()
@click.argument("inquiry_id")
@click.option("--requester", required=True, help="Number of the requester in provision_requesters.csv.")
@click.option("--rule", required=True, help="Number of the rule, or its article; see `osamari provide rules`.")
@click.option("--purpose", required=True, help="Purpose that the requester states, as the rule names it.")
@click.option("--items", required=True, help="Items asked for, separated by commas, by name or Japanese title.")
@click.option("--addressee", default="", help="Code of the person (宛名番号).")
@click.option("--name", default="", help="Name; with --address, --birth-date and --sex instead of --addressee.")
@click.option("--address", default="", help="Address, with the building.")
@click.option("--birth-date", callback=day_of, help="YYYY-MM-DD.")
@click.option("--sex", type=click.Choice(("1", "2")), help="1 male, 2 female.")
@click.option("--role", type=click.Choice(ROLES), help="What the person is to the requester, where the rule asks it.")
@click.option("--as-of", callback=day_of, help="Day asked for, YYYY-MM-DD; must be that of the marts.")
@click.pass_context
@restricted("provide answer", asks_purpose=False)
def answer(  # noqa: PLR0913, PLR0917  (the options of the command)
    access: Access,
    context: click.Context,
    inquiry_id: str,
    requester: str,
    rule: str,
    purpose: str,
    items: str,
    addressee: str,
    name: str,
    address: str,
    birth_date: date | None,
    sex: str | None,
    role: str | None,
    as_of: date | None,
) -> None:
    r"""Answer one inquiry, or refuse it with cause and remedy; either is recorded under INQUIRY_ID.

    Only the items asked for and permitted are given, as of the day of the marts. Nobody is answered about who is under
    protection: the inquiry waits for `osamari provide decide`.

    \b
    Example:
      osamari provide answer 2026-101 --requester 072010 --rule public_dues.1 --purpose public_dues_collection \
        --items name,address,tax_item,levy_year,payment_state --addressee 000000000100026
    """
    from marts.provision.inquiry import INQUIRY_ID, Inquiry, Person  # noqa: PLC0415

    if not INQUIRY_ID.fullmatch(inquiry_id):
        raise ConfigurationError(
            "The number of an inquiry has letters, digits and hyphens only.", "Write it like 2026-101."
        )
    person = Person(addressee, name, address, birth_date, sex or "")
    asked = tuple(text.strip() for text in items.split(",") if text.strip())
    inquiry = Inquiry(inquiry_id, requester, rule, purpose, asked, person, as_of, role or "")
    context.exit(_provided(access, [inquiry]))


@provide.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
@restricted("provide batch", asks_purpose=False)
def batch(access: Access, context: click.Context, file: Path) -> None:
    """Answer every inquiry of a CSV file (layout: marts/provision/inquiry.csv, UTF-8 or CP932).

    A file with any fault is refused as a whole. Under a rule of the medium "list" all answers of one requester stand in
    one list, as CSV and Excel; an inquiry that is not answered has a line there that does not say why.
    Example: osamari provide batch inquiries.csv
    """
    from marts.provision.inquiry_file import read_inquiries  # noqa: PLC0415

    context.exit(_provided(access, read_inquiries(file)))


def _provided(access: Access, inquiries: Sequence[Inquiry]) -> int:
    """Answer, tell what became of each, and give the exit code."""
    from marts.provision.marts_day import open_marts  # noqa: PLC0415
    from marts.provision.provide import provide as answer_all  # noqa: PLC0415
    from marts.provision.register import REFUSED as NOT_GIVEN  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415
    from orchestration.dependence import refuse_behind_a_closed_gate  # noqa: PLC0415

    home = access.home
    with run_lock.hold(home):
        with open_marts(home) as figures:
            day = figures.as_of
        refuse_behind_a_closed_gate(home, READY, day)
        outcomes = answer_all(home, inquiries, officer(access))
    _number(access, outcomes)
    for outcome in outcomes:
        tell(outcome)
    return REFUSED if any(outcome.decision == NOT_GIVEN for outcome in outcomes) else DONE


def _number(access: Access, outcomes: Sequence[Outcome]) -> None:
    """Register each file that was written, once, with the inquiries that it answers."""
    answered: dict[Path, int] = {}
    for outcome in outcomes:
        for path in outcome.files:
            answered[path] = answered.get(path, 0) + 1
    access.rows(sum(bool(outcome.files) for outcome in outcomes))
    for path, count in answered.items():
        access.export(path, "provision", count)


def tell(outcome: Outcome) -> None:
    """What became of one inquiry: files on stdout, cause and remedy on stderr. No value of a person."""
    from marts.provision.causes import cause_texts  # noqa: PLC0415
    from marts.provision.log import DECISIONS  # noqa: PLC0415

    files = "  ".join(str(path) for path in outcome.files)
    click.echo("  ".join(filter(None, [outcome.inquiry_id, DECISIONS[outcome.decision], outcome.document_no, files])))
    if outcome.cause:
        text = cause_texts()[outcome.cause]
        click.echo(f"{outcome.inquiry_id}: {text.text}", err=True)
        if text.remedy:
            click.echo(f"  {text.remedy}", err=True)


@provide.command()
@recorded("provide waiting")
def waiting(access: Access) -> None:
    """The inquiries that wait for an officer, oldest first; no name is shown."""
    from marts.provision.register import Register  # noqa: PLC0415
    from marts.provision.register import waiting as waiting_lines  # noqa: PLC0415

    found = waiting_lines(Register(access.home).lines())
    for inquiry_id, line in found.items():
        click.echo(f"{inquiry_id}  {line['at']}  {line['requester_id']}  {line['rule_id']}")
    click.echo(f"{len(found):,} 件")


@provide.command()
@click.argument("inquiry_id")
@click.option("--decision", type=click.Choice(("answer", "refuse")), required=True)
@click.option("--reason", required=True, help="Why, without a name or address; it is kept in the register.")
@click.option(
    "--withhold", multiple=True, help="An item about the person that is held back; may be given several times."
)
@restricted("provide decide", asks_purpose=False)
def decide(access: Access, inquiry_id: str, decision: str, reason: str, withhold: tuple[str, ...]) -> None:
    """Decide about an inquiry that waits: give the answer as of the day it was asked, or refuse it.

    Who decides is the account of the operating system. Example:
    osamari provide decide 2026-101 --decision answer --withhold address --reason "照会元が支援措置を承知と確認"
    """
    from marts.provision.decide import Decision  # noqa: PLC0415
    from marts.provision.decide import decide as decided  # noqa: PLC0415
    from marts.provision.register import ANSWERED  # noqa: PLC0415
    from marts.provision.register import REFUSED as NOT_GIVEN  # noqa: PLC0415
    from orchestration import run_lock  # noqa: PLC0415

    home, kind = access.home, ANSWERED if decision == "answer" else NOT_GIVEN
    with run_lock.hold(home):
        outcome = decided(home, inquiry_id, Decision(kind, reason, withhold), officer(access))
    _number(access, [outcome])
    tell(outcome)


@provide.command()
@click.argument("inquiry_id")
@restricted("provide show", asks_purpose=False)
def show(access: Access, inquiry_id: str) -> None:
    """Look at one kept answer on the screen (閲覧); the look is recorded. Shows personal data."""
    from marts.provision.show import view_answer  # noqa: PLC0415

    lines = view_answer(access.home, inquiry_id, officer(access))
    access.rows(1)
    click.echo("\n".join(lines))
