"""Arrears cases that cannot be are caught by name, through the real models: a write-off of what is paid, and so on.

The faults of every single expectation stand in ``small_marts.py``; here the city's own rows bring them about.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from expectations.catalogue import suite
from tests.law_case_runner import PROJECT, LawCaseRunner
from tests.law_case_runner_files import Event, LawCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from expectations.rule import Rule
    from tests.law_case_runner import Project

AS_OF = date(2026, 5, 31)
INSTALMENT: dict[str, Any] = {"tax_item": "resident_tax", "principal_yen": 80_000, "due_date": date(2022, 6, 30)}
PAID = Event("receipt", "A", {"paid_date": date(2022, 6, 20), "amount_yen": 80_000})
WRITE_OFF = Event("write_off", "A", {"date": date(2026, 3, 31), "cause": "15-7-4"})
STAYED_ON = date(2026, 2, 10)


@pytest.fixture(scope="module")
def runner(compiled_models: Project) -> Iterator[LawCaseRunner]:
    """The models over empty tables."""
    made = LawCaseRunner(compiled_models)
    yield made
    made.connection.close()


def offenders(runner: LawCaseRunner, suite_name: str, rule_name: str, *events: Event) -> list[str]:
    """Instalments that break a rule after these events. A write-off gives up the whole principal."""
    case = LawCase(PROJECT, "bad", AS_OF, instalments={"A": INSTALMENT}, events=events)
    runner.compute(case, events, AS_OF, {id(event): 80_000 for event in events})
    of = suite(suite_name, AS_OF)
    rule: Rule = next(rule for rule in of.rules if rule.name == rule_name)
    runner.connection.execute(f"CREATE OR REPLACE VIEW judged AS SELECT * FROM {of.table}")
    found = runner.connection.execute(f"SELECT instalment_id FROM ({rule.offenders()})").fetchall()
    return sorted({str(row[0]) for row in found})


def stay(to_date: date) -> Event:
    """A stay whose last day is given."""
    return Event("stay", "A", {"item": 1, "from_date": STAYED_ON, "to_date": to_date})


def test_a_write_off_of_a_paid_instalment_is_caught(runner: LawCaseRunner) -> None:
    rule = "ledger", "write_off_within_what_is_owed"
    assert offenders(runner, *rule, PAID, WRITE_OFF) == ["A"]
    assert offenders(runner, *rule, WRITE_OFF) == []


def test_a_stay_that_ends_before_it_begins_is_caught(runner: LawCaseRunner) -> None:
    rule = "cases", "case_begins_before_it_ends"
    assert offenders(runner, *rule, stay(date(2026, 2, 1))) == ["A"]
    assert offenders(runner, *rule, stay(STAYED_ON)) == []
