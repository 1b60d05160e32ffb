"""How near the invented city comes to its targets at the size of a real one, and what making it costs.

Not part of the test run: 100,000 people take a minute or two. Run: python -m tests.benchmarks.sample_city_rates
The sample's own bookkeeping is compared here; that it agrees with the written files is tested on a small city.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from ingestion.sample_city import SampleSummary, generate
from ingestion.sample_city.calibration import Calibration

PERSONS, YEARS = 100_000, 3
TOLERANCE_POINTS = 0.3
_KIBIBYTES_PER_GIB = 2**20


def current_rate_gaps(summary: SampleSummary, persons: int) -> dict[tuple[int, int, int], float]:
    """Points between each current rate and its target, by tax item, collection method and accounting year."""
    figures = Calibration(persons)
    return {
        (one.tax, one.method, one.accounting_year): abs(
            100 * one.collected_yen / one.levied_yen - figures.rate("current_rate", one.tax, one.method)
        )
        for one in summary.realised
        if one.levy_class == "current"
    }


def main() -> int:
    """Print the largest gap, seconds, CPU seconds and peak memory; 1 when a rate is off by more than the tolerance."""
    persons, years = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (PERSONS, YEARS)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        summary = generate(Path(folder) / "inbox", persons, years)
        seconds = time.perf_counter() - started
    gaps = current_rate_gaps(summary, persons)
    worst = max(gaps, key=lambda key: gaps[key])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIBIBYTES_PER_GIB
    print(f"{summary.row_count:,} rows, {summary.byte_count / 1e9:.2f} GB, {memory:.2f} GiB")  # noqa: T201
    print(f"{seconds:.0f} s, of it {time.process_time():.0f} s on a processor")  # noqa: T201
    print(f"largest gap of a current rate: {gaps[worst]:.3f} points {worst}")  # noqa: T201
    return int(gaps[worst] > TOLERANCE_POINTS)


if __name__ == "__main__":
    sys.exit(main())
