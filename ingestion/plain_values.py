"""Whole columns of a block at once: in the type of the table, if every value is plain.

Plain is what :func:`row_sql.is_sound` accepts at first sight and nobody has to look at. It is decided by that same SQL,
but once for each different value, not for each cell: days, codes, flags and years repeat. What is not plain is left to
the way that judges every row by itself.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.column_types import NUMERIC_TYPES
from ingestion.date_sql import date_flags
from ingestion.row_sql import is_sound, typed_value

if TYPE_CHECKING:
    from ingestion.layout import Column

DICTIONARY = pa.dictionary(pa.int32(), pa.string())
MOST_KNOWN = 50_000
"""Values remembered for one kind of column; beyond it all are forgotten, so that memory stays bounded."""
_ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DATE": pa.date32(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(12,5)": pa.decimal128(12, 5),
}
_VALUE = "value"


def stored_type(column: Column) -> pa.DataType:
    """Arrow's name for the type of the column in ``raw_<feed>``."""
    return _ARROW_TYPES[column.duckdb_type]


def parsed_type(column: Column) -> pa.DataType:
    """What the text of the column is parsed to before it is judged."""
    if column.type in NUMERIC_TYPES:
        return pa.int64()
    return DICTIONARY if column.pattern else pa.string()


def plain_column(column: Column, parsed: pa.Array) -> pa.Array | None:
    """The values in the type of the table; None when one of them is not plain."""
    if column.required and parsed.null_count:
        return None
    if column.type in NUMERIC_TYPES:
        return parsed if _numbers_fit(parsed, column.length) else None
    if column.pattern:
        typed = _known_values(column).typed(parsed.dictionary)
        return None if typed is None else typed.take(parsed.indices)
    return parsed if _texts_fit(parsed, column.length) else None


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
        self._texts = pa.array([], pa.string())
        self._typed = pa.array([], self._type)

    def typed(self, texts: pa.Array) -> pa.Array | None:
        """Each of these different texts in the type of the table; None when one of them is not plain."""
        places = pc.index_in(texts, value_set=self._texts)
        if places.null_count:
            if not self._learn(texts.filter(pc.is_null(places))):
                return None
            places = pc.index_in(texts, value_set=self._texts)
        return self._typed.take(places)

    def _learn(self, texts: pa.Array) -> bool:
        connection = _judge()
        connection.register("judged_values", pa.table({_VALUE: texts}))
        judged = connection.execute(self._query).to_arrow_table().combine_chunks()
        connection.unregister("judged_values")
        if not pc.all(judged.column(0)).as_py():
            return False
        if len(self._texts) + len(texts) > MOST_KNOWN:
            self._texts, self._typed = self._texts[:0], self._typed[:0]
        typed = judged.column(_VALUE).combine_chunks().cast(self._type)
        self._texts, self._typed = pa.concat_arrays([self._texts, texts]), pa.concat_arrays([self._typed, typed])
        return True


_KNOWN: dict[tuple[object, ...], KnownValues] = {}


def _known_values(column: Column) -> KnownValues:
    kind = (column.type, column.length, column.pattern, column.required, column.era)
    if kind not in _KNOWN:
        _KNOWN[kind] = KnownValues(column)
    return _KNOWN[kind]


@cache
def _judge() -> duckdb.DuckDBPyConnection:
    """A database in memory that only judges; one thread, since it works beside the one that loads."""
    return duckdb.connect(config={"threads": 1})
