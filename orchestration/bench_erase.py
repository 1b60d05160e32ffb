"""``osamari bench erase``: what erasing people costs, on an invented city that is only loaded, without its figures."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse
from ingestion.erasure.erase import Erasure, erase_people
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration.bench import REPOSITORY, run_stages
from orchestration.erasure.figure_columns import columns_read, computed_tables
from orchestration.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable

_MILLION = 1e6
_KIB_IN_GIB = 1 << 20


def bench_erase(persons: int, years: int, erased_count: int) -> list[str]:
    """Seconds to erase so many people, chosen at random but the same each time; computing anew is not in them.

    Raises:
        ConfigurationError: a step did not succeed; its own words are on stderr.
    """
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        home = Home(Path(folder) / "home").create()
        _load(home, persons, years)
        with read_warehouse(home) as connection:
            query = "SELECT DISTINCT addressee_code FROM raw_addressee ORDER BY hash(addressee_code) LIMIT ?"
            codes = [row[0] for row in connection.execute(query, [erased_count]).fetchall()]
        archive = _bytes(home.archive.rglob("*"))
        warehouse = _bytes([home.warehouse])
        started = time.perf_counter()
        done = erase_people(home, Erasure(codes, columns_read(), computed_tables()), say)
        seconds = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_IN_GIB
    rows = sum(done.rows_by_feed.values())
    return [
        f"erased {done.person_count:,} of {persons:,} people, {years} years: {seconds:,.1f} s, peak {peak:.2f} GiB",
        f"  {rows:,} rows, {done.number_count:,} numbers, {done.archived_line_count:,} lines of originals",
        f"  warehouse {warehouse / _MILLION:,.0f} MB, archive {archive / _MILLION:,.0f} MB",
    ]


def _load(home: Home, persons: int, years: int) -> None:
    sample = ["sample", "--persons", str(persons), "--years", str(years), "--out", str(home.inbox)]
    run_stages(sample, home.root, {"": "sample"})
    environment = {**os.environ, "OSAMARI_HOME": str(home.root)}
    command = [sys.executable, "-m", "orchestration.bench_load"]
    loaded = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, cwd=REPOSITORY, check=False)  # noqa: S603
    if loaded.returncode != 0:
        raise ConfigurationError("The city could not be loaded.", "See what it says above.")


def _bytes(paths: Iterable[Path]) -> int:
    return sum(path.stat().st_size for path in paths if path.is_file())
