"""A closed gate of the marts stops what is made from its table, by the dbt graph, and nothing else; the release waits.

Does not test what the expectations catch (test_bad_arrears_cases, test_expectations_catch_faults).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ingestion.contract import load_contracts
from ingestion.database import read_warehouse, write_warehouse
from ingestion.home import Home
from ingestion.warehouse import ensure_warehouse
from orchestration.cli import main
from orchestration.dependence import closed_gates, made_from, mart_suites, parents_of_models
from orchestration.settings import newest_delivery
from tests.small_feeds import account_for, create_feed

if TYPE_CHECKING:
    from pathlib import Path

RECEIPT_LISTS = {"list_provisional_receipts", "list_transfer_failures", "list_unmatched_receipts"}


def test_what_is_made_from_a_table_is_all_that_comes_after_it() -> None:
    parents = {"a": {"raw"}, "b": {"a"}, "c": {"b", "other"}, "d": {"other"}}
    assert made_from({"a"}, parents) == {"b", "c"}
    assert made_from({"other"}, parents) == {"c", "d"}
    assert made_from({"d"}, parents) == set()


def test_receipts_do_not_wait_for_arrears_cases() -> None:
    waiting = made_from({mart_suites()["cases"]}, parents_of_models())
    lists = {model for model in parents_of_models() if model.startswith("list_")}
    assert {"fct_arrears", "list_write_off_candidates", "cells_arrears_by_area_age"} <= waiting
    assert waiting & {"fct_unidentified_receipts", "fct_delivery_balance"} == set()
    assert lists - waiting >= RECEIPT_LISTS


def test_collections_do_not_wait_for_the_register() -> None:
    waiting = made_from({mart_suites()["addressees"]}, parents_of_models())
    assert "cells_arrears_by_area_age" in waiting
    assert waiting & {"cells_collection_results", "cells_arrears_facts"} <= {"cells_arrears_facts"}


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["osamari", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_seizures_for_unknown_instalments_stop_what_is_made_from_cases_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path))
    home, contract = Home(tmp_path), load_contracts()["seizure"]
    ensure_warehouse(home)
    with write_warehouse(home) as connection:
        connection.execute("create table cells_arrears_by_area_age as select 1 as of_an_earlier_run")
        connection.execute(f"drop table {contract.raw_table}")
        create_feed(connection, contract)
        account_for(connection, contract)
    assert run(monkeypatch, "refresh") == 1
    told = capsys.readouterr().out
    assert "int_case_periods · 処分・猶予の期別は調定にある · failed" in told
    assert "file_1.csv line 1" in told
    assert "the gate cases is closed; with it wait" in told
    assert "dbt_statistics" not in told
    assert "Usage: dbt" not in (home.dagster / "refresh.log").read_text(encoding="utf-8")
    day = newest_delivery(home)
    closed = closed_gates(home, day)
    assert "cases" in closed
    assert {"ledger", "arrears", "refunds", "collections"} & set(closed) == set()
    with read_warehouse(home) as connection:
        tables = {row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert {"fct_unidentified_receipts", "fct_arrears"} <= tables
    assert tables & made_from(["int_case_periods"], parents_of_models()) & {"cells_arrears_by_area_age"} == set()
    assert list(home.released.iterdir()) == []

    monkeypatch.setenv("OSAMARI_PURPOSE", "collection")
    assert run(monkeypatch, "list", "provisional_receipts") == 0
    assert run(monkeypatch, "list", "large_debtors") == 1
    assert "did not pass: cases" in capsys.readouterr().err
