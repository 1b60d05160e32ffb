"""For every expectation a seeded fault, caught by the expectation that is meant to catch it, at its place.

The faults of a suite are seeded together, each in rows of its own, and the report must name exactly that place. So an
expectation that misses its fault, or sees another's, fails here; a new expectation without a fault fails, too.
Does not test what the loader refuses before (test_ingestion_*) or what a release does without verdicts (test_gates).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from expectations.catalogue import all_suites, suite
from expectations.engine import run_suite
from expectations.outcome import Outcome
from expectations.place import first_place
from expectations.report import text_lines, write_page
from expectations.rule import InSet, NoRows, NotNull, Rule, Suite
from ingestion.contract import list_feeds, load_contract
from tests.loose_databases import loose_database
from tests.small_feeds import account_for, create_small_feed, feed_faults
from tests.small_marts import AS_OF, MART_FAULTS, create_small_marts

if TYPE_CHECKING:
    from pathlib import Path

    from expectations.outcome import SuiteResult
    from ingestion.database import DatabaseFile

MART_SUITES = tuple(of for of in all_suites(AS_OF) if not of.name.startswith("feeds."))
EMPTY = "table_not_empty"
COLUMN_RULES = (NotNull, InSet)


def judged(warehouse: DatabaseFile, of: Suite, rules: list[Rule] | None = None) -> SuiteResult:
    chosen = of.rules if rules is None else tuple(rules)
    return run_suite(warehouse, Suite(of.name, of.table, of.title_ja, chosen, of.compared_with), AS_OF)


def unmet(result: SuiteResult) -> list[str]:
    lines = zip(result.findings, text_lines(result), strict=True)
    return [line for finding, line in lines if finding.outcome is not Outcome.PASSED]


def seed_column_faults(warehouse: DatabaseFile, table: str, rules: list[Rule], key: str) -> dict[str, int]:
    """Damage one row for each rule about one column; the row's number by the rule's name."""
    rows = {rule.name: number for number, rule in enumerate(rules, start=1)}
    with warehouse.writing() as connection:
        for rule in rules:
            assert isinstance(rule, COLUMN_RULES)
            value = "null" if isinstance(rule, NotNull) else "'~'"
            connection.execute(f"update {table} set {rule.column} = {value} where {key} = {rows[rule.name]}")
    return rows


@pytest.mark.parametrize("feed", list_feeds())
def test_every_expectation_of_a_feed_catches_its_fault(feed: str, tmp_path: Path) -> None:
    warehouse, contract, of = loose_database(tmp_path / "w.duckdb"), load_contract(feed), suite(f"feeds.{feed}", AS_OF)
    with warehouse.writing() as connection:
        create_small_feed(connection, contract)
    assert unmet(judged(warehouse, of)) == []

    others = [rule for rule in of.rules if not isinstance(rule, COLUMN_RULES)]
    with warehouse.writing() as connection:
        faults = feed_faults(contract, others)
        assert set(faults) == {rule.name for rule in others}, "an expectation without a seeded fault"
        for fault in faults.values():
            connection.execute(fault.statement)
        account_for(connection, contract)
    found = {finding.rule: finding for finding in judged(warehouse, of, others).findings}
    for name, fault in faults.items():
        assert found[name].outcome is Outcome.FAILED, name
        assert found[name].failed_row_count == 1, found[name]
        assert found[name].first_place in fault.places, found[name]

    warehouse.path.unlink()
    with warehouse.writing() as connection:
        create_small_feed(connection, contract)
    about_columns = [rule for rule in of.rules if isinstance(rule, COLUMN_RULES)]
    rows = seed_column_faults(warehouse, contract.raw_table, about_columns, "source_line_no")
    for finding in judged(warehouse, of, about_columns).findings:
        assert finding.outcome is Outcome.FAILED, finding
        assert finding.first_place == f"file_1.csv line {rows[finding.rule]}", finding


def test_every_suite_of_a_mart_has_its_faults() -> None:
    expected = {of.name: {r.name for r in of.rules if not isinstance(r, COLUMN_RULES)} for of in MART_SUITES}
    assert {name: set(faults) for name, faults in MART_FAULTS.items()} == expected


@pytest.mark.parametrize("of", MART_SUITES, ids=lambda of: of.name)
def test_every_fault_of_a_mart_is_found_at_its_place(of: Suite) -> None:
    """Each fault alone, so that the place found is that of the fault and of nothing else."""
    rules = {rule.name: rule for rule in of.rules}
    with duckdb.connect() as connection:
        create_small_marts(connection)
        for name, fault in MART_FAULTS[of.name].items():
            connection.begin()
            connection.execute(fault.statement)
            count, place = first_place(connection, of, rules[name])
            connection.rollback()
            assert count > 0, name
            assert place in fault.places, name
            assert first_place(connection, of, rules[name])[0] == 0, name


@pytest.mark.parametrize("of", MART_SUITES, ids=lambda of: of.name)
def test_every_expectation_of_a_mart_catches_its_fault(of: Suite, tmp_path: Path) -> None:
    warehouse = loose_database(tmp_path / "w.duckdb")
    with warehouse.writing() as connection:
        create_small_marts(connection)
    assert unmet(judged(warehouse, of)) == []

    others = [rule for rule in of.rules if rule.name in MART_FAULTS[of.name] and rule.name != EMPTY]
    with warehouse.writing() as connection:
        for rule in others:
            connection.execute(MART_FAULTS[of.name][rule.name].statement)
    assert {f.rule: f.outcome for f in judged(warehouse, of, others).findings} == dict.fromkeys(
        (rule.name for rule in others), Outcome.FAILED
    )

    with warehouse.writing() as connection:
        create_small_marts(connection)
    about_columns = [rule for rule in of.rules if isinstance(rule, COLUMN_RULES)]
    seed_column_faults(warehouse, of.table, about_columns, "row_no")
    for finding in judged(warehouse, of, about_columns).findings:
        assert (finding.outcome, finding.failed_row_count) == (Outcome.FAILED, 1), finding


def test_an_empty_table_of_cells_is_no_pass(tmp_path: Path) -> None:
    warehouse = loose_database(tmp_path / "w.duckdb")
    with warehouse.writing() as connection:
        create_small_marts(connection)
    for of in (of for of in MART_SUITES if EMPTY in MART_FAULTS[of.name]):
        with warehouse.writing() as connection:
            connection.execute(MART_FAULTS[of.name][EMPTY].statement)
        assert judged(warehouse, of).outcome is Outcome.FAILED


def test_a_table_of_the_past_may_be_empty_while_no_period_is_settled(tmp_path: Path) -> None:
    """A city in its first months has no period that is over; all other tables must have cells."""
    warehouse, of = loose_database(tmp_path / "w.duckdb"), suite("statistics.new_debtors", AS_OF)
    with warehouse.writing() as connection:
        create_small_marts(connection)
        connection.execute("delete from cells_new_debtors")
        connection.execute("delete from cells_dimension_codes where dimension = 'period_code'")
        connection.execute("delete from cells_periods")
    assert unmet(judged(warehouse, of)) == []


@pytest.fixture
def three_rows(tmp_path: Path) -> DatabaseFile:
    warehouse = loose_database(tmp_path / "w.duckdb")
    with warehouse.writing() as connection:
        connection.execute(
            "create table raw_small as select i::integer as source_line_no, 1 as source_file_no, "
            "'secret-' || i as name from range(1, 4) t(i)"
        )
        connection.execute("create table feed_files as select 1 as file_no, 'small.csv' as file_name")
    return warehouse


def small_suite(*rules: Rule) -> Suite:
    return Suite("small", "raw_small", "小さな表", rules)


def test_what_cannot_be_computed_is_errored_and_never_failed(three_rows: DatabaseFile) -> None:
    result = run_suite(
        three_rows,
        small_suite(
            NotNull("column_missing", "無い列", "no_such_column"),
            NoRows("table_missing", "無い表", "select * from no_such_table"),
            NoRows("cast_impossible", "変換できない", "select * from judged where cast(name as integer) > 0"),
            NoRows("fails", "反する行がある", "select * from judged where source_line_no = 2"),
            NoRows("holds", "反する行はない", "select * from judged where source_line_no = 9"),
        ),
        AS_OF,
    )
    outcomes = {finding.rule: finding.outcome for finding in result.findings}
    assert outcomes == {
        "column_missing": Outcome.ERRORED,
        "table_missing": Outcome.ERRORED,
        "cast_impossible": Outcome.ERRORED,
        "fails": Outcome.FAILED,
        "holds": Outcome.PASSED,
    }
    assert result.outcome is Outcome.ERRORED
    assert "no_such_table" in next(f.cause for f in result.findings if f.rule == "table_missing")


def test_a_suite_without_expectations_is_not_a_pass(three_rows: DatabaseFile) -> None:
    assert run_suite(three_rows, small_suite(), AS_OF).outcome is Outcome.ERRORED


def test_report_lines_read_as_the_house_style_shows(three_rows: DatabaseFile) -> None:
    result = run_suite(
        three_rows,
        small_suite(
            NoRows("holds", "反する行はない", "select * from judged where source_line_no = 9"),
            NoRows("fails", "反する行がある", "select * from judged where source_line_no > 1"),
        ),
        AS_OF,
    )
    assert text_lines(result) == [
        "raw_small · 反する行はない · ok · 3 rows",
        "raw_small · 反する行がある · failed · 2 rows · first: small.csv line 2",
    ]


def test_no_value_reaches_the_report(three_rows: DatabaseFile, tmp_path: Path) -> None:
    """Every row breaks a rule about a personal column, once by value and once by an error that quotes the value."""
    result = run_suite(
        three_rows,
        small_suite(
            InSet("in_set", "符号", "name", ("x",)),
            NoRows("sql", "式", "select * from judged where name like 'secret%'"),
            NoRows("cast", "変換", "select * from judged where cast(name as integer) = 1"),
        ),
        AS_OF,
    )
    page = write_page([result], AS_OF, tmp_path / "quality.html").read_text(encoding="utf-8")
    assert "secret-" not in page + "".join(text_lines(result))
    assert "small.csv line 1" in page


def test_the_page_asks_no_other_host(three_rows: DatabaseFile, tmp_path: Path) -> None:
    result = run_suite(three_rows, small_suite(NotNull("n", "空でない", "name")), AS_OF)
    page = write_page([result], AS_OF, tmp_path / "reports" / "quality.html").read_text(encoding="utf-8")
    assert not any(mark in page for mark in ("http:", "https:", "//", "<script", "<link", "<img", "@import"))
    assert "適合" in page


def test_the_warehouse_is_free_for_a_writer_after_judging(three_rows: DatabaseFile) -> None:
    """Great Expectations keeps a connection unless told otherwise, and then dbt could not open the file."""
    run_suite(three_rows, small_suite(NotNull("n", "空でない", "name")), AS_OF)
    with three_rows.writing() as connection:
        connection.execute("create table written (i integer)")
