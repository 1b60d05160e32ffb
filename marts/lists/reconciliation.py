"""Does a list agree with its mart? What was written plus what was left out must be what the marts say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts.lists.query import totals_query

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

    from marts.lists.choice import Condition
    from marts.lists.declaration import ListDeclaration

COUNTS = {"row_count": "件", "distinct_count": "人"}


@dataclass(frozen=True)
class Reconciliation:
    """The outcome: the last line of the list, and whether it agrees."""

    last_line: str
    is_equal: bool


def reconcile(
    connection: duckdb.DuckDBPyConnection,
    declaration: ListDeclaration,
    condition: Condition,
    written: Mapping[str, int],
) -> Reconciliation:
    """Compare the totals of the rows that were written with the marts.

    Rows outside the choice are added, so that a choice needs no control query of its own; for one debtor the control
    query itself is about the debtor.

    Raises:
        ConfigurationError: the control query names a total that the list does not have.
    """
    asks_debtor = "$debtor" in declaration.control
    left_out = dict.fromkeys(written, 0)
    if condition.parameters and not asks_debtor:
        query = totals_query(declaration, f"not coalesce({condition.sql}, false)")
        left_out = _one_row(connection, query, condition.parameters)
    control = _one_row(connection, declaration.control, condition.parameters if asks_debtor else {})
    if unknown := set(control) - set(written):
        raise ConfigurationError(
            f"{declaration.name}: the control query has {', '.join(sorted(unknown))}.", "Name totals of the list only."
        )
    listed = {name: written[name] + left_out.get(name, 0) for name in control}
    return _told(declaration, condition, written, left_out, (listed, control))


def _told(
    declaration: ListDeclaration,
    condition: Condition,
    written: Mapping[str, int],
    left_out: Mapping[str, int],
    compared: tuple[dict[str, int], dict[str, int]],
) -> Reconciliation:
    listed, control = compared
    is_equal = listed == control
    parts = [f"合計 {_figures(declaration, written)}"]
    if condition.words and any(left_out.values()):
        parts.append(f"（{condition.words}）。ほか {_figures(declaration, left_out)}")
    verdict = f"{declaration.mart}: {_figures(declaration, control)}"
    parts.append(f"。{verdict} と一致" if is_equal else f"。{verdict} と不一致（一覧 {_figures(declaration, listed)}）")
    return Reconciliation("".join(parts), is_equal)


def _figures(declaration: ListDeclaration, figures: Mapping[str, int]) -> str:
    headings = {column.name: column.heading for column in declaration.columns}
    return "、".join(
        f"{value:,} {COUNTS[name]}" if name in COUNTS else f"{headings[name]} {value:,} 円"
        for name, value in figures.items()
    )


def _one_row(connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object]) -> dict[str, int]:
    cursor = connection.execute(query, dict(parameters)) if parameters else connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    return {name: int(value or 0) for name, value in zip(names, cursor.fetchone() or (), strict=True)}
