"""Cells with the evidence for their protection, counted from invented cases, as the statistics models leave them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

from tests.statistics_tables import PERIODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from marts.table_contract import TableContract
    from tests.statistics_tables import Code

AS_OF = date(2026, 5, 31)
EVIDENCE = ("contributor_count", "largest_contributor_yen", "second_largest_contributor_yen")
EMPTY_BY_LAW = {("A30", "21"), ("A65", "21"), ("CORP", "51"), ("CORP", "G2")}


@dataclass(frozen=True)
class Record:
    """What a cell counts: whose it is, where it belongs, and what it adds to each measure."""

    person: int
    codes: dict[str, str]
    adds: dict[str, int]


def write_cells(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    dimensions: Mapping[str, Sequence[Code]],
    records: Sequence[Record],
) -> None:
    """Every combination of codes and totals with its sums and the evidence for its protection."""
    measures = [measure.name for measure in contract.measures]
    cells: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        for key in product(*(upward(name, codes, record.codes[name]) for name, codes in dimensions.items())):
            cells[key].append(record)
    every = product(*(_all_codes(name, codes) for name, codes in dimensions.items()))
    rows = [
        (AS_OF, *key, *_figures(cells[key], measures), *_evidence(key, cells[key], contract.magnitude_measure))
        for key in every
    ]
    columns = [f"{name} varchar" for name in dimensions]
    columns += [f"{name} bigint" for name in (*measures, *EVIDENCE)]
    connection.execute(
        f"create table {contract.source_table} (as_of_date date, {', '.join(columns)}, is_structural_zero boolean)"
    )
    insert(connection, contract.source_table, rows)


def insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows at once, which is many times faster than one by one."""
    frame = pd.DataFrame(rows, dtype=object)
    connection.register("rows_of_a_table", frame)
    connection.execute(f"insert into {table} select * from rows_of_a_table")
    connection.unregister("rows_of_a_table")


def _figures(cell: Sequence[Record], measures: Sequence[str]) -> list[int]:
    people = len({record.person for record in cell})
    return [people if name == "debtor_count" else sum(record.adds[name] for record in cell) for name in measures]


def _evidence(key: tuple[str, ...], cell: Sequence[Record], magnitude: str) -> tuple[int | bool, ...]:
    shares: dict[int, int] = defaultdict(int)
    for record in cell:
        shares[record.person] += record.adds[magnitude]
    return (len(shares), *[*sorted(shares.values(), reverse=True), 0, 0][:2], not cell and key[-2:] in EMPTY_BY_LAW)


def upward(dimension: str, codes: Iterable[Code], code: str) -> list[str]:
    """The code and all it adds up to; periods have no total."""
    parents = {one[0]: one[3] or "T" for one in codes}
    way = [code]
    while way[-1] != "T":
        way.append(parents[way[-1]])
    return way[:-1] if dimension in PERIODS else way


def _all_codes(dimension: str, codes: Iterable[Code]) -> list[str]:
    listed = [code[0] for code in codes]
    return listed if dimension in PERIODS else ["T", *listed]
