"""What waits for an officer: one decides, by name and with a reason, and the register keeps it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ingestion.errors import ConfigurationError, DataRefused
from marts.provision.answer import Answer, digest_of_file
from marts.provision.answer_store import AnswerStore, record_name
from marts.provision.causes import Cause
from marts.provision.documents import list_files, own_files
from marts.provision.items import PERSON, load_items
from marts.provision.judgement import known_items
from marts.provision.marts_day import open_marts
from marts.provision.provide import Officer, Outcome, document_no
from marts.provision.register import ANSWERED, DECISION, REFUSED, Register, waiting
from marts.provision.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.home import Home
    from marts.provision.rules import Rule

LEAST_TOLD = 2
"""Characters from which a value of the person is looked for in a reason."""


@dataclass(frozen=True)
class Decision:
    """An officer's decision: ``answered`` or ``refused``, why, and which items are held back of what was asked for."""

    decision: str
    reason: str
    withheld: tuple[str, ...] = ()


def decide(home: Home, inquiry_id: str, decision: Decision, officer: Officer) -> Outcome:
    """Give or refuse the answer that waits, as of the day it was asked for, and record who decided why.

    Raises:
        DataRefused: no such inquiry waits, what waits was changed, or its rule no longer holds.
        ConfigurationError: no reason, a reason that names the person, or an item that was not asked for.
    """
    register, store = Register(home), AnswerStore(home)
    line = waiting(register.lines()).get(inquiry_id)
    if line is None:
        raise DataRefused(f"No inquiry {inquiry_id} waits.", "`osamari provide waiting` lists those that do.")
    answer = waiting_answer(store, line)
    reason = _checked_reason(decision.reason, answer)
    number = register.next_number()
    rule = _rule_still_in_force(home, answer, officer) if decision.decision == ANSWERED else None
    given = _without(answer, decision.withheld, document_no(officer, number), officer)
    with store.staged(store.answers) as answers:
        files: dict[str, str] = {}
        if rule is not None:
            with open_marts(home) as figures:
                fiscal_year = figures.fiscal_year_of(given.as_of)
            documents = own_files(given, rule, fiscal_year, officer.by)
            asked = [(inquiry_id, given.person_role)]
            files = answers.write(documents | list_files(given.document_no, rule, asked, {inquiry_id: given}))
        register.append([_line(given, rule, reason, officer, files)])
    (store.waiting / record_name(inquiry_id)).unlink()
    paths = tuple(store.answers / name for name in files)
    return Outcome(inquiry_id, decision.decision, Cause.OFFICER, given.document_no if rule else "", paths)


def waiting_answer(store: AnswerStore, line: Mapping[str, Any]) -> Answer:
    """What waits under this line of the register.

    Raises:
        DataRefused: the file is gone or is not what was recorded.
    """
    path = store.waiting / record_name(line["inquiry_id"])
    content = path.read_bytes() if path.exists() else b""
    if digest_of_file(content) != line["files"].get(path.name):
        raise DataRefused(
            f"What waits for {line['inquiry_id']} is not what was recorded.",
            "Restore provisions/waiting from its backup, or refuse by letter and let the body ask again.",
        )
    return Answer.from_bytes(content)


def _rule_still_in_force(home: Home, answer: Answer, officer: Officer) -> Rule:
    rule = next((rule for rule in load_rules(home) if rule.rule_id == answer.rule_id), None)
    if rule is None or not rule.is_in_force(officer.at.date()) or not set(answer.items) <= set(rule.items):
        raise DataRefused(
            f"The rule {answer.rule_id} no longer permits this answer.", "Decide `refuse`, or let the body ask anew."
        )
    return rule


def _checked_reason(reason: str, answer: Answer) -> str:
    """The reason without surrounding spaces; the register must not learn a person's name from it."""
    reason = reason.strip()
    if not reason:
        raise ConfigurationError("A decision needs a reason.", "Give --reason with a few words, without names.")
    plain = "".join(reason.split())
    values = ("".join(str(value).split()) for value in answer.person.values() if value)
    if any(len(value) >= LEAST_TOLD and value in plain for value in values):
        raise ConfigurationError(
            "The reason holds a value of the person.",
            "Say it without name, address or birth date; the register is kept.",
        )
    return reason


def _without(answer: Answer, withheld: tuple[str, ...], number: str, officer: Officer) -> Answer:
    held = known_items(withheld)
    if len(held) < len(withheld) or not set(held) <= set(answer.items):
        raise ConfigurationError("An item to withhold was not asked for.", f"Asked for are: {', '.join(answer.items)}.")
    if any(load_items()[name].grain != PERSON for name in held):
        raise ConfigurationError(
            "Only items about the person can be withheld.", "Refuse the inquiry, or let the body ask for less."
        )
    return replace(
        answer,
        document_no=number,
        answered_at=officer.at,
        items=tuple(name for name in answer.items if name not in held),
        person={name: value for name, value in answer.person.items() if name not in held},
    )


def _line(given: Answer, rule: Rule | None, reason: str, officer: Officer, files: dict[str, str]) -> dict[str, object]:
    until = officer.at.date() + timedelta(days=rule.answer_days) if rule else None
    return {
        "event": DECISION,
        "inquiry_id": given.inquiry_id,
        "requester_id": given.requester_id,
        "rule_id": given.rule_id,
        "decision": ANSWERED if rule else REFUSED,
        "cause": Cause.OFFICER,
        "reason": reason,
        "given_items": sorted(given.items) if rule else [],
        "document_no": given.document_no if rule else None,
        "files": files,
        "keep_until": until.isoformat() if until else None,
        "by": officer.by,
        "at": officer.at.isoformat(timespec="seconds"),
    }
