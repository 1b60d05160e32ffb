"""One big levy file for ``osamari bench ingest --rows N``: every row another instalment, half of all values filled.

The values mean nothing and belong to nobody; each is a function of its row and column, so that the same number of rows
gives the same bytes.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import duckdb

from ingestion.contract import load_contract
from ingestion.row_sql import literal, quoted

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.layout import Column

NAME = "levy.072036.20250401.001.csv"
_KEYS = {"notice_no": "printf('%015d', n)", "addressee_code": "printf('%015d', n // 4)"}
_VALUES = {
    "yen": "CAST(draw % 30000 * 100 AS VARCHAR)",
    "int": "CAST(draw % 10 AS VARCHAR)",
    "year": "CAST(2015 + draw % 11 AS VARCHAR)",
    "date": "strftime(DATE '2015-04-01' + CAST(draw % 4000 AS INTEGER), '%Y%m%d')",
    "flag": "CAST(draw % 2 AS VARCHAR)",
    "time": "substr('120000', 1, {length})",
    "rate": "'9.6'",
}
_BLOCK_BYTES = 1 << 20


def write_levy_file(folder: Path, row_count: int) -> Path:
    """Write the file and its control file; ``folder`` must exist."""
    contract = load_contract("levy")
    columns = contract.layout.raw_columns
    path, body = folder / NAME, folder / ".body"
    values = ", ".join(f"{_value(column)} AS {quoted(column.name)}" for column in columns)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE VIEW levies AS SELECT {values} FROM range({row_count}) AS numbers(n)")
        connection.execute(f"COPY levies TO {literal(str(body))} (HEADER false)")
        total = f"SELECT sum(CAST({quoted(contract.amount or '')} AS BIGINT)) FROM levies"
        yen = connection.execute(total).fetchone()
    digest = hashlib.sha256()
    with body.open("rb") as read, path.open("wb") as write:
        block = (",".join(contract.layout.header_labels) + "\n").encode()
        while block:
            digest.update(block)
            write.write(block)
            block = read.read(_BLOCK_BYTES)
    body.unlink()
    sidecar = f"rows,amount_yen,sha256\n{row_count},{yen[0] if yen else 0},{digest.hexdigest()}\n"
    path.with_name(f"{path.stem}.control.csv").write_text(sidecar, encoding="ascii")
    return path


def _value(column: Column) -> str:
    if column.name in _KEYS:
        return _KEYS[column.name]
    value = _VALUES.get(column.type, "CAST(draw % 1000 AS VARCHAR)")
    if column.codes and column.type != "flag":
        value = f"[{', '.join(literal(code) for code in column.codes)}][1 + draw % {len(column.codes)}]"
    value = value.replace("{length}", str(column.length)).replace(
        "draw", f"CAST(hash(n, {column.position}) % 1000003 AS BIGINT)"
    )
    value = f"substr({value}, 1, {column.length})" if column.type in ("text", "code") else value
    return value if column.required else f"CASE hash(n, -{column.position}) % 2 WHEN 0 THEN {value} END"
