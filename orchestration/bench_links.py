"""Time of one day's change deliveries of all shared links, on invented tables made from the registry itself.

Six instalments for each person, a premium for one of five; every fifth instalment late, every tenth owing. On the next
day one record in two hundred has a new version, and one case in two hundred is paid.
"""

from __future__ import annotations

import datetime as dt
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.contract import load_contracts
from ingestion.database import write_warehouse
from ingestion.home import Home
from ingestion.warehouse import CONTROL_TABLES, raw_table_columns
from marts.link_tables.deliver import Outcome, Request, deliver
from marts.link_tables.known_columns import known_models
from marts.link_tables.link import ADDRESSEE_CODE
from marts.link_tables.registry import load_links

if TYPE_CHECKING:
    import duckdb

    from ingestion.contract import FeedContract

DAY, NEXT_DAY = dt.date(2026, 6, 1), dt.date(2026, 6, 2)
ROWS_PER_PERSON = {"addressee": 1.0, "non_resident": 0.05, "levy": 6.0, "premium_assessment": 0.2}
INSTALMENT_FEEDS = ("levy", "premium_assessment")
EVERY = {"int_late_instalments": 5, "fct_arrears": 10}
CHANGED = 200
"""One record of so many changes on the second day."""
VALUES = {
    "VARCHAR": "'値' || (cast(i as bigint) * 7919 % 100003)",
    "BIGINT": "cast(i as bigint) * 37 % 90000",
    "INTEGER": "2026",
    "DATE": "date '2020-01-01' + cast(i % 2000 as integer)",
    "BOOLEAN": "i % 97 = 0",
    "DECIMAL(12,5)": "1.5",
}


def bench_links(persons: int) -> list[str]:
    """A line for each delivery: seconds, seconds of processors, files, rows; and the peak memory of this process."""
    with tempfile.TemporaryDirectory(prefix="osamari-bench-") as folder:
        home = Home(Path(folder) / "home").create()
        with write_warehouse(home) as connection:
            row_count = _invent(connection, persons)
        lines = [_header(persons, row_count), _measured(home, "first delivery, everything")]
        with write_warehouse(home) as connection:
            _next_day(connection)
        lines += [_measured(home, "one day's changes"), _measured(home, "the same day again")]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*lines, f"peak memory {peak:,.0f} MiB"]


def _header(persons: int, row_count: int) -> str:
    links = load_links()
    return f"{persons:,} addressees, {row_count:,} delivered records, {len(links)} links, all in one process"


def _measured(home: Home, title: str) -> str:
    began, busy = time.monotonic(), time.process_time()
    outcomes: list[Outcome] = deliver(home, list(load_links().values()), Request(dt.datetime.now(dt.UTC)))
    seconds, busy = time.monotonic() - began, time.process_time() - busy
    made = [outcome.delivery for outcome in outcomes if outcome.delivery]
    row_count = sum(delivery.rows for delivery in made)
    return f"{title:<28}{seconds:>8.1f} s {busy:>8.1f} s cpu {len(made):>4} files {row_count:>12,} rows"


def _invent(connection: duckdb.DuckDBPyConnection, persons: int) -> int:
    """Make every table that a link reads; gives the number of feed records."""
    connection.execute("set enable_progress_bar = false")
    for table, columns in CONTROL_TABLES.items():
        connection.execute(f"create table {table} ({columns})")
    connection.execute(
        "insert into feed_files (file_no, feed, municipality_code, file_status) values (1, 'levy', '072036', 'loaded')"
    )
    connection.execute(f"create table int_run as select date '{DAY}' as as_of_date")
    counts = {feed: max(1, int(persons * share)) for feed, share in ROWS_PER_PERSON.items()}
    for feed, count in counts.items():
        _invent_feed(connection, load_contracts()[feed], count, persons)
    for model in sorted({model for link in load_links().values() for model in link.models}):
        _invent_model(connection, model)
    return sum(counts.values())


def _invent_feed(connection: duckdb.DuckDBPyConnection, contract: FeedContract, count: int, persons: int) -> None:
    """One version of each record; only the columns that a link registers hold anything, as nothing else is read."""
    links = [link for link in load_links().values() if link.contract.feed == contract.feed]
    used = {column.column for link in links for column in link.columns if not column.joined_on}
    types = {column.name: column.duckdb_type for column in contract.stored_columns}
    special = {
        ADDRESSEE_CODE: f"lpad(cast(i % {persons} as varchar), 15, '0')",
        "source_file_no": "1",
        "source_line_no": "i",
        "delivery_date": f"date '{DAY}'",
        "delivery_seq": "1",
        "addressee_key": f"'A' || substr(md5('a' || (i % {persons})), 1, 20)",
        "instalment_id": f"'I' || substr(md5('{contract.feed}' || i), 1, 20)",
    }
    names = [*types, *(name for name, _ in contract.system_columns)]
    values = [special.get(name, VALUES[types[name]] if name in used else "null") for name in names]
    connection.execute(f"create table {contract.raw_table} ({raw_table_columns(contract)})")
    connection.execute(f"insert into {contract.raw_table} select {', '.join(values)} from range(1, {count + 1}) t(i)")


def _invent_model(connection: duckdb.DuckDBPyConnection, model: str) -> None:
    """The promised columns for every so many instalments, or for each person who owes; every non-resident."""
    if model == "int_non_residents":
        columns = "addressee_code, addressee_key, null::varchar as merged_into_code, source_file_no, source_line_no"
        connection.execute(f"create table {model} as select {columns} from raw_non_resident")
        return
    feeds = [f"select instalment_id, addressee_key, source_line_no as i from raw_{feed}" for feed in INSTALMENT_FEEDS]
    rows = f"select * from ({' union all '.join(feeds)}) where i % {EVERY.get(model, EVERY['fct_arrears'])} = 0"
    types = known_models()[model].types
    if "instalment_id" not in types:
        rows = f"select addressee_key, min(i) as i from ({rows}) group by 1"
    pseudonyms = ("instalment_id", "addressee_key")
    listed = [name if name in pseudonyms else f"{VALUES.get(kind, 'null')} as {name}" for name, kind in types.items()]
    connection.execute(f"create table {model} as select {', '.join(listed)} from ({rows})")


def _next_day(connection: duckdb.DuckDBPyConnection) -> None:
    """The next day's deliveries: some records have a new version, some cases are paid."""
    connection.execute("set enable_progress_bar = false")
    connection.execute(f"update int_run set as_of_date = date '{NEXT_DAY}'")
    connection.execute(f"update int_non_residents set source_file_no = 2 where source_line_no % {CHANGED - 1} = 0")
    for feed, column, value in (
        ("addressee", "address_kanji", "'転居先' || source_line_no"),
        ("non_resident", "address", "'転居先' || source_line_no"),
        ("levy", "principal_collected_yen", "principal_collected_yen + 100"),
        ("premium_assessment", "premium_instalment_split_yen", "premium_instalment_split_yen + 100"),
    ):
        # A prime beside the divisors of the models, so that late instalments are among those that change.
        connection.execute(
            f"insert into raw_{feed} select * replace (date '{NEXT_DAY}' as delivery_date, {value} as {column}, "
            f"2 as source_file_no) from raw_{feed} where source_line_no % {CHANGED - 1} = 0"
        )
    connection.execute(f"delete from fct_arrears where hash(instalment_id) % {CHANGED} = 0")
