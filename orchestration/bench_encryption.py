"""``osamari bench encryption``: loading and models with encrypted files and with plain ones, in turn on one machine.

The plain side exists for this measuring only: :mod:`orchestration.bench_plain` takes the encryption out of its own
process. Seconds of the clock say what a person waits; seconds of the processor hold on a machine that others use, too.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from ingestion.database import warehouse_file
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration.bench import REPOSITORY, run_stages

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES = ("load", "models")
SIDES = ("plain", "encrypted")
AS_OF = "2026-05-31"
WHOLE = "both"
_HEADER = ("", "plain s", "encrypted s", "ratio", "plain CPU", "encr. CPU", "ratio")
_WIDTHS = (10, 10, 13, 8, 11, 11, 8)


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock, and seconds of the processor over all threads and child processes."""

    seconds: float
    cpu_seconds: float


def bench_encryption(persons: int, years: int, runs: int) -> list[str]:
    """Invent a city, load it and build its models with both kinds of files; a table of medians.

    Raises:
        ConfigurationError: A step did not succeed; its own words are on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        feeds = Path(folder) / "feeds"
        sample = ["sample", "--persons", str(persons), "--years", str(years), "--as-of", AS_OF, "--out", str(feeds)]
        run_stages(sample, Path(folder) / "home", {"": "sample"})
        turns = []
        for number in range(runs):
            # Each side begins every other turn: what the machine keeps in memory helps both alike.
            sides = SIDES if number % 2 == 0 else SIDES[::-1]
            turns.append({side: _turn(Path(folder), feeds, side, f"run {number + 1} of {runs}") for side in sides})
    title = f"{persons:,} persons, {years} years, {runs} runs; encryption costs what stands above 1"
    return [title, *cost_table(turns)]


def _turn(folder: Path, feeds: Path, side: str, name: str) -> dict[str, Spent]:
    with tempfile.TemporaryDirectory(dir=folder) as root:
        home = Home(Path(root)).create()
        for path in feeds.iterdir():
            if path.is_file():
                os.link(path, home.inbox / path.name)
        spent = {}
        for stage in STAGES:
            sys.stderr.write(f"bench: {name}: {stage}, {side}\n")
            spent[stage] = _run(home, side, stage)
    return spent


def _run(home: Home, side: str, stage: str) -> Spent:
    module = "orchestration.bench_plain" if side == "plain" else "orchestration.bench_encrypted"
    environment = {**os.environ, "OSAMARI_HOME": str(home.root), **warehouse_file(home).environment()}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", module, stage, AS_OF]
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, cwd=REPOSITORY, check=False)  # noqa: S603
    if done.returncode != 0:
        raise ConfigurationError(f"The step {stage} did not succeed.", "See what it says above.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(time.monotonic() - began, cpu)


def cost_table(turns: Sequence[dict[str, dict[str, Spent]]]) -> list[str]:
    """Medians over the runs, a line for each stage and one for both; a ratio is that of each run's own pair."""
    lines = [_aligned(_HEADER)]
    for stage in (*STAGES, WHOLE):
        parts = STAGES if stage == WHOLE else (stage,)
        cells = [stage]
        for quantity in ("seconds", "cpu_seconds"):
            plain, encrypted = (
                [sum(getattr(turn[side][part], quantity) for part in parts) for turn in turns] for side in SIDES
            )
            ratio = median(one / other for one, other in zip(encrypted, plain, strict=True))
            cells += [f"{median(plain):.1f}", f"{median(encrypted):.1f}", f"{ratio:.2f}"]
        lines.append(_aligned(cells))
    return lines


def _aligned(cells: Sequence[str]) -> str:
    first, *others = zip(cells, _WIDTHS, strict=True)
    return "".join([f"{first[0]:<{first[1]}}", *(f"{cell:>{width}}" for cell, width in others)])
