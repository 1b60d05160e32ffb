"""A statistics table as it stands before protection: codes with labels and parents, figures, evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ingestion.errors import DataRefused
from marts.disclosure.table import TOTAL, Cell, Dimension, Key, Measure, Table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import duckdb

    from marts.table_contract import DimensionContract, TableContract

EVIDENCE = ("contributor_count", "largest_contributor_yen", "second_largest_contributor_yen")
TOTAL_LABELS = ("計", "Total")


@dataclass(frozen=True)
class Code:
    """A code with its labels and the code it adds up to (empty: directly to the total)."""

    code: str
    label_ja: str
    label_en: str
    parent: str = ""


@dataclass(frozen=True)
class CodeList:
    """The codes of a dimension in their order, the total not listed."""

    name: str
    label_ja: str
    label_en: str
    codes: tuple[Code, ...]
    has_total: bool

    @property
    def order(self) -> tuple[str, ...]:
        """The codes as rows stand in a file: the total first, where there is one."""
        return (*((TOTAL,) if self.has_total else ()), *(code.code for code in self.codes))

    @property
    def as_read(self) -> tuple[tuple[str, int], ...]:
        """The codes as people read them, with their depth: parts under their whole, the total last if there is one."""
        return (*self._under("", 0), *(((TOTAL, 0),) if self.has_total else ()))

    def _under(self, parent: str, depth: int) -> tuple[tuple[str, int], ...]:
        found = (code.code for code in self.codes if code.parent == parent)
        return tuple(one for code in found for one in ((code, depth), *self._under(code, depth + 1)))

    @property
    def labels_ja(self) -> dict[str, str]:
        """Japanese label per code, in the order of a file."""
        total = {TOTAL: TOTAL_LABELS[0]} if self.has_total else {}
        return {**total, **{code.code: code.label_ja for code in self.codes}}


@dataclass(frozen=True)
class StatTable:
    """All cells of a table as of a day. Restricted: figures are not protected yet."""

    contract: TableContract
    code_lists: tuple[CodeList, ...]
    rows: Mapping[Key, Mapping[str, Any]] = field(repr=False)

    @property
    def name(self) -> str:
        """The table's name."""
        return self.contract.table

    def keys(self) -> list[Key]:
        """The cells in the order of a file."""
        places = [{code: i for i, code in enumerate(codes.order)} for codes in self.code_lists]
        return sorted(self.rows, key=lambda key: tuple(p[code] for p, code in zip(places, key, strict=True)))


def read_table(
    connection: duckdb.DuckDBPyConnection, contract: TableContract, as_of: date, zero_flag: str
) -> StatTable:
    """The cells of one table as they stand in the warehouse.

    Raises:
        DataRefused: a stock has none as of that day (periods may have none yet), or a code is not in the code lists.
    """
    wanted = [measure.name for measure in contract.measures]
    if not contract.is_exempt:
        wanted += [*EVIDENCE, zero_flag]
    keys = ", ".join(f"cast({name} as varchar)" for name in contract.dimension_names)
    found = connection.execute(
        f"select {keys}, {', '.join(wanted)} from {contract.source_table} where as_of_date = ?", [as_of]
    ).fetchall()
    if not found and not contract.period_dimension:
        raise DataRefused(
            f"{contract.source_table} has no cells as of {as_of}.", f"Run: osamari refresh --as-of {as_of}"
        )
    width = len(contract.dimensions)
    rows = {tuple(row[:width]): dict(zip(wanted, row[width:], strict=True)) for row in found}
    code_lists = tuple(
        _code_list(connection, contract, dimension, {key[place] for key in rows})
        for place, dimension in enumerate(contract.dimensions)
    )
    return StatTable(contract, code_lists, rows)


def _code_list(
    connection: duckdb.DuckDBPyConnection,
    contract: TableContract,
    dimension: DimensionContract,
    found: set[str],
) -> CodeList:
    if dimension.has_code_list:
        rows = connection.execute(
            "select code, label_ja, label_en, parent from cells_dimension_codes "
            "where table_name = ? and dimension = ? order by sort_order, code",
            [contract.table, dimension.name],
        ).fetchall()
        codes = tuple(Code(*row) for row in rows)
    else:
        ja, en = dimension.code_label_ja, dimension.code_label_en
        codes = tuple(Code(code, ja.format(code=code), en.format(code=code)) for code in sorted(found))
    unknown = found - {code.code for code in codes} - ({TOTAL} if dimension.has_total else set())
    if unknown:
        raise DataRefused(
            f"{contract.source_table}: {dimension.name} {', '.join(sorted(unknown))} is not in the code list.",
            "Correct cells_dimension_codes.",
        )
    return CodeList(dimension.name, dimension.label_ja, dimension.label_en, codes, dimension.has_total)


def protected_table(table: StatTable, zero_flag: str) -> Table:
    """The table as the disclosure engine takes it; money in whole yen.

    Raises:
        TableRefused: the cells are not all there, or impossible.
    """
    names = [measure.name for measure in table.contract.measures]
    return Table(
        name=table.name,
        dimensions=tuple(
            Dimension(codes.name, {code.code: code.parent or TOTAL for code in codes.codes}, codes.has_total)
            for codes in table.code_lists
        ),
        measures=tuple(Measure(m.name, frozenset(m.additive_over)) for m in table.contract.measures),
        cells={
            key: Cell(
                values={name: int(row[name]) for name in names},
                contributor_count=int(row[EVIDENCE[0]]),
                largest=int(row[EVIDENCE[1]]),
                second_largest=int(row[EVIDENCE[2]]),
                is_structural_zero=bool(row[zero_flag]),
            )
            for key, row in table.rows.items()
        },
        magnitude_measure=table.contract.magnitude_measure,
        shares=table.contract.shares,
    )


def exact(value: int | Decimal | None, decimals: int) -> int | Decimal | None:
    """A figure with its declared decimals: whole numbers stay whole, rates get exactly theirs."""
    if value is None or not decimals:
        return None if value is None else int(value)
    return Decimal(value).quantize(Decimal(1).scaleb(-decimals))
