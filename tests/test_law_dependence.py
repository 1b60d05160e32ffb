"""A changed value of the law changes exactly the figures that depend on it, and the version that stands beside them.

Five instalments: one paid late, one under a stay, one under a grace, a premium, one overpaid. Each change is made in a
copy of the seed. Does not test that a figure is right; the law cases do.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.law_case_runner import PROJECT, LawCaseRunner
from tests.law_case_runner_files import Event, LawCase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.law_case_runner import Outcome, Project

SMALL = 1900  # too small for late charge


def instalment(tax_item: str, due: date, yen: int) -> dict[str, Any]:
    """An instalment of an ordinary levy."""
    return {"tax_item": tax_item, "principal_yen": yen, "due_date": due}


CASE = LawCase(
    PROJECT,
    "seed",
    date(2026, 5, 31),
    instalments={
        "LATE": instalment("fixed_asset_tax", date(2021, 5, 31), 65000),
        "STAY": instalment("resident_tax", date(2022, 6, 30), SMALL),
        "GRACE": instalment("national_health_insurance_tax", date(2025, 6, 30), 500_000),
        "PREMIUM": instalment("late_elderly_premium", date(2024, 7, 31), SMALL),
        "OVER": instalment("light_vehicle_tax", date(2022, 5, 31), 100_000),
    },
    events=(
        Event("receipt", "LATE", {"paid_date": date(2022, 1, 31), "amount_yen": 65000}),
        Event("demand", "STAY", {"issue_date": date(2022, 7, 20)}),
        Event("stay", "STAY", {"item": 1, "from_date": date(2023, 6, 15)}),
        Event("grace", "GRACE", {"kind": "conversion", "from_date": date(2025, 7, 16), "to_date": date(2025, 10, 31)}),
        Event("receipt", "OVER", {"paid_date": date(2022, 5, 20), "amount_yen": 600_000}),
    ),
)
CLAIM_ENDS = "prescription_date extinction_date days_left"
CANDIDATES = "fct_write_off_candidates"
SET_OFF = "fct_appropriation_candidates"
CHARGE = "rate_percent amount_yen late_charge_accrued_yen late_charge_outstanding_yen"
STAMP = "law_version"


@pytest.fixture(scope="module")
def untouched(compiled_models: Project) -> Iterator[tuple[LawCaseRunner, Outcome]]:
    """Models of their own, since these tests change the seed, and the figures under the law as it is."""
    runner = LawCaseRunner(compiled_models)
    yield runner, runner.run(CASE)
    runner.connection.close()


def changed_figures(before: Outcome, after: Outcome) -> dict[str, set[str]]:
    """Columns that differ, by instalment, whatever the mart; the mart's name where a row has come or gone."""
    found: dict[str, set[str]] = {}
    for label in CASE.instalments:
        for mart, columns in before.columns.items():
            rows = [sorted(outcome.of(mart, label), key=str) for outcome in (before, after)]
            if bool(rows[0]) != bool(rows[1]):
                found.setdefault(label, set()).add(mart)
                continue
            for column in columns:
                if [row[column] for row in rows[0]] != [row[column] for row in rows[1]]:
                    found.setdefault(label, set()).add(column)
    return found


def figures_under(runner: LawCaseRunner, condition: str, value: str) -> Outcome:
    """The figures with one value of the seed changed, which is put back afterwards."""
    rows = runner.connection.execute(f"SELECT DISTINCT value FROM law_parameters WHERE {condition}").fetchall()
    assert len(rows) == 1, condition
    runner.connection.execute(f"UPDATE law_parameters SET value = ? WHERE {condition}", [value])
    runner.law_parameters = None
    outcome = runner.run(CASE)
    runner.connection.execute(f"UPDATE law_parameters SET value = ? WHERE {condition}", rows[0])
    runner.law_parameters = None
    return outcome


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        # Under the stay the claim ends sooner by the stay, whatever the years of prescription.
        (
            "parameter = 'prescription_years' AND scope = 'tax'",
            "6",
            {"LATE": CLAIM_ENDS, "GRACE": CLAIM_ENDS, "STAY": "prescription_date"},
        ),
        (
            "parameter = 'prescription_years' AND scope = 'late_elderly_premium'",
            "1",
            {"PREMIUM": f"{CLAIM_ENDS} {CANDIDATES}"},
        ),
        ("parameter = 'prescription_after_demand_days'", "12", {"STAY": "renewed_on_date prescription_date"}),
        (
            "parameter = 'execution_stay_extinction_years'",
            "2",
            {"STAY": f"stay_end_date extinction_date days_left {CANDIDATES}"},
        ),
        ("parameter = 'execution_stay_extinction_years'", "4", {"STAY": "stay_end_date extinction_date days_left"}),
        ("parameter = 'seizure_after_demand_days' AND scope = 'tax'", "12", {"STAY": "seizable_from_date"}),
        ("law_parameter_id = 'late_charge_rate_after.tax.2021-01-01'", "9.8", {"LATE": CHARGE}),
        ("law_parameter_id = 'late_charge_rate_after.tax.2026-01-01'", "9.8", {"GRACE": CHARGE}),
        ("law_parameter_id = 'grace_rate.tax.2022-01-01'", "2.0", {"GRACE": CHARGE}),
        ("law_parameter_id = 'refund_interest_rate.tax.2022-01-01'", "2.0", {"OVER": "refund_interest_yen"}),
        # What has lapsed need not be set off against the person's debts.
        (
            "parameter = 'refund_claim_years' AND scope = 'tax'",
            "3",
            {"OVER": "claim_expiry_date refund_state", "STAY": SET_OFF, "GRACE": SET_OFF, "PREMIUM": SET_OFF},
        ),
        ("parameter = 'closing_period_end'", "04-30", {"GRACE": "levy_class"}),
        # The premium is too small for late charge.
        ("law_parameter_id = 'late_charge_rate_after.late_elderly_premium.2026-01-01'", "9.8", {}),
    ],
)
def test_a_changed_value_changes_what_depends_on_it_and_nothing_else(
    untouched: tuple[LawCaseRunner, Outcome], condition: str, value: str, expected: dict[str, str]
) -> None:
    runner, before = untouched
    changed = changed_figures(before, figures_under(runner, condition, value))
    assert {label for label, names in changed.items() if STAMP in names} == set(CASE.instalments)
    assert {label: names - {STAMP} for label, names in changed.items() if names != {STAMP}} == {
        label: set(names.split()) for label, names in expected.items()
    }


def test_the_version_follows_the_values_and_not_the_notes(untouched: tuple[LawCaseRunner, Outcome]) -> None:
    runner, before = untouched
    days = "parameter = 'prescription_after_demand_days'"
    versions = [
        {row[STAMP] for row in outcome.rows["fct_prescriptions"]}
        for outcome in (
            before,
            figures_under(runner, days, "10.0"),
            figures_under(runner, days, "11"),
            figures_under(runner, days, "12"),
        )
    ]
    assert versions[0] == versions[1]
    assert [len(version) for version in versions] == [1, 1, 1, 1]
    assert len(set.union(*versions)) == 3
    runner.connection.execute("UPDATE law_parameters SET note = 'looked up again', source = 'elsewhere'")
    runner.law_parameters = None
    assert {row[STAMP] for row in runner.run(CASE).rows["fct_prescriptions"]} == versions[0]
