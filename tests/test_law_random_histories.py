"""Invented histories of an instalment: the models and an independent computation, day by day, agree to the yen.

Histories mix payments (short, exact, double, over), reassessments up and down, graces, stays, and acts that renew the
prescription, on random days. A run
of the tests follows some; ``OSAMARI_HISTORIES=10000 pytest tests/test_law_random_histories.py`` follows as many.
Not covered: refunds (see the cases), and a levy raised after an overpayment that also paid late charge (see
``int_principal_allocations``), which these seeds do not meet.
"""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.independent_extinction import Claim, whole_number
from tests.independent_late_charge import Account, sum_after_cuts
from tests.law_case_runner import PROJECT, LawCaseRunner
from tests.law_case_runner_files import Event, LawCase

if TYPE_CHECKING:
    from tests.law_case_runner import Project

AS_OF = date(2026, 5, 31)
HISTORIES = int(os.environ.get("OSAMARI_HISTORIES", "500")) // 2
"""For each of the two seeds."""


def invent(chance: random.Random, label: str) -> tuple[dict[str, Any], list[Event]]:
    """An instalment and its events in the order in which they count."""
    due = date(2022, 1, 1) + timedelta(days=chance.randrange(1500))
    yen = chance.choice([1999, 2000, 12900, chance.randrange(1000, 300_000), chance.randrange(100_000, 3_000_000)])
    events = []
    for _ in range(chance.choice([0, 1, 1, 2, 2, 3, 4])):
        day = due + timedelta(days=chance.choice([chance.randrange(-30, 5), chance.randrange(1, 400)]))
        if chance.random() < 0.3:
            levied = chance.choice([0, yen // 2, yen * 2, chance.randrange(2 * yen)])
            events.append(Event("reassessment", label, {"date": day, "principal_yen": levied, "cause": "reassessment"}))
        else:
            paid = chance.choice([yen, yen, yen // 2 + 1, yen - 1, chance.randrange(1, 2 * yen)])
            events.append(Event("receipt", label, {"paid_date": day, "amount_yen": paid}))
    if chance.random() < 0.3:
        first = due + timedelta(days=chance.randrange(-20, 300))
        last = first + timedelta(days=chance.randrange(0, 365))
        kind = chance.choice(["disaster", "collection", "conversion"])
        events.append(Event("grace", label, {"kind": kind, "from_date": first, "to_date": last}))
    if chance.random() < 0.2:
        stay: dict[str, Any] = {"item": 2, "from_date": due + timedelta(days=chance.randrange(1, 400))}
        if chance.random() < 0.5:
            stay["to_date"] = stay["from_date"] + timedelta(days=chance.randrange(0, 200))
        events.append(Event("stay", label, stay))
    events += acts(random.Random(f"acts of {label} {due}"), label, due)  # noqa: S311  the same in every run
    tax_item = "late_elderly_premium" if sum(label.encode()) % 2 else "resident_tax"
    instalment = {"tax_item": tax_item, "levy_year": due.year, "principal_yen": yen, "due_date": due}
    return instalment, sorted(events, key=lambda event: (event.on, event.kind != "reassessment"))


def acts(chance: random.Random, label: str, due: date) -> list[Event]:
    """What renews the prescription, a second grace and a second stay beside the first; the first three move no yen."""
    events = []
    day = due + timedelta(days=chance.randrange(15, 900))
    for kind in ("demand", "pledge", "seizure", "grace", "stay"):
        day += timedelta(days=chance.randrange(-200, 200))
        first, last = max(day, due + timedelta(days=1)), max(day, due) + timedelta(days=chance.randrange(1, 300))
        if chance.random() < 0.3:
            fields: dict[str, dict[str, Any]] = {
                "demand": {"issue_date": first},
                "pledge": {"date": first},
                "seizure": {"from_date": first} | ({"to_date": last} if chance.random() < 0.6 else {}),
                "grace": {"kind": "collection", "from_date": first, "to_date": last},
                "stay": {"item": 3, "from_date": first},
            }
            events.append(Event(kind, label, fields[kind]))
    return events


def end_of_claim(instalment: dict[str, Any], events: list[Event]) -> dict[str, Any]:
    """What the independent computation says of the end of the claim as of the day."""
    scope = "late_elderly_premium" if instalment["tax_item"] == "late_elderly_premium" else "tax"
    claim = Claim(instalment["due_date"], scope)
    waiting = timedelta(days=whole_number("prescription_after_demand_days", "all"))
    for event in (event for event in events if event.on <= AS_OF):
        last = event.fields.get("to_date") or date.max
        if event.kind == "stay":
            claim.stays.append((event.on, last if last < AS_OF else date.max))
        elif event.kind == "grace":
            claim.graces.append((event.on, last))
        elif event.kind == "seizure":
            claim.acts.append((event.on, min(last, AS_OF)))
        elif event.kind != "reassessment":
            claim.acts.append((event.on, event.on + waiting * (event.kind == "demand")))
    by_time, by_stay = claim.prescription_date(), claim.stay_end_date()
    is_by_stay = by_stay is not None and by_stay <= by_time
    return {
        "prescription_date": by_time,
        "stay_end_date": by_stay,
        "first_clause": "15-7-4" if is_by_stay else "18",
        "extinction_date": min(by_time, by_stay or by_time),
        "is_write_off_candidate": min(by_time, by_stay or by_time) < AS_OF,
    }


def found_end_of_claim(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What the models say of it."""
    (row,) = rows["fct_prescriptions"]
    names = ("prescription_date", "stay_end_date", "first_clause", "extinction_date")
    return {name: row[name] for name in names} | {"is_write_off_candidate": bool(rows["fct_write_off_candidates"])}


def follow(instalment: dict[str, Any], events: list[Event]) -> dict[str, Any]:
    """What the independent computation says as of the day. No charge arises after the end of the claim."""
    account = Account(instalment["due_date"], [(date.min, instalment["principal_yen"])])
    claim_end: date = end_of_claim(instalment, events)["extinction_date"]
    account.exempt.append((claim_end + timedelta(days=1), date.max))
    for event in events:
        days = (event.on, event.fields.get("to_date") or date.max)
        if event.kind == "stay" or event.fields.get("kind") == "disaster":
            account.exempt.append(days)
        elif event.kind == "grace":
            account.reduced.append(days)
    for event in events:
        if event.on <= AS_OF and event.kind == "reassessment":
            account.reassess(event.on, event.fields["principal_yen"])
        elif event.on <= AS_OF and event.kind == "receipt":
            account.pay(event.on, event.fields["amount_yen"])
    segments = account.segments(AS_OF)
    return {
        "principal_outstanding_yen": max(0, account.balance),
        "late_charge_accrued_yen": sum_after_cuts(segments),
        "late_charge_collected_yen": account.late_charge_paid,
        "segments": segments,
        "overpayments": sorted(account.overpayments),
    }


def found(rows: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """What the models say of one instalment; its rows by mart."""
    (position,) = rows["int_instalment_positions"]
    segments = sorted(rows["fct_late_charge_segments"], key=lambda row: row["segment_from_date"])
    overpayments = [(row["arising_date"], row["overpaid_yen"]) for row in rows["fct_refunds"]]
    measures = ("principal_outstanding_yen", "late_charge_accrued_yen", "late_charge_collected_yen")
    return {name: position[name] for name in measures} | {
        "segments": [row["amount_yen"] for row in segments],
        "overpayments": sorted(overpayments),
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_models_and_an_independent_computation_agree(compiled_models: Project, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  invented histories, the same in every run
    histories = {f"H{number:04d}": invent(chance, f"H{number:04d}") for number in range(HISTORIES)}
    case = LawCase(
        PROJECT,
        f"seed {seed}",
        AS_OF,
        instalments={label: instalment for label, (instalment, _) in histories.items()},
        events=tuple(event for _, events in histories.values() for event in events),
    )
    outcome = LawCaseRunner(compiled_models).run(case)
    by_instalment = outcome.by_instalment()
    followed = {label: follow(instalment, events) for label, (instalment, events) in histories.items()}
    differences = {
        label: (events, followed[label], found(by_instalment[label]))
        for label, (_, events) in histories.items()
        if followed[label] != found(by_instalment[label])
    }
    assert differences == {}
    unpaid = {label: by_instalment[label] for label in histories if by_instalment[label]["fct_prescriptions"]}
    assert len(unpaid) > HISTORIES // 3
    ends = {label: (histories[label], found_end_of_claim(rows)) for label, rows in unpaid.items()}
    assert {label: told for label, told in ends.items() if end_of_claim(*told[0]) != told[1]} == {}
