"""``osamari bench``: seconds and peak memory of each stage of a real refresh, and the whole of it against the floor.

The refresh runs as it always does, as a process of its own. Its progress lines say which stage has just ended; the
memory of the process and of what it started is read from the system every few milliseconds in between.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from orchestration.process_memory import resident_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

STAGES = ("sample", "start", "load", "gate", "dbt", "release", "end")
EVERY_SECONDS = 0.05
REPOSITORY = Path(__file__).parents[1]
MEBIBYTE = 1024 * 1024
COMMAND = (sys.executable, "-c", "from orchestration.cli import main; main()")


@dataclass
class Measured:
    """Seconds and highest resident memory of a stage; a stage that comes back adds its seconds."""

    seconds: float = 0.0
    peak_bytes: int = 0

    def add(self, seconds: float, peak_bytes: int) -> None:
        """Add one stretch of the stage."""
        self.seconds += seconds
        self.peak_bytes = max(self.peak_bytes, peak_bytes)


@dataclass
class Watch:
    """Follows one process: what each of its stages took. ``stage_of`` reads the stage from a progress line."""

    stages: dict[str, Measured] = field(default_factory=dict)
    peak_bytes: int = 0
    began: float = field(default_factory=time.monotonic)

    def ended(self, stage: str) -> None:
        """The stretch since the last call was this stage."""
        now = time.monotonic()
        self.stages.setdefault(stage, Measured()).add(now - self.began, self.peak_bytes)
        self.began, self.peak_bytes = now, 0

    def sample_memory(self, process: subprocess.Popen[str]) -> None:
        """Keep the highest memory of the process and its children while it lives."""
        while process.poll() is None:
            self.peak_bytes = max(self.peak_bytes, resident_bytes(process.pid))
            time.sleep(EVERY_SECONDS)


def bench(persons: int, years: int) -> list[str]:
    """Invent a city, refresh it in a home of its own, load the same files at the floor; a table of what it took.

    Raises:
        ConfigurationError: The sample or the refresh did not succeed; its own words are on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        home, feeds = Path(folder) / "home", Path(folder) / "feeds"
        sample = ["sample", "--persons", str(persons), "--years", str(years), "--out", str(feeds)]
        watched = run_stages(sample, home, {"": "sample"})
        shutil.copytree(feeds, home / "inbox", dirs_exist_ok=True)
        refreshed = run_stages(["refresh"], home, {stage: stage for stage in STAGES})
        floor = run_floor(feeds, Path(folder) / "floor")
    return _table(persons, years, {**watched, **refreshed}, floor)


def run_stages(arguments: Sequence[str], home: Path, stages: dict[str, str]) -> dict[str, Measured]:
    """Run a command and follow its stages by its progress lines: ``  12.3 s  load    ...``."""
    environment = {**os.environ, "OSAMARI_HOME": str(home)}
    command = [*COMMAND, *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # noqa: S603
    watch = Watch()
    sampler = threading.Thread(target=watch.sample_memory, args=[process], daemon=True)
    sampler.start()
    for line in process.stderr or ():
        sys.stderr.write(line)
        words = line.split()
        stage = words[2] if len(words) > 2 and words[1] == "s" else ""  # noqa: PLR2004  (seconds, "s", stage)
        if stage in stages and stage:
            watch.ended(stage)
    code = process.wait()
    sampler.join()
    watch.ended(stages.get("", "end"))
    if code != 0:
        raise ConfigurationError(f"osamari {arguments[0]} ended with exit code {code}.", "See what it says above.")
    return watch.stages


def run_floor(feeds: Path, scratch: Path, names: Sequence[str] = ()) -> Measured:
    """The floor in a process of its own; it times itself, so that starting Python and decoding do not count.

    Of the files of these feeds only, if any are named.
    """
    watch = Watch()
    command = [sys.executable, "-m", "orchestration.bench_floor", str(feeds), str(scratch), *names]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)  # noqa: S603
    watch.sample_memory(process)
    said, _ = process.communicate()
    if process.returncode != 0:
        raise ConfigurationError("The floor could not be measured.", "See what it says above.")
    return Measured(float(said), watch.peak_bytes)


def _table(persons: int, years: int, stages: dict[str, Measured], floor: Measured) -> list[str]:
    whole = sum(measured.seconds for stage, measured in stages.items() if stage != "sample")
    peak = max(measured.peak_bytes for stage, measured in stages.items() if stage != "sample")
    lines = [f"{persons:,} persons, {years} years", f"{'stage':<10}{'seconds':>10}{'peak MiB':>10}"]
    lines += [_line(stage, stages[stage]) for stage in STAGES if stage in stages]
    lines.append(_line("refresh", Measured(whole, peak)))
    lines.append(_line("floor", floor))
    lines.append(f"refresh / floor = {whole / floor.seconds:.1f}")
    return lines


def _line(name: str, measured: Measured) -> str:
    return f"{name:<10}{measured.seconds:>10.1f}{measured.peak_bytes / MEBIBYTE:>10,.0f}"
