"""Monthly releases of the invented city in a row, each by the real refresh, then attacked together.

Not part of the test run: each month takes about a minute. Run: python -m tests.benchmarks.monthly_releases [PERSONS N]
The feeds are all loaded before the first month; each refresh computes the marts as of its month end.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from calendar import monthrange
from datetime import date
from pathlib import Path

PERSONS, MONTHS, YEARS = 2_000, 24, 3
LAST = date(2026, 5, 31)


def month_ends(count: int) -> list[date]:
    """The last days of so many months, oldest first; the newest is the day to which the invented city delivers."""
    months = [LAST.year * 12 + LAST.month - 1 - back for back in range(count)]
    return sorted(date(m // 12, m % 12 + 1, monthrange(m // 12, m % 12 + 1)[1]) for m in months)


def osamari(home: Path, *words: str) -> str:
    """What a command says; an error of it ends the measurement."""
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", *words]
    done = subprocess.run(
        command, env=os.environ | {"OSAMARI_HOME": str(home)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"osamari {' '.join(words)}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def main() -> None:
    """Print seconds of each refresh and what the attack on all releases says."""
    persons, months = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (PERSONS, MONTHS)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        osamari(home, "sample", "--persons", str(persons), "--years", str(YEARS), "--out", str(home / "inbox"))
        for day in month_ends(months):
            began = time.perf_counter()
            said = osamari(home, "refresh", "--as-of", day.isoformat())
            released = next(line.strip() for line in said.splitlines() if line.strip().startswith("released"))
            print(f"{released}  {time.perf_counter() - began:.0f} s", flush=True)  # noqa: T201
        began = time.perf_counter()
        print(osamari(home, "release", "attack"), f"attack: {time.perf_counter() - began:.0f} s")  # noqa: T201
        print(osamari(home, "release", "verify"))  # noqa: T201


if __name__ == "__main__":
    main()
