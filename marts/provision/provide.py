"""The front door: inquiries in, answers, refusals and waiting cases out, every one of them in the register."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from ingestion.protected_list import protected_keys
from ingestion.pseudonym import read_secret
from marts.provision.answer import Answer
from marts.provision.answer_query import Facts, read_facts
from marts.provision.answer_store import AnswerStore, Staged
from marts.provision.causes import Cause
from marts.provision.documents import list_files, own_files
from marts.provision.judgement import Grounds, Judgement, judge
from marts.provision.marts_day import open_marts
from marts.provision.people import Match, find_people
from marts.provision.register import ANSWERED, INQUIRY, REFUSED, WAITING, Register
from marts.provision.requesters import Requester, load_requesters
from marts.provision.rules import Rule, load_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from ingestion.home import Home
    from marts.provision.inquiry import Inquiry
    from marts.provision.marts_day import Marts


@dataclass(frozen=True)
class Officer:
    """Who answers, and when: the account of the operating system and the moment, both for the register."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Outcome:
    """What became of one inquiry; ``cause`` is empty when it was answered, ``files`` when it was not."""

    inquiry_id: str
    decision: str
    cause: str = ""
    document_no: str = ""
    files: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Case:
    """An inquiry with what was found about it. ``number`` is that of its line in the register."""

    number: int
    inquiry: Inquiry
    judgement: Judgement
    match: Match
    answer: Answer | None = None

    @property
    def cause(self) -> Cause | None:
        """Why it is not answered."""
        return self.judgement.cause or self.match.cause

    @property
    def decision(self) -> str:
        """Answered, refused or waiting."""
        if self.cause == Cause.PROTECTED:
            return WAITING
        return REFUSED if self.cause else ANSWERED


def provide(home: Home, inquiries: Sequence[Inquiry], officer: Officer) -> list[Outcome]:
    """Answer what is permitted, refuse the rest, leave protected people to an officer; outcomes in the given order.

    Raises:
        DataRefused: nothing has been computed, or the register is broken; then nothing is answered.
        ConfigurationError: rules, requesters or the city's list of protected people are wrong.
    """
    with open_marts(home) as figures:
        cases = _with_answers(_cases(home, inquiries, officer, figures), officer, figures)
        return _given_out(home, cases, officer, figures.fiscal_year_of(figures.as_of))


def _cases(home: Home, inquiries: Sequence[Inquiry], officer: Officer, figures: Marts) -> list[Case]:
    """Every inquiry judged; people are looked up for what is permitted only."""
    register, today = Register(home), officer.at.date()
    grounds = Grounds(load_rules(home), load_requesters(home), today, figures.as_of)
    seen, judgements = set(register.known_ids()), []
    for inquiry in inquiries:
        judgements.append(judge(inquiry, grounds, seen))
        seen.add(inquiry.inquiry_id)
    pairs = zip(inquiries, judgements, strict=True)
    asked = [inquiry.person for inquiry, judgement in pairs if judgement.cause is None]
    found = iter(find_people(figures.connection, asked, read_secret(home), protected_keys(home, today)))
    matches = [next(found) if judgement.cause is None else Match(None) for judgement in judgements]
    numbers = range(register.next_number(), register.next_number() + len(inquiries))
    return [Case(*parts) for parts in zip(numbers, inquiries, judgements, matches, strict=True)]


def _with_answers(cases: Sequence[Case], officer: Officer, figures: Marts) -> list[Case]:
    """The cases with their answers; one query for all that ask for the same items under the same rule."""
    answers: dict[int, Answer] = {}
    open_cases = [case for case in cases if case.match.addressee_key and case.decision != REFUSED]
    for (_, items), group in groupby(sorted(open_cases, key=_question), key=_question):
        alike = list(group)
        keys = [str(case.match.addressee_key) for case in alike]
        rule, _ = _grounds(alike[0].judgement)
        facts = read_facts(figures.connection, rule, items, keys)
        answers |= {c.number: _answer(c, items, facts[k], officer, figures) for c, k in zip(alike, keys, strict=True)}
    return [replace(case, answer=answers.get(case.number)) for case in cases]


def _question(case: Case) -> tuple[str, tuple[str, ...]]:
    return _grounds(case.judgement)[0].rule_id, tuple(sorted(case.judgement.items))


def _grounds(judgement: Judgement) -> tuple[Rule, Requester]:
    if judgement.rule is None or judgement.requester is None:  # a judgement without a cause has both
        raise AssertionError("an inquiry is answered without a rule")
    return judgement.rule, judgement.requester


def _answer(case: Case, items: tuple[str, ...], facts: Facts, officer: Officer, figures: Marts) -> Answer:
    rule, requester = _grounds(case.judgement)
    person, taxes = facts
    return Answer(
        inquiry_id=case.inquiry.inquiry_id,
        document_no=document_no(officer, case.number),
        requester_id=requester.requester_id,
        requester_name=requester.name,
        rule_id=rule.rule_id,
        person_role=case.inquiry.person_role,
        answered_at=officer.at,
        as_of=figures.as_of,
        addressee_key=str(case.match.addressee_key),
        items=items,
        person=person,
        taxes=taxes,
    )


def document_no(officer: Officer, number: int) -> str:
    """Number of a document: the year and the line of the register."""
    return f"{officer.at.year}-{number:05d}"


def _given_out(home: Home, cases: Sequence[Case], officer: Officer, fiscal_year: int) -> list[Outcome]:
    """Write files and register together."""
    store = AnswerStore(home)
    with store.staged(store.answers) as answers, store.staged(store.waiting) as waiting:
        lists = _lists(cases, answers)
        lines, outcomes = [], []
        for case in cases:
            files = _files(case, answers, waiting, officer, fiscal_year) | lists.get(case.number, {})
            lines.append(register_line(case, officer, files))
            paths = tuple(store.answers / name for name in files) if case.decision == ANSWERED else ()
            number = str(lines[-1]["document_no"] or "")
            outcomes.append(Outcome(case.inquiry.inquiry_id, case.decision, case.cause or "", number, paths))
        Register(home).append(lines)
    return outcomes


def _files(case: Case, answers: Staged, waiting: Staged, officer: Officer, fiscal_year: int) -> dict[str, str]:
    if case.answer is None:
        return {}
    rule, _ = _grounds(case.judgement)
    if case.decision == WAITING:
        return waiting.write({f"{case.inquiry.inquiry_id}.json": case.answer.to_bytes()})
    return answers.write(own_files(case.answer, rule, fiscal_year, officer.by))


def _lists(cases: Sequence[Case], answers: Staged) -> dict[int, dict[str, str]]:
    """The list of each requester and rule, by the numbers of the cases answered in it."""
    judged = [case for case in cases if case.judgement.rule and case.judgement.requester]
    by_list: dict[tuple[str, str], list[Case]] = {}
    for case in judged:
        rule, requester = _grounds(case.judgement)
        by_list.setdefault((rule.rule_id, requester.requester_id), []).append(case)
    files: dict[int, dict[str, str]] = {}
    for group in by_list.values():
        given = {c.inquiry.inquiry_id: c.answer for c in group if c.answer and c.decision == ANSWERED}
        asked = [(case.inquiry.inquiry_id, case.inquiry.person_role) for case in group]
        first = next(iter(given.values()), None)
        if first is not None:
            rule, _ = _grounds(group[0].judgement)
            written = answers.write(list_files(first.document_no, rule, asked, given))
            files |= {case.number: written for case in group if case.decision == ANSWERED}
    return files


def register_line(case: Case, officer: Officer, files: dict[str, str]) -> dict[str, object]:
    """The line of an inquiry in the register: what rules and requesters hold, a pseudonym, no value of a person."""
    rule, requester = case.judgement.rule, case.judgement.requester
    is_given = case.decision == ANSWERED
    kept_until = officer.at.date() + timedelta(days=rule.answer_days) if rule and is_given else None
    return {
        "event": INQUIRY,
        "inquiry_id": case.inquiry.inquiry_id,
        "requester_id": requester.requester_id if requester else None,
        "requester_kind": requester.kind if requester else None,
        "rule_id": rule.rule_id if rule else None,
        "article": rule.article if rule else None,
        "purpose": rule.purpose if rule and case.cause != Cause.PURPOSE_WRONG else None,
        "asked_items": sorted(case.judgement.items),
        "given_items": sorted(case.answer.items) if case.answer and is_given else [],
        "as_of": case.answer.as_of.isoformat() if case.answer else None,
        "decision": case.decision,
        "cause": case.cause,
        "addressee_key": case.match.addressee_key,
        "document_no": case.answer.document_no if case.answer and is_given else None,
        "files": files,
        "keep_until": kept_until.isoformat() if kept_until else None,
        "by": officer.by,
        "at": officer.at.isoformat(timespec="seconds"),
    }
