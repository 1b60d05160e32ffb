"""A small home with what the shared links read: healthy feeds, models that know some of their rows, and a consumer.

Row ``n`` of every feed is about the same person. Instalments 1 to 40 are late, 1 to 20 owe something.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TYPE_CHECKING

from ingestion.contract import load_contracts
from ingestion.database import read_warehouse, write_warehouse
from ingestion.home import Home
from ingestion.warehouse import CONTROL_TABLES
from marts.link_tables.deliver import Outcome, Request, deliver
from marts.link_tables.known_columns import known_models
from marts.link_tables.link import DELETED, Link
from marts.link_tables.registry import load_links
from tests.small_feeds import SYSTEM_VALUES, create_feed

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import duckdb

DAY, AT = date(2025, 6, 1), datetime(2025, 6, 1, 2, 30)  # noqa: DTZ001  (some moment for the log)
LATE, OWING = 40, 20
MODEL_ROWS = {"int_late_instalments": LATE, "fct_arrears": OWING, "fct_debtors": OWING}
LINKS = load_links()
CODE = "c7"
"""The addressee code of row 7 of the feeds."""
KEY = f"(select addressee_key from raw_addressee where addressee_code = '{CODE}')"


def linked_home(folder: Path) -> Home:
    """A home whose warehouse holds exactly what the platform's links read."""
    home = Home(folder).create()
    with write_warehouse(home) as connection:
        for table, columns in CONTROL_TABLES.items():
            connection.execute(f"create table {table} ({columns})")
        connection.execute(
            "insert into feed_files (file_no, feed, municipality_code, file_status, delivery_date) "
            "values (1, 'levy', '072036', 'loaded', date '2025-04-01')"
        )
        connection.execute(f"create table int_run as select date '{DAY}' as as_of_date")
        for feed in sorted({link.contract.feed for link in LINKS.values()}):
            create_feed(connection, load_contracts()[feed])
        for model in sorted({model for link in LINKS.values() for model in link.models}):
            _create_model(connection, model)
    return home


def _create_model(connection: duckdb.DuckDBPyConnection, model: str) -> None:
    """The model's promised columns; pseudonyms of the rows it knows, everything else plain."""
    if model == "int_non_residents":
        connection.execute(
            f"create table {model} as select 'c' || source_line_no as addressee_code, addressee_key, "
            "cast(null as varchar) as merged_into_code, source_file_no, source_line_no from raw_non_resident"
        )
        return
    plain = {"BIGINT": "100", "INTEGER": "2025", "DATE": "date '2025-05-01'", "VARCHAR": "'other'", "BOOLEAN": "false"}
    row = "cast(i as integer)"
    columns = {
        name: SYSTEM_VALUES[name].replace("{row}", row) if name in SYSTEM_VALUES else plain.get(kind, "null")
        for name, kind in known_models()[model].types.items()
    }
    listed = ", ".join(f'{value} as "{name}"' for name, value in columns.items())
    connection.execute(f"create table {model} as select {listed} from range(1, {MODEL_ROWS[model] + 1}) t(i)")


def change(home: Home, *statements: str) -> None:
    """The city changes something."""
    with write_warehouse(home) as connection:
        for statement in statements:
            connection.execute(statement)


def ask(home: Home, query: str) -> list[tuple[object, ...]]:
    """Look into the warehouse."""
    with read_warehouse(home) as connection:
        return connection.execute(query).fetchall()


def delivered(home: Home, *names: str, full: Collection[str] = ()) -> dict[str, Outcome]:
    """Deliver the named links, or all; what became of each."""
    links = [LINKS[name] for name in names] if names else list(LINKS.values())
    return {outcome.link.id: outcome for outcome in deliver(home, links, Request(AT, full=full))}


def files_of(home: Home, link: Link) -> list[Path]:
    """What the consumer finds, in the order in which it was delivered."""
    found = sorted((home.outbox / link.consumer.code).glob(f"{link.id}.*.csv"))
    return [path for path in found if not path.name.endswith(".control.csv")]


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a delivery under their headings."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def control_of(path: Path) -> dict[str, str]:
    """The one line of the control file beside a delivery."""
    [line] = rows_of(path.with_name(f"{path.stem}.control.csv"))
    return line


def consumed(home: Home, link: Link) -> dict[tuple[str, ...], dict[str, str]]:
    """A consumer that takes every file in turn and knows nothing else: its copy, by key."""
    copy: dict[tuple[str, ...], dict[str, str]] = {}
    for path in files_of(home, link):
        if control_of(path)["scope"] == "full":
            copy.clear()
        for row in rows_of(path):
            key = tuple(row[column.heading] for column in link.keys)
            if row.pop("異動区分") == DELETED:
                del copy[key]
            else:
                copy[key] = row
    return copy


def held_count(home: Home, link: Link) -> int:
    """Rows of the link table."""
    [(count,)] = ask(home, f"select count(*) from {link.table}")
    return int(str(count))
