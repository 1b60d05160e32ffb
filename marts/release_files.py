"""The bytes of a release's tables, CSV and Parquet: the same figures give the same bytes."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.released_table import Figure, ReleasedTable

WORKBOOK = "statistics.xlsx"
FIGURE_TITLES_JA = {"measure": "項目", "unit": "単位", "value": "値", "flag": "記号"}
FIGURE_COLUMNS = tuple(FIGURE_TITLES_JA)
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_DIGITS = 20


def header(table: ReleasedTable) -> tuple[str, ...]:
    """The columns of the long form: dimensions, then measure, unit, value, flag."""
    return (*table.contract.dimension_names, *FIGURE_COLUMNS)


def decimals(table: ReleasedTable) -> int:
    """The most decimals of any measure; 0 when the value column holds whole numbers."""
    return max(measure.decimals for measure in table.contract.measures)


def csv_bytes(table: ReleasedTable) -> bytes:
    """UTF-8 with byte order mark, CRLF, one figure per line, numbers as plain numbers."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header(table))
    for key, measure, figure in table.rows():
        value = "" if figure.value is None else str(figure.value)
        writer.writerow((*key, measure.name, measure.unit, value, figure.flag))
    return BYTE_ORDER_MARK + text.getvalue().encode()


def parquet_bytes(table: ReleasedTable) -> bytes:
    """The same rows with types; settings are fixed, so the bytes are, too."""
    rows = list(table.rows())
    places = decimals(table)
    kind = pa.decimal128(_DIGITS, places) if places else pa.int64()
    columns: dict[str, pa.Array] = {
        name: _texts([key[place] for key, _, _ in rows]) for place, name in enumerate(table.contract.dimension_names)
    }
    columns["measure"] = _texts([measure.name for _, measure, _ in rows])
    columns["unit"] = _texts([measure.unit for _, measure, _ in rows])
    columns["value"] = pa.array([_typed(figure, places) for _, _, figure in rows], type=kind)
    columns["flag"] = _texts([figure.flag for _, _, figure in rows])
    sink = io.BytesIO()
    pq.write_table(
        pa.table(columns), sink, compression="zstd", version="2.6", write_statistics=True, row_group_size=1 << 20
    )
    return sink.getvalue()


def _texts(values: Sequence[str]) -> pa.Array:
    return pa.array(values, type=pa.string())


def _typed(figure: Figure, places: int) -> int | Decimal | None:
    if figure.value is None or not places:
        return figure.value
    return Decimal(figure.value).quantize(Decimal(1).scaleb(-places))
