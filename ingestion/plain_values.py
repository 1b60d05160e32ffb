"""Whole columns of a block at once: in the type of the table, if every value is plain.

Plain is what :func:`row_sql.is_sound` accepts at first sight and nobody has to look at. Codes, years and the rarer
forms of days are judged by that same SQL, but once for each different value, not for each cell: they repeat. What is
not plain is left to the way that judges every row by itself.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column_types import NUMERIC_TYPES
from ingestion.date_sql import date_flags
from ingestion.plain_days import plain_days
from ingestion.row_sql import is_sound, typed_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ingestion.layout import Column

DICTIONARY = pa.dictionary(pa.int32(), pa.string())
MOST_KNOWN = 50_000
"""Values remembered for one kind of column; beyond it all are forgotten, so that memory stays bounded."""
MANY_VALUES = 1_000
"""More different values than this, in more than half of the cells of a block, are judged without being remembered."""
_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(12,5)": pa.decimal128(12, 5),
}
_VALUE = "value"


def can_be_typed(columns: Iterable[Column]) -> bool:
    """False where a check looks at the text of a column that is stored in another type."""
    return not any(column.check and column.duckdb_type != "VARCHAR" for column in columns)


def stored_type(column: Column) -> pa.DataType:
    """Arrow's name for the type of the column in ``raw_<feed>``."""
    return _ARROW_TYPES[column.duckdb_type]


def parsed_type(column: Column) -> pa.DataType:
    """What the text of the column is parsed to before it is judged."""
    if column.type in (*NUMERIC_TYPES, "flag"):
        return stored_type(column)
    return DICTIONARY if column.pattern and column.type != "date" else pa.string()


def plain_column(column: Column, parsed: pa.Array) -> pa.Array | None:
    """The values in the type of the table; None when one of them is not plain."""
    if column.required and parsed.null_count:
        return None
    if column.type in NUMERIC_TYPES:
        return parsed if _numbers_fit(parsed, column.length) else None
    if column.type == "flag":
        return parsed
    if column.type == "date":
        days = None if column.required or column.era else plain_days(parsed)
        return days or _known_column(column, parsed.dictionary_encode())
    if column.pattern:
        return _known_column(column, parsed)
    return parsed if _texts_fit(parsed, column.length) else None


def _known_column(column: Column, parsed: pa.DictionaryArray) -> pa.Array | None:
    values = _known_values(column)
    # Numbers of slips and the like come once: to remember them would cost more than to judge them.
    is_worth_keeping = len(parsed.dictionary) <= max(MANY_VALUES, len(parsed) // 2)
    typed = values.typed(parsed.dictionary) if is_worth_keeping else values.typed_once(parsed.dictionary)
    return None if typed is None else typed.take(parsed.indices)


def _numbers_fit(numbers: pa.Array, length: int) -> bool:
    """Numbers parsed from digits only: leading zeros do not count, so the value tells how many digits there are."""
    bounds = pc.min_max(numbers)
    least, most = bounds["min"].as_py(), bounds["max"].as_py()
    return least is None or -(10**length) < least <= most < 10**length


def _texts_fit(texts: pa.Array, length: int) -> bool:
    """Where no text has more bytes than characters are allowed, nothing is to be counted."""
    _, offsets, _ = texts.buffers()
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    if int(np.diff(ends).max(initial=0)) <= length:
        return True
    longest = pc.max(pc.utf8_length(texts)).as_py()
    return longest is None or longest <= length


class KnownValues:
    """Values of one kind of column that were found plain, and what they are in the type of the table."""

    def __init__(self, column: Column) -> None:
        """Take any column of the kind."""
        self._type = stored_type(column)
        one = replace(column, name=_VALUE, check="")
        flags = date_flags(_VALUE, one.era) if one.type == "date" else []
        is_plain = " AND ".join([is_sound([one]), *(f"NOT ({condition})" for _, condition in flags)])
        self._query = f"SELECT coalesce({is_plain}, false), {typed_value(one)} AS {_VALUE} FROM judged_values"
        self._known = self._nothing()
        self._learning = threading.Lock()

    def typed(self, texts: pa.Array) -> pa.Array | None:
        """Each of these different texts in the type of the table; None when one of them is not plain."""
        known = self._known
        places = pc.index_in(texts, value_set=known[0])
        if places.null_count:
            with self._learning:
                learned = self._learn(texts)
            if learned is None:
                return None
            known, places = learned, pc.index_in(texts, value_set=learned[0])
        return known[1].take(places)

    def typed_once(self, texts: pa.Array) -> pa.Array | None:
        """As :meth:`typed`, without looking them up and without keeping them."""
        judged = _judged(self._query, texts)
        if not pc.all(judged.column(0), min_count=0).as_py():
            return None
        return judged.column(_VALUE).combine_chunks().cast(self._type)

    def _nothing(self) -> tuple[pa.Array, pa.Array]:
        return pa.array([], pa.string()), pa.array([], self._type)

    def _learn(self, texts: pa.Array) -> tuple[pa.Array, pa.Array] | None:
        """What is known when all of these are; None when one of them is not plain."""
        known = self._known
        if len(known[0]) + len(texts) > MOST_KNOWN:
            known = self._nothing()
        unknown = texts.filter(pc.is_null(pc.index_in(texts, value_set=known[0])))
        typed = self.typed_once(unknown)
        if typed is None:
            return None
        self._known = pa.concat_arrays([known[0], unknown]), pa.concat_arrays([known[1], typed])
        return self._known


_KNOWN: dict[tuple[object, ...], KnownValues] = {}
_JUDGING = threading.Lock()


def _known_values(column: Column) -> KnownValues:
    kind = (column.type, column.length, column.pattern, column.required, column.era)
    return _KNOWN.get(kind) or _KNOWN.setdefault(kind, KnownValues(column))


def _judged(query: str, texts: pa.Array) -> pa.Table:
    with _JUDGING:
        connection = _judge()
        connection.register("judged_values", pa.table({_VALUE: texts}))
        judged = connection.execute(query).to_arrow_table()
        connection.unregister("judged_values")
    return judged.combine_chunks()


@cache
def _judge() -> duckdb.DuckDBPyConnection:
    """A database in memory that only judges; one thread, since it works beside the one that loads."""
    return duckdb.connect(config={"threads": 1})
