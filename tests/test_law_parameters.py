"""The law is data: every value has its article, nothing overlaps or is missing, and every figure follows the value.

Does not test whether a value is right; the source stands beside it in the seed, and the law cases use it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.law_case_runner import PROJECT, LawCaseRunner
from tests.law_case_runner_files import Event, LawCase, seed_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.law_case_runner import Project

SEED_TEST = "assert_law_has_no_gap_overlap_or_blank"


@pytest.fixture
def runner(compiled_models: Project) -> Iterator[LawCaseRunner]:
    """Models of their own, since these tests change the seed."""
    made = LawCaseRunner(compiled_models)
    yield made
    made.connection.close()


def fixed_asset_case() -> LawCase:
    """A fixed asset tax paid eight months late, over two changes of the rate."""
    due = date(2021, 5, 31)
    instalment = {"tax_item": "fixed_asset_tax", "levy_year": 2021, "principal_yen": 65000, "due_date": due}
    paid = Event("receipt", "A", {"paid_date": date(2022, 1, 31), "amount_yen": 65000})
    return LawCase(PROJECT, "seed", date(2022, 1, 31), instalments={"A": instalment}, events=(paid,))


def segment_yen(runner: LawCaseRunner) -> list[int]:
    """Late-charge segments of the case, in order."""
    rows = runner.run(fixed_asset_case()).rows["fct_late_charge_segments"]
    return [row["amount_yen"] for row in sorted(rows, key=lambda row: row["segment_from_date"])]


def test_every_value_says_on_what_it_rests() -> None:
    for row in seed_rows("law_parameters"):
        assert row["law"], row
        assert row["status"], row
    identifiers = [row["law_parameter_id"] for row in seed_rows("law_parameters")]
    assert len(set(identifiers)) == len(identifiers)


def test_rates_follow_one_another_day_by_day_until_an_explicit_end() -> None:
    rates = [row for row in seed_rows("law_parameters") if row["unit"] == "percent_per_year"]
    for row, following in pairwise(sorted(rates, key=lambda r: (r["parameter"], r["scope"], r["valid_from"]))):
        if (row["parameter"], row["scope"]) == (following["parameter"], following["scope"]):
            gap = date.fromisoformat(following["valid_from"]) - date.fromisoformat(row["valid_to"])
            assert gap.days == 1, following
        else:
            assert row["valid_to"], f"{row['law_parameter_id']} never ends"


def test_sql_asks_only_for_parameters_that_exist() -> None:
    known = {row["parameter"] for row in seed_rows("law_parameters")}
    sources = [*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("tests/*.sql"), *PROJECT.glob("macros/*.sql")]
    asked = {
        name
        for path in sources
        for name in re.findall(r"law_join\(\s*'\w+',\s*'(\w+)'(?! ~)", path.read_text(encoding="utf-8"))
    }
    waits = re.findall(
        r"refund_wait\('\w+', '(\w+)'\)",
        (PROJECT / "models/intermediate/int_refund_interest_periods.sql").read_text(encoding="utf-8"),
    )
    asked |= {f"refund_interest_wait_months_{cause}" for cause in waits}
    assert len(asked) > len(waits) > 0
    assert asked - known == set()


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("unknown unit", "UPDATE law_parameters SET unit = 'percent a year' WHERE parameter = 'late_charge_base_unit'"),
        ("no article or no status", "UPDATE law_parameters SET law = ' ' WHERE parameter = 'days_per_year'"),
        ("the value is not a number", "UPDATE law_parameters SET value = '8,7' WHERE parameter = 'grace_rate'"),
        (
            "two values for one day",
            "UPDATE law_parameters SET valid_to = '2022-01-01' WHERE law_parameter_id = 'grace_rate.tax.2021-01-01'",
        ),
        (
            "a gap before it",
            "UPDATE law_parameters SET valid_from = '2022-01-02' WHERE law_parameter_id = 'grace_rate.tax.2022-01-01'",
        ),
        (
            "ends before it begins",
            "UPDATE law_parameters SET valid_to = '2025-12-31' WHERE law_parameter_id = 'grace_rate.tax.2026-01-01'",
        ),
    ],
)
def test_a_fault_in_the_seed_is_found(runner: LawCaseRunner, fault: str, change: str) -> None:
    sound = runner.project.tests[SEED_TEST]
    segment_yen(runner)
    assert runner.connection.execute(sound).fetchall() == []
    runner.connection.execute(change)
    runner.law_parameters = None
    runner.connection.execute(f"CREATE OR REPLACE TABLE int_law_parameters AS {sql_of(runner, 'int_law_parameters')}")
    assert fault in {row[-1] for row in runner.connection.execute(sound).fetchall()}


def sql_of(runner: LawCaseRunner, model: str) -> str:
    """The compiled SQL of a model."""
    return next(found.sql for found in runner.project.models if found.name == model)


def test_a_changed_rate_changes_the_segments_of_its_days_and_no_others(runner: LawCaseRunner) -> None:
    assert segment_yen(runner) == [133, 2883, 480]
    runner.connection.execute(
        "UPDATE law_parameters SET value = '9.8' WHERE law_parameter_id = 'late_charge_rate_after.tax.2021-01-01'"
    )
    runner.law_parameters = None
    assert segment_yen(runner) == [133, int(Decimal(65000) * Decimal("9.8") * 184 / (100 * 365)), 480]


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("days_per_year", "366", [133, 2875, 478]),
        ("late_charge_base_unit", "10000", [123, 2661, 443]),
        ("late_charge_base_minimum", "65001", []),
        ("late_charge_first_period_months", "2", [271, 2397, 480]),
        ("segment_truncation", "10", [130, 2880, 480]),
    ],
)
def test_each_parameter_of_the_late_charge_moves_it(
    runner: LawCaseRunner, parameter: str, value: str, expected: list[int]
) -> None:
    runner.connection.execute("UPDATE law_parameters SET value = ? WHERE parameter = ?", [value, parameter])
    assert segment_yen(runner) == expected


def test_a_day_beyond_the_last_rate_is_found_and_not_free(runner: LawCaseRunner) -> None:
    runner.connection.execute("DELETE FROM law_parameters WHERE valid_from >= '2022-01-01'")
    assert segment_yen(runner) == [133, 2883]
    uncovered = runner.connection.execute(runner.project.tests["assert_law_covers_every_charged_day"]).fetchall()
    assert [row[0] for row in uncovered] == ["A"]
