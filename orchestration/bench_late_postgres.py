"""Late charges of all late instalments in PostgreSQL: the models' own text, in a cluster made for it or on a server.

A cluster of its own lives in a temporary folder, listens on a socket there and nowhere else, and keeps nothing.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.row_sql import literal
from orchestration.bench_late_input import TABLES, column_names
from orchestration.bench_late_models import MODELS, RESULT_COLUMNS, PostgresDialect, model_sql

if TYPE_CHECKING:
    from collections.abc import Iterator

VARIABLE = "OSAMARI_BENCH_POSTGRES"
"""A connection string for psql; a password belongs into ``~/.pgpass``."""
PROGRAMS = ("initdb", "postgres", "psql")
WAIT_SECONDS = 60
_SCHEMA = f"osamari_bench_{os.getpid()}"
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "autovacuum": "off",
}
_SESSION = "-c work_mem=512MB -c client_min_messages=warning"


def is_available() -> bool:
    """Whether a server is named, or the programs to make one are on the PATH."""
    return bool(os.environ.get(VARIABLE)) or all(shutil.which(program) for program in PROGRAMS)


def run(folder: Path, result: Path) -> tuple[float, float]:
    """Load the CSV files of ``folder``, compute, write the result as CSV; seconds of loading and of computing.

    Raises:
        ConfigurationError: No server can be reached or started, or it refused something; the text is its own.
    """
    computing = _compute_script()
    with _server() as connection:
        try:
            began = time.monotonic()
            _psql(connection, _load_script(folder))
            loaded = time.monotonic()
            _psql(connection, computing)
            computed = time.monotonic()
            query = f"select {RESULT_COLUMNS} from {_SCHEMA}.{MODELS[-1]}"
            _psql(connection, f"\\copy ({query}) to {literal(str(result))} csv header\n")
        finally:
            _psql(connection, f"drop schema if exists {_SCHEMA} cascade;")
    return loaded - began, computed - loaded


def _load_script(folder: Path) -> str:
    lines = [f"create schema {_SCHEMA};", f"set search_path = {_SCHEMA};"]
    for table, columns in TABLES.items():
        lines.append(f"create unlogged table {table} ({columns});")
        source = literal(str(folder / f"{table}.csv"))
        lines.append(f"\\copy {table} ({', '.join(column_names(table))}) from {source} csv header")
    return "\n".join([*lines, "analyze;"])


def _compute_script() -> str:
    """Each model as a table, with the statistics that the next one's plan needs."""
    lines = [f"set search_path = {_SCHEMA};"]
    for model in MODELS:
        lines.append(f"create unlogged table {model} as {model_sql(model, PostgresDialect())};")
        lines.append(f"analyze {model};")
    return "\n".join(lines)


def _psql(connection: str, script: str) -> None:
    command = ["psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--dbname", connection]
    environment = {**os.environ, "PGOPTIONS": _SESSION}
    done = subprocess.run(command, input=script, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise ConfigurationError(f"PostgreSQL: {done.stderr.strip()}", f"Look at {VARIABLE}, or unset it.")


@contextmanager
def _server() -> Iterator[str]:
    """A connection string: of the named server, or of one that lives as long as the block."""
    named = os.environ.get(VARIABLE)
    if named:
        yield named
        return
    with tempfile.TemporaryDirectory(prefix="osamari-pg-") as folder:
        owner = _owner(Path(folder))
        _start("initdb", ["-D", f"{folder}/data", "-U", "osamari", "--auth=trust", "--locale=C"], owner).communicate()
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        server = _start("postgres", ["-D", f"{folder}/data", "-k", folder, *settings], owner)
        try:
            connection = f"host={folder} user=osamari dbname=postgres"
            _wait_until_ready(connection)
            yield connection
        finally:
            server.terminate()
            server.communicate()


def _owner(folder: Path) -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: then the folder is given to another user, whose programs it will be."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    os.chown(folder, entry.pw_uid, entry.pw_gid)
    return entry.pw_uid, entry.pw_gid


def _start(program: str, arguments: list[str], owner: tuple[int, int] | None) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL in a folder that any user may enter; what it says is not shown."""
    user, group = owner or (None, None)
    return subprocess.Popen(  # noqa: S603
        [shutil.which(program) or program, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=group,
        extra_groups=[] if owner else None,
    )


def _wait_until_ready(connection: str) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return _psql(connection, "select 1 \\g /dev/null\n")
        except ConfigurationError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
