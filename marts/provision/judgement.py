"""May this be answered at all? Decided from the inquiry, the rules and the requesters alone: no person is looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marts.provision.causes import Cause
from marts.provision.items import load_items
from marts.provision.rules import plain

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence
    from datetime import date

    from marts.provision.inquiry import Inquiry
    from marts.provision.requesters import Requester
    from marts.provision.rules import Rule


@dataclass(frozen=True)
class Grounds:
    """What an inquiry is judged by. ``today`` is the day of asking, ``as_of`` that of the marts."""

    rules: Sequence[Rule]
    requesters: Mapping[str, Requester]
    today: date
    as_of: date


@dataclass(frozen=True)
class Judgement:
    """The outcome: a rule and the items it permits, or a cause.

    Requester, rule and items are filled in as far as they are known, for the register.
    """

    cause: Cause | None
    requester: Requester | None = None
    rule: Rule | None = None
    items: tuple[str, ...] = field(default=())


def judge(inquiry: Inquiry, grounds: Grounds, known_ids: Container[str]) -> Judgement:
    """Whether the inquiry is permitted; only then may a person be looked up for it."""
    requester = grounds.requesters.get(inquiry.requester_id)
    items = known_items(inquiry.items)
    if requester is None:
        is_repeated = inquiry.inquiry_id in known_ids
        return Judgement(Cause.INQUIRY_REPEATED if is_repeated else Cause.REQUESTER_UNKNOWN, None, None, items)
    rule, cause = _rule_for(inquiry, requester, grounds)
    if inquiry.inquiry_id in known_ids:
        cause = Cause.INQUIRY_REPEATED
    elif not requester.is_registered(grounds.today):
        cause = Cause.REQUESTER_NOT_CURRENT
    elif rule is not None and cause is None:
        cause = _beyond_the_rule(inquiry, rule, items, grounds.as_of)
    return Judgement(cause, requester, rule, items)


def known_items(asked: Sequence[str]) -> tuple[str, ...]:
    """The names of the items asked for, by name or title; what is no item is left out."""
    titles = {plain(item.title): name for name, item in load_items().items()}
    names = (text if text in load_items() else titles.get(plain(text)) for text in asked)
    return tuple(dict.fromkeys(name for name in names if name))


def _rule_for(inquiry: Inquiry, requester: Requester, grounds: Grounds) -> tuple[Rule | None, Cause | None]:
    """The rule that the inquiry means, and what is wrong with naming it; rules never overlap."""
    based = [r for r in grounds.rules if r.requester_kind == requester.kind and r.has_basis(inquiry.legal_basis)]
    meant = [rule for rule in based if rule.has_purpose(inquiry.purpose)]
    in_force = [rule for rule in meant if rule.is_in_force(grounds.today)]
    if not based:
        return None, Cause.BASIS_UNKNOWN
    if not meant:
        return based[0], Cause.PURPOSE_WRONG
    if not in_force:
        return meant[-1], Cause.RULE_NOT_IN_FORCE
    return in_force[0], None


def _beyond_the_rule(inquiry: Inquiry, rule: Rule, items: tuple[str, ...], as_of: date) -> Cause | None:
    findings = (
        (not items or not all(known_items([text]) for text in inquiry.items), Cause.ITEM_UNKNOWN),
        (not set(items) <= set(rule.items), Cause.ITEM_NOT_PERMITTED),
        ((inquiry.person_role or None) not in (rule.person_roles or (None,)), Cause.ROLE_NOT_PERMITTED),
        (inquiry.as_of not in {None, as_of}, Cause.DAY_OTHER),
        (not inquiry.person.addressee_code and not inquiry.person.has_four_items, Cause.PERSON_INCOMPLETE),
    )
    return next((cause for is_found, cause in findings if is_found), None)
