"""Without a stored pass of every suite for exactly the data that stands in the warehouse, nothing is released.

Does not test what the suites themselves catch (test_expectations_catch_faults) or that Dagster stops at a blocking
check (test_orchestration): the demand here holds whatever a scheduler did.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import duckdb
import pytest

from expectations.catalogue import suite, suite_names, tables_by_suite
from expectations.outcome import Finding, Outcome, SuiteResult
from expectations.verdict import (
    GateRefused,
    fingerprint,
    forget_all,
    require_passed,
    store_verdict,
    stored_results,
    suite_fingerprint,
)
from ingestion.contract import load_contracts
from ingestion.database import write_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from marts.release import release
from tests.loose_databases import copy_warehouse
from tests.small_feeds import create_feed
from tests.small_marts import AS_OF, create_small_marts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = suite_names()


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A warehouse in which every suite has a pass for the data as it stands."""
    home = Home(tmp_path_factory.mktemp("gates"))
    with write_warehouse(home) as connection:
        create_small_marts(connection)
        for contract in load_contracts().values():
            connection.execute(f"drop table if exists {contract.raw_table}")
            create_feed(connection, contract)
        for name in ALL:
            store_verdict(connection, verdict_of(connection, name))
    return home


@pytest.fixture
def connection(judged: Home, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of it to change."""
    with write_warehouse(copy_warehouse(judged, Home(tmp_path / "copy"))) as opened:
        yield opened


def verdict_of(connection: duckdb.DuckDBPyConnection, name: str, outcome: Outcome = Outcome.PASSED) -> SuiteResult:
    of = suite(name, AS_OF)
    finding = Finding("rule", "検査", outcome, failed_row_count=0)
    digest = suite_fingerprint(connection, of)
    return SuiteResult(name, of.table, of.title_ja, AS_OF, digest, 1, (finding,))


def test_a_pass_of_every_suite_for_this_data_is_accepted(connection: duckdb.DuckDBPyConnection) -> None:
    require_passed(connection, AS_OF, ALL)


@pytest.mark.parametrize("name", ALL)
def test_one_missing_verdict_is_refused(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    connection.execute("delete from quality_verdicts where suite = ?", [name])
    with pytest.raises(GateRefused, match=f"{name} has no verdict"):
        require_passed(connection, AS_OF, ALL)


def test_no_verdict_table_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("drop table quality_verdicts")
    with pytest.raises(GateRefused, match="no verdict"):
        require_passed(connection, AS_OF, ALL)


def test_forgotten_verdicts_are_refused(connection: duckdb.DuckDBPyConnection) -> None:
    forget_all(connection)
    with pytest.raises(GateRefused, match="no verdict"):
        require_passed(connection, AS_OF, ALL)


def test_a_verdict_of_another_day_is_none(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(GateRefused, match="no verdict"):
        require_passed(connection, AS_OF - timedelta(days=1), ALL)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ERRORED])
def test_a_failed_and_an_errored_verdict_are_refused_apart(
    connection: duckdb.DuckDBPyConnection, outcome: Outcome
) -> None:
    store_verdict(connection, verdict_of(connection, "ledger", outcome))
    said = {Outcome.FAILED: "ledger failed", Outcome.ERRORED: "ledger could not be judged"}[outcome]
    with pytest.raises(GateRefused, match=said):
        require_passed(connection, AS_OF, ALL)


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        (
            "update fct_arrears set principal_outstanding_yen = principal_outstanding_yen + 1 where row_no = 1",
            "arrears",
        ),
        ("delete from int_ledger_entries where row_no = 1", "ledger"),
        ("insert into raw_demand select * from raw_demand limit 1", "feeds.demand"),
        ("update cells_dimension_codes set parent = '' where code = '31'", "statistics.collection_results"),
        ("alter table fct_refunds add column note varchar", "refunds"),
        ("update feed_files set yen_loaded = yen_loaded + 1", "feeds.addressee"),
    ],
)
def test_data_changed_after_the_verdict_is_refused(
    connection: duckdb.DuckDBPyConnection, change: str, stale: str
) -> None:
    connection.execute(change)
    with pytest.raises(GateRefused, match=f"{stale} is stale"):
        require_passed(connection, AS_OF, [stale])


def test_a_table_that_is_gone_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("drop table fct_collections")
    with pytest.raises(GateRefused, match="collections is stale"):
        require_passed(connection, AS_OF, ALL)


def test_a_verdict_by_other_rules_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    of = suite("refunds", AS_OF)
    earlier = suite_fingerprint(connection, replace(of, rules=of.rules[:-1]))
    connection.execute("update quality_verdicts set fingerprint = ? where suite = 'refunds'", [earlier])
    with pytest.raises(GateRefused, match="refunds is stale"):
        require_passed(connection, AS_OF, ALL)


def test_demanding_nothing_is_no_pass(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(GateRefused):
        require_passed(connection, AS_OF, [])


def test_an_unknown_suite_is_wrong_use(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(ConfigurationError, match="no expectation suite ledgre"):
        require_passed(connection, AS_OF, ["ledgre"])


def test_a_refusal_is_data_refused_and_says_what_to_do(connection: duckdb.DuckDBPyConnection) -> None:
    forget_all(connection)
    with pytest.raises(DataRefused) as refused:
        require_passed(connection, AS_OF, ALL)
    assert "osamari refresh" in refused.value.remedy


def test_the_fingerprint_knows_content_and_not_the_order_of_rows() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table a as select i, i % 3 as k from range(100) t(i)")
        connection.execute("create table b as select * from a order by i desc")
        renamed = "create or replace table c as select i, k as kk from a"
        connection.execute("create table c as select * from a")
        same = {t: connection_fingerprint(connection, t) for t in "ab"}
        assert same["a"] == same["b"]
        connection.execute(renamed)
        assert connection_fingerprint(connection, "c") != same["a"]
        connection.execute("update b set k = k + 1 where i = 0")
        assert connection_fingerprint(connection, "b") != same["a"]
        connection.execute("insert into a select * from a")
        assert connection_fingerprint(connection, "a") != same["a"]


def connection_fingerprint(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The fingerprint of a table's content, whatever the table is called."""
    connection.execute(f"create or replace view judged_here as select * from {table}")
    return fingerprint(connection, ["judged_here"])


def test_a_stored_verdict_comes_back_as_it_was(connection: duckdb.DuckDBPyConnection) -> None:
    told = replace(
        verdict_of(connection, "ledger"),
        findings=(
            Finding("a", "検査", Outcome.FAILED, failed_row_count=3, first_place="levy.csv line 9"),
            Finding("b", "検査", Outcome.ERRORED, cause="Catalog Error"),
        ),
    )
    store_verdict(connection, told)
    assert next(r for r in stored_results(connection, AS_OF) if r.suite == "ledger") == told
    assert connection.execute("select count(*) from quality_verdicts where suite = 'ledger'").fetchone() == (1,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("delete from quality_verdicts", "has no verdict"),
        ("update quality_verdicts set outcome = 'failed' where suite = 'arrears'", "arrears failed"),
        ("update quality_verdicts set outcome = 'errored' where suite = 'arrears'", "could not be judged"),
        ("update fct_arrears set overdue_days = 1 where row_no = 1", "arrears is stale"),
    ],
)
def test_the_release_itself_demands_the_verdicts(judged: Home, tmp_path: Path, change: str, said: str) -> None:
    home = copy_warehouse(judged, Home(tmp_path))
    with write_warehouse(home) as connection:
        connection.execute(change)
    with pytest.raises(GateRefused, match=said):
        release(home, AS_OF)
    assert list(home.released.iterdir()) == []


def test_every_table_between_feed_and_cell_is_judged_by_some_suite() -> None:
    judged = set(tables_by_suite().values())
    assert {contract.raw_table for contract in load_contracts().values()} <= judged
    assert {"int_ledger_entries", "fct_arrears", "fct_refunds", "fct_collections", "dim_addressee"} <= judged
