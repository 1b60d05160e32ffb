"""Monthly releases of the invented city in a row, then attacked together.

Not part of the test run: each month takes half a minute to a minute.
Run: python -m tests.benchmarks.monthly_releases [PERSONS MONTHS]

The feeds are loaded by one real refresh, as of the first month end. For each further month the models are computed anew
as of its last day and released; the gates are let through, since they judge data and not what a release gives away.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from calendar import monthrange
from datetime import date
from pathlib import Path
from unittest.mock import patch

import marts.release
from ingestion.database import warehouse_file
from ingestion.home import Home
from orchestration.bench_models import build_models

PERSONS, MONTHS, YEARS = 800, 24, 3
LAST = date(2026, 5, 31)
_KIBIBYTES_PER_MEBIBYTE = 1024


def month_ends(count: int) -> list[date]:
    """The last days of so many months, oldest first; the newest is the day to which the invented city delivers."""
    months = [LAST.year * 12 + LAST.month - 1 - back for back in range(count)]
    return sorted(date(m // 12, m % 12 + 1, monthrange(m // 12, m % 12 + 1)[1]) for m in months)


def osamari(home: Home, *words: str) -> str:
    """What a command says; an error of it ends the measurement."""
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", *words]
    environment = os.environ | {"OSAMARI_HOME": str(home.root)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"osamari {' '.join(words)}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def release_month(home: Home, day: date, scratch: Path) -> str:
    """Compute the models as of a day, release, and say what it took."""
    began = time.perf_counter()
    build_models(warehouse_file(home), day, scratch)
    built = time.perf_counter()
    with patch.object(marts.release, "require_passed", lambda *_: None):
        result = marts.release.release(home, day)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIBIBYTES_PER_MEBIBYTE
    seconds = f"models {built - began:.0f} s, release {time.perf_counter() - built:.1f} s, peak {peak:,} MiB"
    return f"{result.release_id}: {result.masked_count:,} of {result.cell_count:,} cells masked; {seconds}"


def main() -> None:
    """Print what each release took and what the attack on all of them says."""
    persons, months = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (PERSONS, MONTHS)
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").create()
        osamari(home, "sample", "--persons", str(persons), "--years", str(YEARS), "--out", str(home.inbox))
        first, *further = month_ends(months)
        osamari(home, "refresh", "--as-of", first.isoformat())
        for day in further:
            print(release_month(home, day, Path(folder) / "dbt"), flush=True)  # noqa: T201
        began = time.perf_counter()
        print(osamari(home, "release", "attack"), f"attack: {time.perf_counter() - began:.0f} s")  # noqa: T201
        print(osamari(home, "release", "verify"))  # noqa: T201


if __name__ == "__main__":
    main()
