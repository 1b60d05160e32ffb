"""Law cases that a tax officer can review, run through the real models.

``tests/cases/*.yaml``, and further folders with ``--cases DIR``. A case names events and what the law gives:
columns of ``fct_arrears``, ``fct_refunds``, ``fct_prescriptions``, ``fct_write_off_candidates`` and (by the debt)
``fct_appropriation_candidates`` per instalment, and the late-charge segments as yen or with columns of
``fct_late_charge_segments``. An empty ``refunds: {}`` (or any other part) says there is none.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.law_case_runner import LawCaseRunner, Outcome, Project, instalment_of
from tests.law_case_runner_files import LawCase, LawCaseError, check_case, read_entries
from tests.law_cases_together import CasesTogether, Entry, group_of, run_together

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_CASES = Path(__file__).parent / "cases"
ENTRIES: list[Entry] = []
"""The list entries of all files of this run."""
ONE_ROW_EACH = {
    "prescriptions": "fct_prescriptions",
    "write_offs": "fct_write_off_candidates",
    "appropriations": "fct_appropriation_candidates",
}
"""Parts of ``expect`` that are the row of an instalment in a mart, as it is."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per case; a folder that cannot be read is a test that fails with the reason."""
    if "law_entry" in metafunc.fixturenames:
        entries = []
        ENTRIES.clear()
        for folder in (OWN_CASES, *metafunc.config.getoption("--cases")):
            try:
                found = read_entries(folder)
                ENTRIES.extend(found)
                entries += [
                    pytest.param((file, entry), id=f"{file.stem}: {entry.get('name', '(without a name)')}")
                    for file, entry in found
                ]
            except LawCaseError as error:
                entries.append(pytest.param(error, id=str(folder)))
        metafunc.parametrize("law_entry", entries)


@pytest.fixture(scope="module")
def runner(compiled_models: Project) -> LawCaseRunner:
    """The models over empty tables; made once for all cases."""
    return LawCaseRunner(compiled_models)


@pytest.fixture(scope="module")
def together(runner: LawCaseRunner) -> CasesTogether:
    """The outcomes of all cases."""
    return CasesTogether(runner, ENTRIES)


def test_a_case_gives_among_others_what_it_gives_alone(runner: LawCaseRunner) -> None:
    cases = [
        check_case(*entry) for entry in read_entries(OWN_CASES) if entry[0].stem in ("appropriations", "wrong_slips")
    ]
    groups = Counter(map(group_of, cases))
    largest = [case for case in cases if group_of(case) == groups.most_common(1)[0][0]][:6]
    assert len(largest) > 5
    for case, outcome in zip(largest, run_together(runner, largest), strict=True):
        alone = runner.run(case)
        for part in (*ONE_ROW_EACH.values(), "fct_arrears", "fct_refunds"):
            assert [without_lines(row) for row in outcome.rows[part]] == [without_lines(r) for r in alone.rows[part]]


def without_lines(row: dict[str, Any]) -> dict[str, Any]:
    """A row without what counts the lines of all files, or numbers rows by them."""
    return {name: value for name, value in row.items() if not name.endswith(("_line_no", "_id", "_key", "_no"))}


def test_law_case(law_entry: tuple[Path, dict[str, Any]] | LawCaseError, together: CasesTogether) -> None:
    if isinstance(law_entry, LawCaseError):
        pytest.fail(str(law_entry), pytrace=False)
    refusal = ""
    try:
        case = check_case(*law_entry)
        outcome = together.outcome(law_entry[1], case)
        differences = [*compare_arrears(case, outcome), *compare_refunds(case, outcome), *compare_rows(case, outcome)]
    except LawCaseError as error:
        refusal = str(error)
    if refusal:
        pytest.fail(refusal, pytrace=False)
    if differences:
        law = f" ({case.article})" if case.article else ""
        pytest.fail("\n  ".join([f"{case.file.name}, {case.name}{law}", *differences]), pytrace=False)


def compare_arrears(case: LawCase, outcome: Outcome) -> Iterable[str]:
    """Differences from the expected arrears. Settled instalments are looked up in their positions."""
    expected = case.expect.get("arrears")
    if expected == {}:
        yield from (f"{row['instalment_id']}: arrears that nobody expects" for row in outcome.rows["fct_arrears"])
    for label, fields in (expected or {}).items():
        columns = {name for name in outcome.columns["fct_arrears"] if name != "instalment_id"}
        found = dict.fromkeys(columns)
        for mart in ("int_instalment_positions", "fct_arrears"):
            for row in outcome.of(mart, label):
                found |= row
        found["late_charge_segments"] = segments_as_asked(outcome, label, fields.get("late_charge_segments", []))
        yield from compare_fields(case, label, fields, found)


def segments_as_asked(outcome: Outcome, label: str, asked: list[Any]) -> list[Any]:
    """Late-charge segments in the order of their days: as yen, or with the fields that the case names."""
    segments = sorted(outcome.of("fct_late_charge_segments", label), key=lambda row: row["segment_from_date"])
    kinds = [*asked, *[0] * len(segments)]
    return [
        {name: row.get(name, "no such column") for name in kind} if isinstance(kind, dict) else row["amount_yen"]
        for row, kind in zip(segments, kinds, strict=False)
    ]


def compare_refunds(case: LawCase, outcome: Outcome) -> Iterable[str]:
    """Differences from the expected refunds. Yen of several are added, the first gives the rest."""
    expected = case.expect.get("refunds")
    if expected == {}:
        yield from (
            f"{row['instalment_id']}: an overpayment that nobody expects" for row in outcome.rows["fct_refunds"]
        )
    for label, fields in (expected or {}).items():
        overpayments = sorted(outcome.of("fct_refunds", label), key=lambda row: row["arising_date"])
        found: dict[str, Any] = {name: 0 if name.endswith("_yen") else None for name in outcome.columns["fct_refunds"]}
        found |= overpayments[0] if overpayments else {}
        found |= {name: sum(row[name] for row in overpayments) for name in found if name.endswith("_yen")}
        yield from compare_fields(case, label, fields, found)


def compare_rows(case: LawCase, outcome: Outcome) -> Iterable[str]:
    """Differences from the expected rows of the marts with one row per instalment; without a row all is empty."""
    for part, mart in ONE_ROW_EACH.items():
        expected = case.expect.get(part)
        if expected == {}:
            yield from (f"{instalment_of(row)}: a row of {mart} that nobody expects" for row in outcome.rows[mart])
        for label, fields in (expected or {}).items():
            found: dict[str, Any] = dict.fromkeys(outcome.columns[mart])
            for row in outcome.of(mart, label):
                found |= row
            yield from compare_fields(case, label, fields, found)


def compare_fields(case: LawCase, label: str, expected: dict[str, Any], found: dict[str, Any]) -> Iterable[str]:
    """One line per field that is not as expected."""
    unknown = sorted(set(expected) - set(found))
    if unknown:
        known = ", ".join(sorted(found))
        raise LawCaseError(
            f'{case.file.name}, case "{case.name}", expect of {label}: unknown {unknown}. Known: {known}.'
        )
    for name, value in expected.items():
        # A code may be written as a number: clause: 18.
        as_given = str(value) if isinstance(found[name], str) else value
        if comparable(found[name]) != comparable(as_given):
            yield f"{label}.{name}: expected {value}, the models give {found[name]}"


def comparable(value: Any) -> Any:
    """Numbers as numbers, dates as dates, everything else as it is."""
    if isinstance(value, list | tuple):
        return [comparable(part) for part in value]
    if isinstance(value, dict):
        return {name: comparable(part) for name, part in value.items()}
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return Decimal(str(value))
    return value if isinstance(value, date | bool) or value is None else str(value)
