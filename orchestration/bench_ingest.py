"""``osamari bench ingest``: loading with every check against the floor, over the same files in the same run.

Floor and loading take turns, so that both meet the same machine; each is a process of its own that times itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.home import Home
from ingestion.loader import feed_of
from orchestration.bench import MEBIBYTE, REPOSITORY, Measured, Watch, run_floor, run_stages
from orchestration.bench_levy_file import write_levy_file
from orchestration.bench_load import feeds_by_format
from orchestration.bench_transfer_file import write_transfer_file

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE = "whole"
ONE_FILE = {"levy": write_levy_file, "account_transfer_result": write_transfer_file}
"""Feeds of which one file of any number of rows can be written."""
_HEADER = ("format", "files", "rows", "load s", "floor s", "ratio", "rows/s", "peak MiB")
_WIDTHS = (12, 8, 14, 10, 10, 8, 12, 10)


@dataclass(frozen=True)
class Turn:
    """One format in one run: what was loaded, what that took, and what the floor took for the same files."""

    files: int
    rows: int
    load: Measured
    floor: Measured


def bench_city(persons: int, years: int, runs: int, kept_home: Path | None = None) -> list[str]:
    """Invent a city and load all its files; a table of what each format took.

    With ``kept_home`` the home of the last run stays there, loaded: making it again would take as long.

    Raises:
        ConfigurationError: A step did not succeed, its own words are on stderr; or the folder exists.
    """
    if kept_home and kept_home.exists():
        raise ConfigurationError(f"the folder {kept_home} exists", "Name a new one, or remove it.")
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        feeds = Path(folder) / "feeds"
        sample = ["sample", "--persons", str(persons), "--years", str(years), "--out", str(feeds)]
        sampled = run_stages(sample, Path(folder) / "home", {"": "sample"})
        table = _table(_turns(Path(folder), feeds, runs, kept_home))
        return [f"{persons:,} persons, {years} years, invented in {sampled['sample'].seconds:,.0f} s", *table]


def bench_file(feed: str, row_count: int, runs: int) -> list[str]:
    """Load one file of so many rows, of a feed in ``ONE_FILE``; a table of what it took.

    Raises:
        ConfigurationError: A step did not succeed; its own words are on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        feeds = Path(folder) / "feeds"
        feeds.mkdir()
        _say(f"writing a file of {row_count:,} rows of {feed}")
        size = ONE_FILE[feed](feeds, row_count).stat().st_size
        return [f"one file of {feed}, {size / MEBIBYTE:,.0f} MiB", *_table(_turns(Path(folder), feeds, runs))]


def _turns(folder: Path, feeds: Path, runs: int, kept_home: Path | None = None) -> list[dict[str, Turn]]:
    turns: list[dict[str, Turn]] = []
    present = {feed_of(path) for path in feeds.iterdir()}
    formats = {form: names for form, names in feeds_by_format().items() if present.intersection(names)}
    for number in range(runs):
        floors: dict[str, Measured] = {}
        for form, names in formats.items():
            _say(f"run {number + 1} of {runs}: the floor of {form}")
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                floors[form] = run_floor(feeds, Path(scratch) / "floor", names)
        _say(f"run {number + 1} of {runs}: loading")
        with tempfile.TemporaryDirectory(dir=folder) as root:
            found = _load(Home(Path(root)).create(), feeds)
            if kept_home and number == runs - 1:
                shutil.move(root, kept_home)
                Path(root).mkdir()
        turns.append({form: Turn(files, rows, load, floors[form]) for form, (files, rows, load) in found.items()})
    return turns


def _load(home: Home, feeds: Path) -> dict[str, tuple[int, int, Measured]]:
    """Files, rows and what it took, by format."""
    for path in feeds.iterdir():
        if path.is_file():
            os.link(path, home.inbox / path.name)
    command = [sys.executable, "-m", "orchestration.bench_load"]
    environment = {**os.environ, "OSAMARI_HOME": str(home.root)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)  # noqa: S603
    watch = Watch()
    sampler = threading.Thread(target=watch.sample_memory, args=[process], daemon=True)
    sampler.start()
    found: dict[str, tuple[int, int, Measured]] = {}
    for line in process.stdout or ():
        said = json.loads(line)
        watch.ended(said["format"])
        peak = watch.stages[said["format"]].peak_bytes
        found[said["format"]] = (said["files"], said["rows"], Measured(said["seconds"], peak))
    if process.wait() != 0:
        raise ConfigurationError("The files could not be loaded.", "See what it says above.")
    sampler.join()
    return found


def _table(turns: Sequence[dict[str, Turn]]) -> list[str]:
    by_form = {form: [turn[form] for turn in turns] for form in turns[0]}
    lines = [_aligned(_HEADER)]
    lines += [_line(form, some) for form, some in by_form.items()]
    return [*lines, _line(WHOLE, [_whole(list(turn.values())) for turn in turns])]


def _whole(turns: Sequence[Turn]) -> Turn:
    def added(parts: Sequence[Measured]) -> Measured:
        return Measured(sum(part.seconds for part in parts), max(part.peak_bytes for part in parts))

    files, rows = sum(turn.files for turn in turns), sum(turn.rows for turn in turns)
    return Turn(files, rows, added([turn.load for turn in turns]), added([turn.floor for turn in turns]))


def _line(form: str, turns: Sequence[Turn]) -> str:
    """Medians over the runs; the ratio is that of each run's own pair. The peak is the highest."""
    load, floor = median(turn.load.seconds for turn in turns), median(turn.floor.seconds for turn in turns)
    ratio = median(turn.load.seconds / turn.floor.seconds for turn in turns)
    peak = max(turn.load.peak_bytes for turn in turns)
    cells = (
        *(form, f"{turns[0].files:,}", f"{turns[0].rows:,}", f"{load:.1f}", f"{floor:.1f}", f"{ratio:.2f}"),
        *(f"{turns[0].rows / load:,.0f}", f"{peak / MEBIBYTE:,.0f}"),
    )
    return _aligned(cells)


def _aligned(cells: Sequence[str]) -> str:
    first, *others = zip(cells, _WIDTHS, strict=True)
    return "".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)])


def _say(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")
    sys.stderr.flush()
