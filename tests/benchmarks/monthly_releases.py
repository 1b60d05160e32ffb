"""Monthly releases of the invented city in a row, then attacked together.

Not part of the test run: each month takes about a minute on an idle machine. Nothing is lost when it is stopped: with
``--keep`` the next run goes on after the last month that was released.
Run: python -m tests.benchmarks.monthly_releases [--persons N] [--months N] [--keep DIR]

The feeds are loaded by one real refresh, as of the first month end. For each further month the models are computed anew
as of its last day and released; the gates are let through, since they judge data and not what a release gives away.
The last gate, which attacks, is not: it is part of each release.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from calendar import monthrange
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

import marts.release
from ingestion.database import warehouse_file
from ingestion.home import Home
from orchestration.bench_models import build_models

PERSONS, MONTHS, YEARS = 800, 24, 3
LAST = date(2026, 5, 31)
OSAMARI = ("-c", "from orchestration.cli import main; main()")
ONE_RELEASE = ("-m", "tests.benchmarks.monthly_releases", "--release")
_KIBIBYTES_PER_MEBIBYTE = 1024
_NOTHING_FOUND, _FOUND = 0, 1


@dataclass(frozen=True)
class Run:
    """What a process said, its exit code, its wall and processor seconds and its peak of resident memory."""

    said: str
    code: int
    seconds: float
    processor_seconds: float
    peak_mib: int


def run(home: Home, *words: str) -> Run:
    """A process of its own: its peak of memory is its own, too."""
    environment = os.environ | {"OSAMARI_HOME": str(home.root)}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, *words], env=environment, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode not in (_NOTHING_FOUND, _FOUND) or (process.returncode and "attack" not in words):
        sys.exit(f"{' '.join(words)}: exit code {process.returncode}\n{text[-4000:]}")
    peak = used.ru_maxrss // _KIBIBYTES_PER_MEBIBYTE
    return Run(text, process.returncode, time.perf_counter() - began, used.ru_utime + used.ru_stime, peak)


def month_ends(count: int) -> list[date]:
    """The last days of so many months, oldest first; the newest is the day to which the invented city delivers."""
    months = [LAST.year * 12 + LAST.month - 1 - back for back in range(count)]
    return sorted(date(m // 12, m % 12 + 1, monthrange(m // 12, m % 12 + 1)[1]) for m in months)


def prepare(home: Home, persons: int, first: date) -> None:
    """Invent the city and release its first month by a real refresh."""
    run(home, *OSAMARI, "sample", "--persons", str(persons), "--years", str(YEARS), "--out", str(home.inbox))
    run(home, *OSAMARI, "refresh", "--as-of", first.isoformat())


def release_month(home: Home, day: date) -> str:
    """Release what the models hold, and say how many cells are masked. Runs in a process of its own."""
    with patch.object(marts.release, "require_passed", lambda *_: None):
        result = marts.release.release(home, day)
    return f"{result.masked_count:,} of {result.cell_count:,}"


def measure_month(home: Home, day: date, scratch: Path) -> str:
    """A line of the table: the models are computed, then the month is released."""
    began = time.perf_counter()
    build_models(warehouse_file(home), day, scratch)
    models = time.perf_counter() - began
    one = run(home, *ONE_RELEASE, day.isoformat())
    masked = one.said.strip().splitlines()[-1]
    took = f"{one.seconds:.0f} | {one.processor_seconds:.0f} | {one.peak_mib} | {os.getloadavg()[0]:.0f}"
    return f"| {day} | {masked} | {models:.0f} | {took} |"


def measure_attack(home: Home, folders: list[Path]) -> str:
    """A line of the second table: the releases in ``folders`` attacked together."""
    one = run(home, *OSAMARI, "release", "attack", *map(str, folders))
    programs = sum(int(count.replace(",", "")) for count in re.findall(r"linear programs ([\d,]+)", one.said))
    masked = sum(int(count.replace(",", "")) for count in re.findall(r": masked ([\d,]+)", one.said))
    found = one.said.strip().splitlines()[-1]
    measured = f"{one.seconds:.0f} | {one.processor_seconds:.0f} | {one.peak_mib}"
    return f"| {len(folders)} | {masked:,} | {programs:,} | {measured} | {found} |"


def main() -> None:
    """Print what each release took and what the attack on all of them says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--persons", type=int, default=PERSONS)
    parser.add_argument("--months", type=int, default=MONTHS)
    parser.add_argument("--keep", type=Path, help="folder that keeps the home; a later run goes on in it")
    parser.add_argument("--release", type=date.fromisoformat, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.release:
        print(release_month(Home.from_environment(), asked.release))  # noqa: T201
        return
    with ExitStack() as stack:
        root = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        measure(Home(root / "home"), asked.persons, month_ends(asked.months), root / "dbt")


def measure(home: Home, persons: int, days: list[date], scratch: Path) -> None:
    """All months that are not there yet, one after another, then the attack on all of them."""
    if not home.released.is_dir():
        prepare(home.create(), persons, days[0])
    print("| day | cells masked | models s | release s | processor s | peak MiB | load |", flush=True)  # noqa: T201
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)  # noqa: T201
    for day in days:
        if not (home.released / f"{day}.1").is_dir():
            print(measure_month(home, day, scratch), flush=True)  # noqa: T201
    folders = [home.released / f"{day}.1" for day in days]
    print("\n| releases | figures masked | programs | attack s | processor s | peak MiB | found |")  # noqa: T201
    print(f"|--:|--:|--:|--:|--:|--:|---|\n{measure_attack(home, folders)}\n", flush=True)  # noqa: T201
    print(run(home, *OSAMARI, "release", "verify").said)  # noqa: T201


if __name__ == "__main__":
    main()
