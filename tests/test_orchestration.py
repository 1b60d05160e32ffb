"""The asset graph shows the way from feed to release, gates block, and a refresh says what it refused.

Does not test figures, nor each command's own work; see test_receipt_journey for one receipt through all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import pytest

from expectations.catalogue import tables_by_suite
from ingestion.contract import list_feeds
from ingestion.database import read_warehouse, write_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from ingestion.warehouse import ensure_warehouse
from marts.link_tables.registry import load_links, load_systems
from orchestration.as_of import AsOf
from orchestration.cli import main, osamari
from orchestration.definitions import defs
from orchestration.schedules import inbox_sensor
from orchestration.settings import newest_delivery, parse_day
from tests.small_feeds import file_statement

if TYPE_CHECKING:
    from pathlib import Path

GRAPH = defs.resolve_asset_graph()
JOB = defs.resolve_job_def("refresh")


def upstream_of(name: str) -> set[str]:
    """Every asset that ``name`` is made from, directly or not."""
    found: set[dg.AssetKey] = set()
    waiting = [dg.AssetKey(name)]
    while waiting:
        for parent in GRAPH.get(waiting.pop()).parent_keys - found:
            found.add(parent)
            waiting.append(parent)
    return {key.to_user_string() for key in found}


def test_the_release_is_made_from_every_feed() -> None:
    upstream = upstream_of("release")
    assert {f"raw_{feed}" for feed in list_feeds()} - upstream == set()
    assert {"int_ledger_entries", "fct_arrears", "fct_collections", "dim_addressee", "feed_files"} <= upstream


def test_each_consumer_of_the_link_tables_is_an_asset_made_from_what_its_links_read() -> None:
    assert {"raw_addressee", "ended_records", "fct_arrears", "int_ledger_entries", "raw_convenience_store"} <= (
        upstream_of("outbox_arrears")
    )
    assert "fct_arrears" not in upstream_of("outbox_integrated")
    consumers = {name for name in load_systems() if any(link.consumer.code == name for link in load_links().values())}
    assert {f"outbox_{name}" for name in consumers} <= {
        key.to_user_string() for key in JOB.asset_layer.selected_asset_keys
    }


def test_assets_are_named_like_their_tables() -> None:
    names = {key.to_user_string() for key in GRAPH.get_all_asset_keys()}
    assert set(tables_by_suite().values()) <= names
    assert not [name for name in names if "/" in name]


def test_every_suite_is_a_blocking_check_on_its_table() -> None:
    checks = {key.name: key.asset_key.to_user_string() for key in GRAPH.asset_check_keys}
    assert {name.replace(".", "_"): table for name, table in tables_by_suite().items()}.items() <= checks.items()
    ours = {name.replace(".", "_") for name in tables_by_suite()}
    blocking = {s.key.name for c in defs.asset_checks or () for s in c.check_specs if s.blocking}
    assert ours <= blocking


def test_the_job_runs_everything_one_step_at_a_time() -> None:
    assert JOB.executor_def.name == "in_process"
    selected = {key.to_user_string() for key in JOB.asset_layer.selected_asset_keys}
    assert {"release", "raw_levy", "cells_arrears_by_area_age"} <= selected
    assert len(JOB.asset_layer.asset_graph.asset_check_keys) >= len(tables_by_suite())


def test_schedules_are_in_japanese_time() -> None:
    zones = {s.name: s.execution_timezone for s in defs.schedules or () if isinstance(s, dg.ScheduleDefinition)}
    assert set(zones) == {"daily_refresh", "monthly_release", "weekly_review"}
    assert set(zones.values()) == {"Asia/Tokyo"}


def test_the_sensor_asks_once_for_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path))
    home = Home(tmp_path).create()
    context = dg.build_sensor_context()
    assert isinstance(inbox_sensor(context), dg.SkipReason)
    (home.inbox / "levy.072036.20250401.001.csv").write_bytes(b"a")
    first, again = inbox_sensor(context), inbox_sensor(context)
    (home.inbox / "levy.072036.20250402.001.csv").write_bytes(b"b")
    later = inbox_sensor(context)
    keys = [request.run_key for request in (first, again, later) if isinstance(request, dg.RunRequest)]
    assert keys[0] == keys[1] != keys[2]


def test_the_day_of_a_run_is_given_or_refused(tmp_path: Path) -> None:
    assert AsOf(given="2026-05-31").day(Home(tmp_path)) == parse_day("2026-05-31")
    with pytest.raises(ConfigurationError, match="is not a date"):
        AsOf(given="31.5.2026").day(Home(tmp_path))
    with pytest.raises(DataRefused) as refused:
        newest_delivery(Home(tmp_path))
    assert "osamari sample" in refused.value.remedy


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["osamari", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_an_impossible_day_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path))
    assert run(monkeypatch, "refresh", "--as-of", "2026-02-30") == 2
    said = capsys.readouterr().err
    assert "is not a date" in said
    assert "Traceback" not in said


def test_a_refresh_without_any_delivery_is_refused_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path))
    home = Home(tmp_path).create()
    (home.inbox / "unknown.txt").write_bytes(b"?")
    assert run(monkeypatch, "refresh") == 1
    told = capsys.readouterr()
    assert "1 refused" in told.out
    assert "unknown.txt" in told.out
    assert "No delivery has been loaded" in told.out
    assert "Traceback" not in told.out + told.err
    assert list(home.released.iterdir()) == []


def test_a_closed_gate_stops_the_way_and_the_summary_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that vanished between two runs: the ledger of files knows of it, the raw table does not hold it."""
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path))
    home = Home(tmp_path)
    ensure_warehouse(home)
    with write_warehouse(home) as connection:
        connection.execute(file_statement(7, "demand", {"row_count_delivered": 1, "row_count_loaded": 1}))
    assert run(monkeypatch, "refresh") == 1
    told = capsys.readouterr().out
    assert "raw_demand · 行数は取込記録と一致する · failed · 1 rows · first: file_7.csv" in told
    assert "the gate is closed" in told
    with read_warehouse(home) as connection:
        built = connection.execute("select count(*) from duckdb_tables() where table_name = 'int_ledger_entries'")
        assert built.fetchone() == (0,)
    assert list(home.released.iterdir()) == []
    assert "不適合" in (home.reports / "quality.html").read_text(encoding="utf-8")


def test_help_teaches_with_examples(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--help") == 0
    told = capsys.readouterr().out
    assert "osamari refresh" in told
    assert "Exit codes" in told
    expected = {"sample", "refresh", "check", "explain", "release", "serve", "bench", "dictionary", "list"}
    work = {"quarantine", "rebuild", "user", "access", "number", "link", "provide"}
    assert expected | work | {"backup", "restore", "erase", "evidence", "keys"} == set(osamari.commands)
