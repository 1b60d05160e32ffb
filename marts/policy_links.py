"""The policy's links between tables, cell by cell: which figures of a release are the same figure."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts.disclosure.lattice import KnownFigure, Link
from marts.disclosure.table import CellRef, Key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from marts.disclosure.policy import LinkRule, PublicFigureRule, Selection
    from marts.stat_table import StatTable

AS_OF, FIRST = "as_of", "first"


def resolve_links(rules: Sequence[LinkRule], tables: Mapping[str, StatTable]) -> list[Link]:
    """Every pair of cells that the rules say shows the same figures.

    Raises:
        ConfigurationError: a rule names a table, dimension or measure that does not exist.
    """
    links = []
    for rule in rules:
        left, right = _table(rule.left, tables, rule.name), _table(rule.right, tables, rule.name)
        for codes in product(*(_codes(left, dimension, rule.name) for dimension in rule.by)):
            shared = dict(zip(rule.by, codes, strict=True))
            links.append(
                Link(
                    _cell(left, {**rule.left.where, **shared}, rule.name),
                    _cell(right, {**rule.right.where, **shared}, rule.name),
                    frozenset(rule.measures),
                )
            )
    return links


def resolve_public_figures(
    rules: Sequence[PublicFigureRule], tables: Mapping[str, StatTable], as_of: date
) -> list[KnownFigure]:
    """What readers know of protected cells from exempt tables: the figure where both agree, else a ceiling.

    A public figure that is smaller than the cell is another quantity and tells nothing.
    """
    return [
        KnownFigure(cell, rule.shows.measure, value, rule.name, is_ceiling=value > figure)
        for rule in rules
        for _, cell, value, figure in _shown_by(rule, tables, as_of)
        if value >= figure
    ]


def describe_links(rules: Sequence[LinkRule]) -> list[dict[str, object]]:
    """The links as the data dictionary has them: whoever reads two tables may know what is the same in both."""
    return [
        {
            "left": {"table": rule.left.table, "where": dict(rule.left.where)},
            "right": {"table": rule.right.table, "where": dict(rule.right.where)},
            "by": list(rule.by),
            "measures": list(rule.measures),
        }
        for rule in rules
    ]


def describe_ceilings(
    rules: Sequence[PublicFigureRule], tables: Mapping[str, StatTable], as_of: date
) -> list[dict[str, object]]:
    """Cell by cell, which public figure is at least the cell of a protected table. Whether it is equal is not told."""
    return [
        {
            "left": {
                "table": cell.table,
                "where": dict(zip(tables[cell.table].contract.dimension_names, cell.key, strict=True)),
                "measure": rule.shows.measure,
            },
            "right": {"table": rule.public.table, "where": public, "measure": rule.public.measure},
            "by": {},
        }
        for rule in rules
        for public, cell, value, figure in _shown_by(rule, tables, as_of)
        if value >= figure
    ]


def _shown_by(
    rule: PublicFigureRule, tables: Mapping[str, StatTable], as_of: date
) -> Iterator[tuple[dict[str, str], CellRef, int, int]]:
    """Codes of each public cell, the protected cell that it shows, and the figures of both."""
    public, shown = _table(rule.public, tables, rule.name), _table(rule.shows, tables, rule.name)
    conditions = _conditions(rule, public, as_of)
    for key, row in sorted(public.rows.items()):
        named = dict(zip(public.contract.dimension_names, key, strict=True))
        if any(named[dimension] != code for dimension, code in conditions.items()):
            continue
        shared = {dimension: named[source] for dimension, source in rule.by.items()}
        cell = _cell(shown, {**rule.shows.where, **shared}, rule.name)
        if cell.key in shown.rows:
            yield named, cell, int(row[rule.public.measure]), int(shown.rows[cell.key][rule.shows.measure])


def _conditions(rule: PublicFigureRule, public: StatTable, as_of: date) -> dict[str, str]:
    """The rule's conditions with ``as_of`` and ``first`` replaced; ``first`` is the smallest code that is left."""
    names = public.contract.dimension_names
    wanted = {
        dimension: as_of.isoformat() if code == AS_OF else code
        for dimension, code in rule.public.where.items()
        if code != FIRST
    }
    matching = [
        key for key in public.rows if all(key[names.index(dimension)] == code for dimension, code in wanted.items())
    ]
    for dimension, code in rule.public.where.items():
        if code == FIRST and matching:
            wanted[dimension] = min(key[names.index(dimension)] for key in matching)
    return wanted


def _table(selection: Selection, tables: Mapping[str, StatTable], rule: str) -> StatTable:
    if selection.table not in tables:
        raise ConfigurationError(f"Policy rule {rule}: no table {selection.table}.", "Correct the rule.")
    table = tables[selection.table]
    measures = {measure.name for measure in table.contract.measures}
    unknown = set(selection.where) - set(table.contract.dimension_names)
    if unknown or (selection.measure and selection.measure not in measures):
        raise ConfigurationError(
            f"Policy rule {rule}: {selection.table} has no {', '.join(sorted(unknown)) or selection.measure}.",
            "Correct the rule.",
        )
    return table


def _codes(table: StatTable, dimension: str, rule: str) -> tuple[str, ...]:
    for codes in table.code_lists:
        if codes.name == dimension:
            return codes.order
    raise ConfigurationError(f"Policy rule {rule}: {table.name} has no {dimension}.", "Correct the rule.")


def _cell(table: StatTable, named: Mapping[str, str], rule: str) -> CellRef:
    names = table.contract.dimension_names
    if set(names) != set(named):
        raise ConfigurationError(
            f"Policy rule {rule}: {table.name} needs a code for each of {', '.join(names)}.", "Correct the rule."
        )
    key: Key = tuple(named[name] for name in names)
    return CellRef(table.name, key)
