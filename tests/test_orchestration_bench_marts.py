"""The benchmark of the models measures what it says it measures; how long anything takes is no test."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import pytest

from ingestion.database import read_warehouse, warehouse_file
from ingestion.errors import ConfigurationError, DataRefused
from orchestration import bench_growth, bench_late_charges, bench_late_postgres
from orchestration.bench import Measured
from orchestration.bench_late_charges import Compared, Way, available_ways, compare_ways
from orchestration.bench_late_input import extract_late_input
from orchestration.bench_marts import LAYERS, NO_POSTGRES, Turn, bench_marts
from orchestration.bench_models import Built, Model, busy_seconds
from orchestration.bench_scan import Scan, scan_staged_tables
from orchestration.bench_warehouse import invented_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.refreshed_city import RefreshedCity


@pytest.fixture(scope="module")
def late_input(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the late charges of the small city are computed from."""
    folder = tmp_path_factory.mktemp("late")
    with read_warehouse(refreshed_city.home) as connection:
        extract_late_input(connection, folder)
    return folder


def yen_of_the_refresh(city: RefreshedCity) -> tuple[int, int]:
    """Late instalments and their charge as the refresh has computed them."""
    found = city.rows(
        "select (select count(*) from int_late_instalments), (select sum(accrued_yen) from int_late_charges)"
    )
    late, yen = found[0]
    assert isinstance(late, int)
    return late, int(str(yen))


@pytest.mark.parametrize("way", ["pandas", "postgres"])
def test_every_way_comes_to_the_yen_of_the_refresh(refreshed_city: RefreshedCity, late_input: Path, way: str) -> None:
    if way not in available_ways():
        pytest.skip(f"PostgreSQL: {NO_POSTGRES}")
    compared = compare_ways(late_input, ["models", way])
    assert (compared.late_count, compared.accrued_yen) == yen_of_the_refresh(refreshed_city)
    assert compared.accrued_yen > 0


def test_ways_that_differ_are_told_instead_of_times(late_input: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = bench_late_charges._go

    def one_yen_more(name: str, folder: Path, result: Path) -> Way:
        gone = go(name, folder, result)
        if name == "pandas":
            head, first, *others = result.read_text(encoding="utf-8").splitlines()
            instalment, segments, accrued = first.split(",")
            lines = [head, f"{instalment},{segments},{int(accrued) + 1}", *others]
            result.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return gone

    monkeypatch.setattr(bench_late_charges, "_go", one_yen_more)
    with pytest.raises(DataRefused, match="differ in 2 rows: no times are shown"):
        compare_ways(late_input, ["models", "pandas"])


def test_a_way_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="pandas could not be measured"):
        compare_ways(tmp_path, ["pandas"])


def test_no_pseudonym_of_the_city_is_in_the_input(refreshed_city: RefreshedCity, late_input: Path) -> None:
    known = {row[0] for row in refreshed_city.rows("select instalment_id from int_instalments")}
    with duckdb.connect() as connection:
        rows = connection.read_parquet(str(late_input / "int_principal_entries.parquet")).select("instalment_id")
        numbered = {row[0] for row in rows.fetchall()}
    assert numbered
    assert not known & numbered


def test_without_postgres_the_other_ways_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bench_late_postgres.VARIABLE, raising=False)
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    assert available_ways() == ["models", "pandas"]


def test_the_floor_reads_every_staged_row(refreshed_city: RefreshedCity) -> None:
    tables = [str(row[0]) for row in refreshed_city.rows("select view_name from duckdb_views() where not internal")]
    staged = [name for name in tables if name.startswith("stg_")]
    rows = sum(int(str(refreshed_city.rows(f"select count(*) from {name}")[0][0])) for name in staged)
    scan = scan_staged_tables(warehouse_file(refreshed_city.home))
    assert (scan.tables, scan.rows) == (len(staged), rows)


def test_models_built_at_the_same_time_count_once() -> None:
    models = [
        Model("a", "marts", 0, 4),
        Model("b", "marts", 1, 3),
        Model("c", "marts", 3, 5),
        Model("d", "marts", 7, 8),
    ]
    assert busy_seconds(models) == 6


@pytest.mark.skipif("OSAMARI_TEST_BENCHMARKS" not in os.environ, reason="runs a benchmark: OSAMARI_TEST_BENCHMARKS=1")
def test_the_table_of_a_home_has_every_line_and_the_home_stays(refreshed_city: RefreshedCity) -> None:
    before = refreshed_city.home.warehouse.read_bytes()
    table = bench_marts(0, 0, refreshed_city.home, runs=1)
    assert refreshed_city.home.warehouse.read_bytes() == before
    assert list(refreshed_city.home.work.iterdir()) == []
    first_words = [line.split("  ")[0] for line in (each.strip() for each in table) if line]
    for name in (*LAYERS, "all seeds and models", "our models in DuckDB", "pandas", "PostgreSQL"):
        assert name in first_words
    late, yen = yen_of_the_refresh(refreshed_city)
    assert f"late charges of {late:,} late instalments, {yen:,} yen by every way" in table


@pytest.mark.skipif("OSAMARI_TEST_BENCHMARKS" not in os.environ, reason="runs a benchmark: OSAMARI_TEST_BENCHMARKS=1")
def test_a_city_is_invented_and_loaded() -> None:
    with invented_warehouse(100, 1) as warehouse:
        with warehouse.file.reading() as connection:
            loaded = connection.execute("select max(delivery_date), count(*) > 0 from feed_files").fetchone()
        assert loaded == (warehouse.as_of, True)
        assert [path.name for path in warehouse.folder.iterdir()] == [warehouse.file.path.name]
    assert not warehouse.folder.exists()


def test_growth_compares_seconds_per_instalment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A city ten times as large that takes twenty times as long grows worse than linearly."""
    sizes: list[int] = []

    @contextmanager
    def no_city(persons: int, _years: int) -> Iterator[int]:
        sizes.append(persons)
        yield persons

    def turn(persons: int, _ways: list[str], _name: str) -> Turn:
        seconds = {100: 1.0, 320: 3.2, 1000: 20.0}[persons]
        built = Built((Model("fct_arrears", "marts", 0, seconds),), Measured(seconds, 1 << 20))
        late = Compared({"models": Way("models", 0, Measured(seconds / 10, 1 << 20))}, persons, 0)
        return Turn(persons, built, Scan(1, persons, seconds / 4), Measured(), late)

    monkeypatch.setattr(bench_growth, "invented_warehouse", no_city)
    monkeypatch.setattr(bench_growth, "take_turn", turn)
    table = bench_growth.bench_growth(1000, 1)
    assert sizes == [100, 320, 1000]
    assert [line.split()[5] for line in table[2:5]] == ["10,000.0", "10,000.0", "20,000.0"]
    assert "largest / smallest city = 2.00" in table[-1]
