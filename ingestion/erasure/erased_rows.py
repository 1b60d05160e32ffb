"""The SQL that makes the erased form of a row: blanks, fresh numbers, and the pseudonyms that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.erasure.blanks import blank_sql, blanked_columns
from ingestion.erasure.numbers import ADDRESSEE, number_columns
from ingestion.name_keys import match_key_sql
from ingestion.pseudonym import instalment_value_sql, pseudonym_sql
from ingestion.raw_insert import STORED_MARK, record_hash
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from ingestion.contract import FeedContract

_PLACE = ("source_file_no", "source_line_no", "delivery_date", "delivery_seq")


def erased_rows_sql(contract: FeedContract, kept: Collection[str]) -> str:
    """SELECT over the touched rows of one feed in their erased form, columns in the order of the table, and ``row_id``.

    Wants ``$secret`` when the feed has a pseudonym (see :func:`uses_secret`).
    """
    names = ", ".join(quoted(column.name) for column in contract.stored_columns)
    system = ", ".join(f"{value} AS {name}" for name, value in _system_values(contract).items())
    return f"SELECT {names}, {system}, row_id FROM ({_changed_rows_sql(contract, kept)})"


def uses_secret(contract: FeedContract) -> bool:
    """True when a column of the table is a pseudonym."""
    return any(name in ("addressee_key", "household_key", "instalment_id") for name, _ in contract.system_columns)


def _changed_rows_sql(contract: FeedContract, kept: Collection[str]) -> str:
    """The delivered columns changed; the system columns as they are."""
    changed = {
        column.name: f"CASE WHEN is_owned THEN {blank_sql(column)} ELSE raw.{quoted(column.name)} END"
        for column in blanked_columns(contract, kept)
    }
    joins = []
    for place, one in enumerate(one for one in number_columns(contract) if one.has_fresh_code):
        alias, old = f"fresh_{place}", f"raw.{quoted(one.name)}"
        joins.append(
            f"LEFT JOIN memory.numbers AS {alias} ON {alias}.number = '{one.number}' "
            f"AND {alias}.old = {one.value_sql('raw')}"
        )
        fresh = f"coalesce({one.written_sql(f'{alias}.new')}, {old})"
        changed[one.name] = fresh if one.number == ADDRESSEE else f"CASE WHEN is_owned THEN {fresh} ELSE {old} END"
    columns = ", ".join(
        f"{changed.get(column.name, f'raw.{quoted(column.name)}')} AS {quoted(column.name)}"
        for column in contract.stored_columns
    )
    others = ", ".join(f"raw.{name}" for name in _kept_system_columns(contract))
    return (
        f"SELECT {columns}, {others}, raw.rowid AS row_id FROM warehouse.{contract.raw_table} AS raw "
        f"JOIN memory.touched ON touched.row_id = raw.rowid AND touched.feed = '{contract.feed}' {' '.join(joins)}"
    )


def _kept_system_columns(contract: FeedContract) -> list[str]:
    return [*_PLACE, *(["is_result"] if contract.has_result_marks else [])]


def _system_values(contract: FeedContract) -> dict[str, str]:
    """Exactly what the loader would compute from such a row."""
    mark = STORED_MARK if contract.has_result_marks else ""
    values = {name: name for name in _kept_system_columns(contract)} | {
        "record_hash": record_hash(contract, mark),
        "addressee_key": pseudonym_sql("addressee", "addressee_code"),
        "household_key": pseudonym_sql("household", "household_code"),
        "instalment_id": pseudonym_sql("instalment", f"({instalment_value_sql(contract.instalment_key)})"),
        **{column.match_key: match_key_sql(quoted(column.name)) for column in contract.match_columns},
    }
    return {name: values[name] for name, _ in contract.system_columns}
