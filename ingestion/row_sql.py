"""SQL that decides which framed rows are sound and casts them: built from the layout, run once per file.

Whether a row is sound is decided by one pattern over all patterned columns of the row (a single pass over its
text), not by DuckDB's casts, which would accept ``1.5`` or ``1e3`` as whole numbers.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ingestion.check_digit_sql import has_right_check_digit
from ingestion.date_sql import date_value, is_given

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingestion.contract import FeedContract
    from ingestion.layout import Column

LINE_COLUMN = "line_no"
SOUND_COLUMN = "is_sound"
RESULT_COLUMN = "is_result"
# Framing refuses control characters in records, so these can stand between values without doubt.
_BETWEEN_VALUES = "\x1f"
_BETWEEN_GROUPS = "\x1e"


def quoted(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def framed_columns(contract: FeedContract) -> tuple[str, ...]:
    """Columns of the framed file that the readers write: line number and the raw columns."""
    return (LINE_COLUMN, *(column.name for column in contract.layout.raw_columns))


def framed_relation(contract: FeedContract, path: str) -> str:
    """A ``read_csv`` over the framed file, everything as text and the line number as a number."""
    return text_relation(framed_columns(contract), path)


def text_relation(names: Iterable[str], path: str) -> str:
    """A ``read_csv`` over a file with these columns and no header, everything as text but the line number."""
    types = dict.fromkeys(names, "VARCHAR") | {LINE_COLUMN: "INTEGER"}
    columns = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in types.items())
    return (
        f"read_csv({literal(path)}, auto_detect=false, header=false, delim=',', quote='\"', escape='\"', "
        f"new_line='\\n', nullstr='', strict_mode=true, max_line_size=4194304, columns={{{columns}}})"
    )


def typed_value(column: Column) -> str:
    """The delivered text of a sound row in the type of the layout."""
    name = quoted(column.name)
    if column.type == "date":
        return date_value(name, column.era)
    if column.duckdb_type == "VARCHAR":
        return name
    return f"TRY_CAST({name} AS {column.duckdb_type})"


def is_acceptable(columns: Sequence[Column]) -> str:
    """True for rows that every column accepts; the same decision as :meth:`Column.accepts` for each cell."""
    return is_sound([column.tolerant for column in columns])


def is_sound(columns: Sequence[Column]) -> str:
    """True for rows that every column accepts at first sight, which is nearly all of them; see ``tolerated``."""
    conditions = [f"{quoted(column.name)} IS NOT NULL" for column in columns if column.required]
    conditions += [is_given(quoted(column.name)) for column in columns if column.required and column.type == "date"]
    patterned = [column for column in columns if column.pattern]
    if patterned:
        conditions.append(_row_pattern(patterned))
    conditions += [
        f"coalesce(length({quoted(column.name)}) <= {column.length}, true)" for column in columns if not column.pattern
    ]
    conditions += [has_right_check_digit(one.check, quoted(one.name)) for one in columns if one.is_refusing]
    return " AND ".join(conditions) or "true"


def _row_pattern(columns: Iterable[Column]) -> str:
    by_pattern = sorted(columns, key=lambda column: (str(column.pattern), column.position))
    values: list[str] = []
    pattern = ""
    for one, group in groupby(by_pattern, key=lambda column: column.pattern):
        values += [literal(_BETWEEN_GROUPS), *(quoted(column.name) for column in group)]
        pattern += f"{_BETWEEN_GROUPS}(?:{_BETWEEN_VALUES}(?:{one}))*{_BETWEEN_VALUES}"
    text = f"concat_ws({literal(_BETWEEN_VALUES)}, {', '.join(values)}, '')"
    return f"regexp_full_match({text}, {literal(pattern)})"
