"""Raw tables with healthy rows for any feed, made from its layout, and a fault for each expectation about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.warehouse import CONTROL_TABLES, raw_table_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from expectations.rule import Rule
    from ingestion.contract import FeedContract
    from ingestion.layout import Column

ROW_COUNT = 80
PARTS = ("delivered", "loaded", "duplicate", "superseded", "quarantined")
DAY = "date '2025-04-01'"
VALUES = {
    "yen": "100",
    "int": "{row}",
    "year": "2025",
    "date": DAY,
    "flag": "false",
    "rate": "1.0",
    "time": "'090000'",
    "text": "'t' || {row}",
}
SYSTEM_VALUES = {
    "source_file_no": "1",
    "source_line_no": "{row}",
    "delivery_date": DAY,
    "delivery_seq": "1",
    "record_hash": "{row}",
    "addressee_key": "'A' || substr(sha256('a' || {row}), 1, 20)",
    "household_key": "'H' || substr(sha256('h' || {row}), 1, 20)",
    "instalment_id": "'I' || substr(sha256('i' || {row}), 1, 20)",
    "is_result": "true",
    "name_key": "'n' || {row}",
    "name_kana_key": "'k' || {row}",
}


def file_name(file_no: int) -> str:
    """The name under which a file stands in the ledger of files."""
    return f"file_{file_no}.csv"


def create_feed(connection: duckdb.DuckDBPyConnection, contract: FeedContract) -> None:
    """The raw table of one feed with ``ROW_COUNT`` healthy rows, lines 1 to ``ROW_COUNT`` of file 1."""
    connection.execute(f"create table {contract.raw_table} ({raw_table_columns(contract)})")
    values = [_value(column) for column in contract.layout.raw_columns]
    values += [SYSTEM_VALUES[name] for name, _ in contract.system_columns]
    row = "cast(i as integer)"
    selected = ", ".join(value.replace("{row}", row) for value in values)
    connection.execute(f"insert into {contract.raw_table} select {selected} from range(1, {ROW_COUNT + 1}) t(i)")


def create_file_ledger(connection: duckdb.DuckDBPyConnection) -> None:
    """The tables of the loader that suites compare with, empty."""
    for table, columns in CONTROL_TABLES.items():
        connection.execute(f"create table {table} ({columns})")


def file_statement(file_no: int, feed: str, counts: Mapping[str, int]) -> str:
    """A loaded file for the ledger of files; counts that are not given are 0."""
    columns = [f"{what}_{part}" for what in ("row_count", "yen") for part in PARTS]
    given = {column: counts.get(column, 0) for column in [*columns, "control_row_count", "control_yen"]}
    values = ", ".join(str(value) for value in given.values())
    return (
        f"insert into feed_files (file_no, file_name, feed, file_status, delivery_date, {', '.join(given)}) "
        f"values ({file_no}, '{file_name(file_no)}', '{feed}', 'loaded', {DAY}, {values})"
    )


def account_for(connection: duckdb.DuckDBPyConnection, contract: FeedContract) -> None:
    """Make file 1 agree with what its table holds, so that a fault in a row is no fault of the file."""
    yen = f"coalesce(sum({contract.amount}), 0)" if contract.amount else "0"
    held = connection.execute(f"select count(*), {yen} from {contract.raw_table} where source_file_no = 1").fetchone()
    assert held is not None
    connection.execute("delete from feed_files where file_no = 1")
    rows, total = int(held[0]), int(held[1])
    counts = {f"row_count_{part}": rows for part in ("delivered", "loaded")} | {"control_row_count": rows}
    counts |= {f"yen_{part}": total for part in ("delivered", "loaded")} | {"control_yen": total}
    connection.execute(file_statement(1, contract.feed, counts))


def create_small_feed(connection: duckdb.DuckDBPyConnection, contract: FeedContract) -> None:
    """One healthy feed with its file ledger."""
    create_file_ledger(connection)
    create_feed(connection, contract)
    account_for(connection, contract)


@dataclass(frozen=True)
class Fault:
    """A statement that damages something, and the places of which the report may name any."""

    statement: str
    places: tuple[str, ...]


FILE_FAULTS = {
    "rows_as_loaded": {"row_count_delivered": 1, "row_count_loaded": 1, "control_row_count": 1},
    "no_line_lost": {"row_count_delivered": 1, "control_row_count": 1},
    "control_rows_agree": {"control_row_count": 1},
    "quarantined_lines_listed": {
        "row_count_delivered": 1,
        "row_count_quarantined": 1,
        "control_row_count": 1,
    },
    "yen_as_loaded": {"yen_delivered": 1, "yen_loaded": 1, "control_yen": 1},
    "no_yen_lost": {"yen_delivered": 1, "control_yen": 1},
    "control_yen_agrees": {"control_yen": 1},
}
ROW_FAULTS = {
    "levied_not_negative": "principal_levied_yen = -1",
    "write_off_has_day_and_yen": "has_write_off_flag = true, write_off_date = null",
    "slip_total_not_negative": "payout_total_yen = -1",
    "amount_not_negative": "amount_yen = -1",
    "paid_not_after_credited": "paid_date = credited_date + 1",
    "debit_not_negative": "debit_yen = -1",
    "transfer_positive": "transfer_yen = 0",
    "amounts_not_negative": "amount_3_yen = -1",
}


def feed_faults(contract: FeedContract, rules: Sequence[Rule]) -> dict[str, Fault]:
    """A fault for each rule that is known here, each in a file or in lines of its own."""
    faults: dict[str, Fault] = {}
    for number, rule in enumerate(rules, start=2):
        line = 2 * number
        if rule.name in FILE_FAULTS:
            counts = {"yen_delivered": 0, "control_yen": 0, **FILE_FAULTS[rule.name]}
            faults[rule.name] = Fault(file_statement(number, contract.feed, counts), (file_name(number),))
        elif rule.name in ROW_FAULTS:
            faults[rule.name] = _row_fault(contract, ROW_FAULTS[rule.name], line)
        elif rule.name.endswith(("_is_key", "_is_token")):
            column = rule.name.removesuffix("_is_key").removesuffix("_is_token")
            faults[rule.name] = _row_fault(contract, f"{column} = '0123456789'", line)
        elif rule.name == "line_once":
            faults[rule.name] = Fault(
                _row_fault(contract, f"source_line_no = {line - 1}", line).statement, _lines(line - 1)
            )
        elif rule.name == "record_once":
            faults[rule.name] = Fault(_twin(contract, line), _lines(line - 1, line))
    return faults


def _row_fault(contract: FeedContract, damage: str, line: int) -> Fault:
    return Fault(f"update {contract.raw_table} set {damage} where source_line_no = {line}", _lines(line))


def _lines(*lines: int) -> tuple[str, ...]:
    return tuple(f"{file_name(1)} line {line}" for line in lines)


def _twin(contract: FeedContract, line: int) -> str:
    """The record of the line before, once more."""
    copied = ", ".join(f"{column} = t.{column}" for column in (*contract.record_key, "record_hash"))
    table = contract.raw_table
    lines = f"{table}.source_line_no = {line} and t.source_line_no = {line - 1}"
    return f"update {table} set {copied} from {table} t where {lines}"


def _value(column: Column) -> str:
    """A healthy value; text and open codes differ from row to row, so that every record key is its own."""
    if column.personal == "vault":
        return "'N' || substr(sha256('n' || {row}), 1, 20)"
    if column.codes:
        return "'" + next(iter(column.codes)) + "'" if column.type != "flag" else "false"
    return VALUES.get(column.type, "'c' || {row}")
