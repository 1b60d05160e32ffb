"""Personal data has an address: who a row is about is known in raw and staging, beyond them only a keyed pseudonym.

Walks the real tables and files of a refreshed city, by column name and by value. Does not test the archive and the
quarantine, which hold the originals on purpose.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pytest

from ingestion.contract import load_contracts
from ingestion.database import WAREHOUSE, attach_database, warehouse_file
from orchestration.settings import DBT_PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.refreshed_city import RefreshedCity

# Zones where the layout's own columns may stand; everything else knows pseudonyms only.
# Link tables hold what other systems of the city were given, by registration (tests/test_link_registry.py).
PERSONAL_ZONES = ("raw_", "stg_", "link_")
CODE_LISTS = {path.stem for path in (Path(__file__).parents[1] / "dbt_project/seeds").glob("*.csv")}
# Facts of the arrears case that the arrears marts exist for; they stand beside a pseudonym, never beside a name.
FACTS_OF_THE_CASE = {
    "prescription_date": "house interface of fct_arrears",
    "issue_date": "day of the demand notice or slip",
    "demand_notice_issue_date": "day of the demand notice as the levy record has it",
    "designated_date": "day set in a demand notice",
    "write_off_date": "entry of the ledger",
    "write_off_yen": "entry of the ledger",
    "write_off_clause_code": "the article under which a claim was written off, a dimension of the statistics",
    "pledge_date": "an instalment plan that is kept or not",
    **dict.fromkeys(("part_due_date", "part_yen", "part_paid_yen"), "a part of a plan that is paid or not"),
}
SHORTEST_TELLING_TEXT = 4


def delivered_columns(personal: Iterable[str]) -> set[str]:
    """Names of the layout columns of these classes, and of the match keys made from them."""
    return {
        name
        for contract in load_contracts().values()
        for column in contract.layout.raw_columns
        if column.personal in set(personal)
        for name in (column.name, column.match_key)
        if name
    }


def tables_beyond(city: RefreshedCity) -> list[tuple[str, str, str]]:
    """Table, column and type of everything outside the personal zones; code lists are public."""
    rows = city.rows("SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY 1, 2")
    return [
        (str(table), str(column), str(data_type))
        for table, column, data_type in rows
        if not str(table).startswith(PERSONAL_ZONES) and table not in CODE_LISTS
    ]


@pytest.mark.parametrize("personal", ["direct", "vault", "sensitive"])
def test_no_personal_column_stands_beyond_its_zone(refreshed_city: RefreshedCity, personal: str) -> None:
    forbidden = delivered_columns([personal]) - set(FACTS_OF_THE_CASE)
    offenders = [(table, column) for table, column, _ in tables_beyond(refreshed_city) if column in forbidden]
    assert offenders == []


def names_and_addresses(city: RefreshedCity) -> set[str]:
    """Texts that point at a person: direct columns of the city's addressee rows, long enough to be telling."""
    contract = load_contracts()["addressee"]
    columns = [c.name for c in contract.layout.raw_columns if c.personal == "direct" and c.duckdb_type == "VARCHAR"]
    texts: set[str] = set()
    for column in columns:
        query = (
            f"SELECT DISTINCT {column} FROM raw_addressee WHERE length({column}) >= {SHORTEST_TELLING_TEXT} "
            f"AND NOT regexp_full_match({column}, '[0-9-]*')"
        )
        texts |= {str(row[0]) for row in city.rows(query)}
    return texts


def test_no_name_or_address_stands_beyond_its_zone(refreshed_city: RefreshedCity) -> None:
    texts = names_and_addresses(refreshed_city)
    towns = {str(row[0]) for row in refreshed_city.rows("SELECT town_ja FROM towns")}
    personal = sorted(texts - towns)
    assert len(personal) > 1000  # the city has names and addresses to look for
    columns = [(table, column) for table, column, data_type in tables_beyond(refreshed_city) if data_type == "VARCHAR"]
    assert columns_holding(refreshed_city, columns, personal) == []


def columns_holding(
    city: RefreshedCity, columns: Iterable[tuple[str, str]], texts: Iterable[str]
) -> list[tuple[str, str]]:
    """Table and column of each text column that holds one of these texts as a value; one scan for each table."""
    by_table: dict[str, list[str]] = {}
    for table, column in columns:
        by_table.setdefault(table, []).append(column)
    holding: list[tuple[str, str]] = []
    with duckdb.connect() as connection:
        warehouse = warehouse_file(city.home)
        attach_database(connection, warehouse.path, warehouse.keys, WAREHOUSE, read_only=True)
        connection.execute("CREATE TABLE wanted AS SELECT unnest(?) AS text", [list(texts)])
        # Views name their tables without the catalog.
        connection.execute("CREATE TABLE wanted_texts AS SELECT DISTINCT text FROM wanted; USE warehouse")
        for table, names in by_table.items():
            found = ", ".join(f"""bool_or("{name}" IN (FROM memory.wanted_texts))""" for name in names)
            row = connection.execute(f'SELECT {found} FROM "{table}"').fetchone() or ()
            holding += [(table, name) for name, is_found in zip(names, row, strict=True) if is_found]
    return holding


def individual_numbers(city: RefreshedCity) -> set[str]:
    """The individual numbers as delivered, read from the files themselves."""
    numbers: set[str] = set()
    for path in city.deliveries.glob("addressee.*.csv"):
        if not path.name.endswith(".control.csv"):
            with path.open(encoding="cp932", newline="") as file:
                numbers |= {row[0] for row in csv.reader(file) if row[0].isdigit()}
    return numbers


def test_individual_numbers_are_nowhere_in_the_warehouse(refreshed_city: RefreshedCity) -> None:
    numbers = sorted(individual_numbers(refreshed_city))
    assert len(numbers) > 1000  # they were delivered
    columns = refreshed_city.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE data_type = 'VARCHAR'"
        " AND table_schema = 'main' AND NOT table_name LIKE 'stg%'"
    )
    assert columns_holding(refreshed_city, [(str(table), str(column)) for table, column in columns], numbers) == []


def test_a_value_is_found_where_it_stands(refreshed_city: RefreshedCity) -> None:
    [(town,)] = refreshed_city.rows("SELECT min(town_ja) FROM towns")
    columns = [("towns", "town_ja"), ("towns", "town_code"), ("dim_addressee", "addressee_key")]
    assert columns_holding(refreshed_city, columns, [str(town), "not there"]) == [("towns", "town_ja")]


def written_files(city: RefreshedCity) -> list[Path]:
    """What people and programs may read outside the restricted zone: releases, reports, logs, Dagster's records."""
    folders = (city.home.released, city.home.reports, city.home.dagster)
    return [p for folder in folders for p in folder.rglob("*") if p.is_file() and p.suffix != ".parquet"]


WINDOW = 8
"""Bytes by whose beginning a text is looked for; the few texts that are shorter are always searched."""


def found_in(content: bytes, texts: list[bytes]) -> list[bytes]:
    """The texts that stand in a file: those whose first bytes stand in it somewhere are searched for."""
    long = [text for text in texts if len(text) >= WINDOW]
    if len(content) >= WINDOW and long:
        octets = np.frombuffer(content, np.uint8)
        windows = np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(octets, WINDOW)).view(np.uint64).ravel()
        begun = np.frombuffer(b"".join(text[:WINDOW] for text in long), np.uint64)
        # Windows are looked up among the few texts, as the other way would sort millions of them.
        known = np.unique(begun)
        nearest = known[np.minimum(np.searchsorted(known, windows), len(known) - 1)]
        standing = np.isin(begun, windows[nearest == windows])
        long = [text for text, stands in zip(long, standing, strict=True) if stands]
    return [text for text in [*long, *(text for text in texts if len(text) < WINDOW)] if text in content]


def test_a_text_is_found_in_a_file_wherever_it_stands() -> None:
    texts = ["佐藤 花子".encode(), b"short", b"absent", "霞町三丁目".encode()]
    for before, after in ((b"", b"..."), (b"....", b""), (b"x" * 1000, b"y" * 1000)):
        for text in texts[:2]:
            assert found_in(before + text + after, texts) == [text]
    assert found_in(b"", texts) == []


def test_no_log_report_or_release_names_a_person(refreshed_city: RefreshedCity) -> None:
    towns = {str(row[0]) for row in refreshed_city.rows("SELECT town_ja FROM towns")}
    texts = names_and_addresses(refreshed_city) - towns | individual_numbers(refreshed_city)
    files = written_files(refreshed_city)
    assert len(files) > 10  # releases, reports and logs were written
    encoded = sorted(text.encode() for text in texts)
    offenders = [path for path in files if found_in(path.read_bytes(), encoded)]
    assert [str(path.relative_to(refreshed_city.home.root)) for path in offenders] == []
    assert not any(text in refreshed_city.summary for text in texts)


def test_no_key_stands_in_any_other_file(refreshed_city: RefreshedCity) -> None:
    """Not in what Dagster remembers, nor in what dbt compiles and logs, nor in what the command said."""
    home = refreshed_city.home
    keys = [path.read_bytes().strip() for path in home.keys.glob("*.key")]
    assert len(keys) == 4
    folders = (home.root, DBT_PROJECT / "target", DBT_PROJECT / "logs")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.parent != home.keys]
    assert [path for path in files if any(key in path.read_bytes() for key in keys)] == []
    assert not any(key.decode() in refreshed_city.summary for key in keys)
