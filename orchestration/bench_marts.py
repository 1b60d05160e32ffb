"""``osamari bench marts``: the models against one scan of the staged tables, and late charges by three ways.

What is measured runs in processes of its own, one after the other: dbt, the scan, each way of late charges.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from orchestration.bench import MEBIBYTE, REPOSITORY, Measured, Watch
from orchestration.bench_late_charges import WAYS, Compared, available_ways, compare_ways
from orchestration.bench_late_input import extract_late_input
from orchestration.bench_models import MARTS, Built, build_models, busy_seconds
from orchestration.bench_scan import Scan
from orchestration.bench_warehouse import copied_warehouse, invented_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.database import DatabaseFile
    from ingestion.home import Home
    from orchestration.bench_warehouse import LoadedWarehouse

DEAREST = 10
LAYERS = ("seeds", "staging", "intermediate", MARTS, "statistics")
NO_POSTGRES = "none is installed: no initdb, postgres and psql on the PATH, and OSAMARI_BENCH_POSTGRES names no server"
_PART_WIDTHS = (44, 10, 10, 10, 10)
_WAY_WIDTHS = (24, 10, 10, 10, 16, 10)


@dataclass(frozen=True)
class Turn:
    """One run: the models, the floor, and late charges by every way."""

    instalments: int
    built: Built
    scan: Scan
    scanned: Measured
    late: Compared


def bench_marts(persons: int, years: int, home: Home | None, runs: int) -> list[str]:
    """Measure on an invented city, or on a copy of the warehouse of ``home``; a table of medians.

    Raises:
        ConfigurationError: A step did not succeed; its own words are on stderr.
        DataRefused: Two ways come to different late charges, or nothing has been loaded in ``home``.
    """
    with copied_warehouse(home) if home else invented_warehouse(persons, years) as warehouse:
        ways = available_ways()
        turns = [take_turn(warehouse, ways, f"run {number + 1} of {runs}") for number in range(runs)]
        title = f"{warehouse.title}, {turns[0].instalments:,} instalments, as of {warehouse.as_of}"
    return [title, "", *_parts_table(turns), "", *_dearest_table(turns), "", *_ways_table(turns)]


def take_turn(warehouse: LoadedWarehouse, ways: Sequence[str], name: str) -> Turn:
    """Build, scan and compute late charges once; the scan comes second, since dbt makes the staged views."""
    say(f"{name}: the models")
    built = build_models(warehouse.file, warehouse.as_of, warehouse.folder / "dbt")
    say(f"{name}: the floor")
    scan, scanned = _scan(warehouse.file)
    folder = warehouse.folder / "late"
    folder.mkdir(exist_ok=True)
    with warehouse.file.reading() as connection:
        connection.execute("SET enable_progress_bar = false")
        counted = connection.execute("select count(*) from int_instalments").fetchone()
        extract_late_input(connection, folder)
    say(f"{name}: late charges by {', '.join(WAYS[way] for way in ways)}")
    return Turn(counted[0] if counted else 0, built, scan, scanned, compare_ways(folder, ways))


def say(text: str) -> None:
    """Progress, for whoever waits."""
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()


def _scan(warehouse: DatabaseFile) -> tuple[Scan, Measured]:
    command = [sys.executable, "-m", "orchestration.bench_scan"]
    named = {**os.environ, **warehouse.environment()}
    process = subprocess.Popen(command, env=named, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)  # noqa: S603
    watch = Watch()
    watch.sample_memory(process)
    said, _ = process.communicate()
    if process.returncode != 0:
        raise ConfigurationError("The staged tables could not be scanned.", "See what it says above.")
    scan = Scan(**json.loads(said))
    return scan, Measured(scan.seconds, watch.peak_bytes)


def _parts_table(turns: Sequence[Turn]) -> list[str]:
    """Layers overlap, since dbt builds two models at a time: their seconds may add up to more than those of all."""
    first = turns[0]
    floor = median(turn.scan.seconds for turn in turns)

    def line(name: str, count: int, seconds: Sequence[float], peak_bytes: int = 0) -> str:
        peak = f"{peak_bytes / MEBIBYTE:,.0f}" if peak_bytes else ""
        shown = median(seconds)
        return aligned((name, f"{count:,}", f"{shown:.2f}", f"{shown / floor:.1f}", peak), _PART_WIDTHS)

    name = f"floor: one scan of {first.scan.rows:,} staged rows"
    scanned = max(turn.scanned.peak_bytes for turn in turns)
    lines = [aligned(("part", "tables", "seconds", "/ floor", "peak MiB"), _PART_WIDTHS)]
    lines.append(line(name, first.scan.tables, [turn.scan.seconds for turn in turns], scanned))
    everything = [busy_seconds(turn.built.models) for turn in turns]
    peak = max(turn.built.process.peak_bytes for turn in turns)
    lines.append(line("all seeds and models", len(first.built.models), everything, peak))
    for layer in LAYERS:
        seconds = [busy_seconds(turn.built.layer(layer)) for turn in turns]
        lines.append(line(f"  {layer}", len(first.built.layer(layer)), seconds))
    whole = [turn.built.process.seconds for turn in turns]
    return [*lines, line("process of dbt, with its start", len(first.built.models), whole)]


def _dearest_table(turns: Sequence[Turn]) -> list[str]:
    found: dict[str, list[float]] = {}
    for turn in turns:
        for model in turn.built.models:
            found.setdefault(model.name, []).append(model.seconds)
    seconds = {name: median(some) for name, some in found.items()}
    dearest = sorted(seconds, key=lambda name: -seconds[name])[:DEAREST]
    million = turns[0].instalments / 1e6
    lines = [aligned(("dearest models", "seconds", "s/million"), _PART_WIDTHS[:3])]
    return lines + [
        aligned((name, f"{seconds[name]:.2f}", f"{seconds[name] / million:.1f}"), _PART_WIDTHS[:3]) for name in dearest
    ]


def _ways_table(turns: Sequence[Turn]) -> list[str]:
    """The three ways; what each took is against our models in the same run."""
    late = turns[0].late
    title = f"late charges of {late.late_count:,} late instalments, {late.accrued_yen:,} yen by every way"
    lines = [title, aligned(("way", "read s", "seconds", "/ models", "instalments/s", "peak MiB"), _WAY_WIDTHS)]
    for name, label in WAYS.items():
        gone = [turn.late.ways[name] for turn in turns if name in turn.late.ways]
        if not gone:
            lines.append(f"{label:<{_WAY_WIDTHS[0]}}{NO_POSTGRES}")
            continue
        seconds = median(way.computed.seconds for way in gone)
        ratio = median(
            turn.late.ways[name].computed.seconds / turn.late.ways["models"].computed.seconds for turn in turns
        )
        cells = (
            *(label, f"{median(way.read_seconds for way in gone):.2f}", f"{seconds:.2f}", f"{ratio:.2f}"),
            *(f"{late.late_count / seconds:,.0f}", f"{max(w.computed.peak_bytes for w in gone) / MEBIBYTE:,.0f}"),
        )
        lines.append(aligned(cells, _WAY_WIDTHS))
    return lines


def aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table: the first cell to the left, the others to the right."""
    first, *others = zip(cells, widths, strict=True)
    return "".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)]).rstrip()
