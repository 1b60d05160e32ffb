"""Late charges of all late instalments by three ways over the same input: our models, pandas, PostgreSQL.

Each way is a process of its own that times itself: reading its input in, and computing. No times are shown unless all
of them come to the same yen for every instalment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.row_sql import literal
from orchestration import bench_late_postgres
from orchestration.bench import REPOSITORY, Measured, Watch
from orchestration.bench_late_input import TABLES
from orchestration.bench_late_models import MODELS, RESULT_COLUMNS, model_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

WAYS = {"models": "our models in DuckDB", "pandas": "pandas", "postgres": "PostgreSQL"}
MEMORY_LIMIT = "4GiB"


@dataclass(frozen=True)
class Way:
    """One way in one run: seconds of reading its input, and what computing took."""

    name: str
    read_seconds: float
    computed: Measured


@dataclass(frozen=True)
class Compared:
    """Ways that agree, and what they agree on."""

    ways: dict[str, Way]
    late_count: int
    accrued_yen: int


def available_ways() -> list[str]:
    """The ways that can be gone on this machine."""
    return [way for way in WAYS if way != "postgres" or bench_late_postgres.is_available()]


def compare_ways(folder: Path, names: Sequence[str]) -> Compared:
    """Go the named ways over the input in ``folder``.

    Raises:
        ConfigurationError: A way could not be gone; its own words are on stderr.
        DataRefused: Two ways come to different yen.
    """
    ways, results = {}, {}
    for name in names:
        results[name] = folder / f"result_{name}.csv"
        ways[name] = _go(name, folder, results[name])
    first = results[names[0]]
    for name in names[1:]:
        _refuse_difference(first, results[name], name)
    with duckdb.connect() as connection:
        late = connection.read_parquet(str(folder / "int_late_instalments.parquet")).shape[0]
        yen = connection.execute(f"select coalesce(sum(accrued_yen), 0) from {_csv(first)}").fetchone()
    return Compared(ways, late, int(yen[0]) if yen else 0)


def _go(name: str, folder: Path, result: Path) -> Way:
    command = [sys.executable, "-m", "orchestration.bench_late_charges", name, str(folder), str(result)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)  # noqa: S603
    watch = Watch()
    watch.sample_memory(process)
    said, _ = process.communicate()
    if process.returncode != 0:
        raise ConfigurationError(f"Late charges by {WAYS[name]} could not be measured.", "See what it says above.")
    read_seconds, seconds = json.loads(said)
    return Way(name, read_seconds, Measured(seconds, watch.peak_bytes))


def _refuse_difference(first: Path, other: Path, name: str) -> None:
    one, two = f"select * from {_csv(first)}", f"select * from {_csv(other)}"
    query = f"select count(*) from (({one} except all {two}) union all ({two} except all {one}))"
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        counted = connection.execute(query).fetchone()
    if counted is None or counted[0]:
        raise DataRefused(
            f"{WAYS[name]} and {WAYS['models']} differ in {counted[0] if counted else '?'} rows: no times are shown.",
            "One of them is wrong: compare the rules in dbt_project/macros/late_charge.sql.",
        )


def _csv(path: Path) -> str:
    columns = "{'instalment_id': 'varchar', 'segments_yen': 'bigint', 'accrued_yen': 'bigint'}"
    return f"read_csv({literal(str(path))}, header = true, columns = {columns})"


def _by_models(folder: Path, result: Path) -> tuple[float, float]:
    """The models' queries one after the other, in a database file of their own as in a refresh."""
    queries = {model: model_sql(model) for model in MODELS}
    with duckdb.connect(str(folder / "models.duckdb"), config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("SET enable_progress_bar = false")
        began = time.monotonic()
        for table in TABLES:
            connection.execute(f"create or replace table {table} as from {literal(str(folder / f'{table}.parquet'))}")
        loaded = time.monotonic()
        for model, query in queries.items():
            connection.execute(f"create or replace table {model} as {query}")
        computed = time.monotonic()
        connection.execute(f"copy (select {RESULT_COLUMNS} from {MODELS[-1]}) to {literal(str(result))}")
    return loaded - began, computed - loaded


def _by_pandas(folder: Path, result: Path) -> tuple[float, float]:
    from orchestration.bench_late_pandas import late_charges, read_late_input  # noqa: PLC0415  (only this way needs it)

    began = time.monotonic()
    given = read_late_input(folder)
    loaded = time.monotonic()
    charges = late_charges(given)
    computed = time.monotonic()
    charges.to_csv(result, index=False)
    return loaded - began, computed - loaded


if __name__ == "__main__":
    goes = {"models": _by_models, "pandas": _by_pandas, "postgres": bench_late_postgres.run}
    sys.stdout.write(json.dumps(goes[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))) + "\n")
