"""The benchmark of loading measures what it says it measures; how long anything takes is no test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ingestion.loader import load_inbox
from orchestration.bench_encryption import SIDES, Spent, cost_table
from orchestration.bench_ingest import bench_city, bench_file
from orchestration.bench_levy_file import write_levy_file
from tests.ingestion_home import fresh_home, one

if TYPE_CHECKING:
    from pathlib import Path


def cells(table: list[str], name: str) -> list[str]:
    """The cells of one line behind its name."""
    line = next(line for line in table if line.startswith(name))
    return line.removeprefix(name).split()


def test_the_levy_file_is_sound_and_the_same_every_time(tmp_path: Path) -> None:
    home = fresh_home(tmp_path)
    path = write_levy_file(home.inbox, 500)
    content = path.read_bytes()
    assert content == write_levy_file(tmp_path, 500).read_bytes()
    outcome = one(load_inbox(home))
    assert (outcome.row_count_loaded, outcome.row_count_quarantined, outcome.file_status) == (500, 0, "loaded")
    filled = [[value != b"" for value in line.split(b",")] for line in content.splitlines()[1:]]
    assert all(sum(column) > 150 for column in zip(*filled, strict=True))


def test_one_levy_file_is_compared_with_its_floor(capfd: pytest.CaptureFixture[str]) -> None:
    table = bench_file("levy", 300, runs=2)
    assert cells(table, "csv utf-8")[:2] == cells(table, "whole")[:2] == ["1", "300"]
    load, floor, ratio = (float(cell) for cell in cells(table, "whole")[2:5])
    assert min(load, floor) >= 0
    assert ratio > 0
    assert "run 2 of 2" in capfd.readouterr().err


@pytest.mark.skipif("OSAMARI_TEST_BENCHMARKS" not in os.environ, reason="runs a benchmark: OSAMARI_TEST_BENCHMARKS=1")
def test_every_format_of_a_city_is_loaded() -> None:
    table = bench_city(100, 1, runs=1)
    rows = {form: int(cells(table, form)[1].replace(",", "")) for form in ("csv utf-8", "csv cp932", "fixed", "whole")}
    assert min(rows.values()) > 0
    assert rows.pop("whole") == sum(rows.values())


def test_what_encryption_costs_is_the_median_of_each_runs_own_pair() -> None:
    """Three runs on a machine that got slower: the ratio of their medians would say 5.50."""

    def turn(plain: float, encrypted: float) -> dict[str, dict[str, Spent]]:
        spent = dict(zip(SIDES, (Spent(plain, plain), Spent(encrypted, encrypted)), strict=True))
        return {side: {"load": one_side, "models": one_side} for side, one_side in spent.items()}

    table = cost_table([turn(1, 1.1), turn(10, 11), turn(2, 60)])
    for name in ("load", "models"):
        assert cells(table, name) == ["2.0", "11.0", "1.10", "2.0", "11.0", "1.10"]
    assert cells(table, "both")[:3] == ["4.0", "22.0", "1.10"]
