"""Values that were accepted but that somebody should look at, with their place and never with the value itself.

Grain of ``flagged_values``: one flag of one value of one accepted line, whether it stands in ``raw_<feed>`` now or only
repeats another delivery (join by file and line). Only the columns that can have a flag are read once more: texts from
the table; individual numbers, which are pseudonyms there, and dates, which may be empty there, from the framed file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.check_digit_sql import has_right_check_digit
from ingestion.date_sql import date_flags
from ingestion.private_use import SQL_PATTERN, may_hold_private_use
from ingestion.row_sql import LINE_COLUMN, framed_relation, literal, quoted
from ingestion.unstored_texts import UnstoredTexts, is_stored_as_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.feed_file import FeedFile
    from ingestion.layout import Column

TABLE = "flagged_values"
TABLE_COLUMNS = "file_no INTEGER, source_line_no INTEGER, column_no INTEGER, column_name VARCHAR, flag VARCHAR"
PRIVATE_USE = "private_use_character"
WRONG_CHECK_DIGIT = "wrong_check_digit"


def store_flags(
    connection: DuckDBPyConnection, file: FeedFile, framed_path: Path, file_no: int, *, has_tolerated: bool
) -> None:
    """Write the flags of the accepted lines of this file, which all stand in ``raw_<feed>`` at this moment."""
    contract = file.contract
    stored, framed, vault = _by_place(flag_conditions(file, has_tolerated=has_tolerated))
    accepted = f"{LINE_COLUMN} IN (SELECT source_line_no FROM {contract.raw_table} WHERE source_file_no = {file_no})"
    lines = f"(SELECT *, source_line_no AS {LINE_COLUMN} FROM {contract.raw_table} WHERE source_file_no = {file_no})"
    queries = [
        flags_query(lines, stored),
        flags_query(framed_relation(contract, str(framed_path)), framed, accepted),
    ]
    texts = UnstoredTexts(contract.layout, framed_path)
    if texts.path.exists():
        queries.append(flags_query(texts.relation(), vault, accepted))
    query = " UNION ALL ".join(query for query in queries if query)
    if query:
        connection.execute(f"INSERT INTO {TABLE} SELECT {file_no}, flagged.* FROM ({query}) AS flagged ORDER BY ALL")


def _by_place(
    conditions: list[tuple[Column, str, str]],
) -> tuple[list[tuple[Column, str, str]], list[tuple[Column, str, str]], list[tuple[Column, str, str]]]:
    """Conditions on texts in the table, on texts of the framed file, and those of them on vault columns."""
    stored = [condition for condition in conditions if is_stored_as_text(condition[0])]
    framed = [condition for condition in conditions if not is_stored_as_text(condition[0])]
    return stored, framed, [condition for condition in framed if condition[0].personal == "vault"]


def count_flags(connection: DuckDBPyConnection, file: FeedFile, framed_path: Path) -> dict[tuple[str, str], int]:
    """How many values of a file would get each flag, by column name and flag; for ``osamari check``."""
    query = flags_query(framed_relation(file.contract, str(framed_path)), flag_conditions(file, has_tolerated=True))
    if not query:
        return {}
    counted = f"SELECT column_name, flag, count(*) FROM ({query}) GROUP BY ALL ORDER BY ALL"
    return {(column, flag): int(count) for column, flag, count in connection.execute(counted).fetchall()}


def flag_conditions(file: FeedFile, *, has_tolerated: bool) -> list[tuple[Column, str, str]]:
    """Column, flag, and SQL that is true where a value of the column gets the flag.

    Only a file with tolerated records (see ``tolerated``) can have partial dates.
    """
    columns = file.contract.layout.raw_columns
    conditions = [
        (column, WRONG_CHECK_DIGIT, f"NOT {has_right_check_digit(column.check, quoted(column.name))}")
        for column in columns
        if column.check and not column.is_refusing
    ]
    conditions += [
        (column, flag, condition)
        for column in columns
        if column.type == "date" and (column.era or has_tolerated)
        for flag, condition in date_flags(quoted(column.name), column.era)
    ]
    if may_hold_private_use(file.path, file.encoding):
        conditions += [
            (column, PRIVATE_USE, f"regexp_matches({quoted(column.name)}, {literal(SQL_PATTERN)})")
            for column in columns
            if column.duckdb_type == "VARCHAR" and not column.pattern
        ]
    return conditions


def flags_query(relation: str, conditions: Iterable[tuple[Column, str, str]], accepted: str = "true") -> str:
    """Line number, column number, column name and flag of each flagged value of the accepted rows of a relation.

    Empty without any condition.
    """
    given = list(conditions)
    if not given:
        return ""
    flags = [
        f"CASE WHEN {condition} THEN {{'no': {column.position}, 'name': {literal(column.name)}, "
        f"'flag': {literal(flag)}}} END"
        for column, flag, condition in given
    ]
    # Flags are rare: a list is made of the few rows that have any, not of every row.
    any_flag = " OR ".join(f"({condition})" for _, _, condition in given)
    return (
        f"SELECT {LINE_COLUMN}, found.no AS column_no, found.name AS column_name, found.flag AS flag FROM ("
        f"SELECT {LINE_COLUMN}, unnest(list_filter([{', '.join(flags)}], one -> one IS NOT NULL)) AS found "
        f"FROM {relation} WHERE ({any_flag}) AND {accepted})"
    )
