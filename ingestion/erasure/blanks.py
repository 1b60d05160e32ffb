"""What stands in an erased row instead of a value: nothing, or what says nothing where the layout wants a value.

Once as SQL for the tables and once as text for the delivered originals, so that a table built anew from the rewritten
originals is the erased table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.erasure.numbers import EMPTY, number_columns
from ingestion.row_sql import literal

if TYPE_CHECKING:
    from collections.abc import Collection

    from ingestion.contract import FeedContract
    from ingestion.layout import Column

_NEUTRAL = {"date": "19000101", "yen": "0", "int": "0", "year": "1900", "flag": "0", "rate": "0"}
_TIME = "0"


def blanked_columns(contract: FeedContract, kept: Collection[str]) -> list[Column]:
    """Columns whose value goes when the row is erased.

    Everything of the classes direct and vault, every text of class sensitive, and of the other sensitive columns those
    that no figure needs; ``kept`` names the ones that figures are made of.
    """
    empty = {one.name for one in number_columns(contract) if one.role == EMPTY}
    needed = {*kept, *contract.record_key, contract.amount, *_totalled(contract)}
    return [one for one in contract.layout.raw_columns if one.name in empty or _is_blanked(one, needed)]


def _totalled(contract: FeedContract) -> set[str]:
    """Columns that a trailer adds up or counts by."""
    return {name for rule in contract.trailer for name in (rule.measure, rule.condition_column) if name}


def _is_blanked(column: Column, needed: Collection[str | None]) -> bool:
    if column.personal == "sensitive":
        return column.type == "text" or column.name not in needed
    return column.personal in ("direct", "vault")


def blank_text(column: Column) -> str:
    """What is written into a delivered line: nothing, unless a value is required."""
    if not column.required:
        return ""
    if column.codes and not column.is_open_list:
        return next(iter(column.codes))
    if column.type == "time":
        return _TIME * column.length
    return _NEUTRAL.get(column.type, "0")


def blank_sql(column: Column) -> str:
    """The same as a value of the table."""
    text = blank_text(column)
    if not text:
        return "NULL"
    return "DATE '1900-01-01'" if column.type == "date" else f"CAST({literal(text)} AS {column.duckdb_type})"
