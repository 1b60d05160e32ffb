"""What is expected of every table of cells: a cell once, totals that add up, sound evidence for its protection.

A table is declared as :class:`CellsTable`; its suite follows from that, and what it must show of the marts is added.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from expectations.rule import NoRows, NotNull, Rule, Suite, Unique

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

EVIDENCE = ("contributor_count", "largest_contributor_yen", "second_largest_contributor_yen")


@dataclass(frozen=True)
class CellsTable:
    """A protected statistic before its protection: ``cells_<name>``."""

    name: str
    title_ja: str
    measures: Mapping[str, str]
    """Japanese label by measure."""
    magnitude: str
    """The measure in yen by which contributors are compared."""
    additive: Mapping[str, tuple[str, ...]]
    """Per dimension, in the order of the table, the measures that add up along it; empty where it has no groups."""
    counted_by: str = ""
    """The measure that is at least one for each contributor, where there is one."""
    has_parts: bool = False
    """Some measures belong to some contributors only; counted are those of the measure that has the fewest."""

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of its dimensions."""
        return tuple(self.additive)


def cells_suite(table: CellsTable, as_of: date, further: Sequence[Rule], compared_with: Sequence[str]) -> Suite:
    """The suite ``statistics.<name>``; ``further`` rules compare the cells with the marts in ``compared_with``."""
    dimensions = table.dimensions
    return Suite(
        name=f"statistics.{table.name}",
        table=f"cells_{table.name}",
        title_ja=table.title_ja,
        rules=(
            *shape_rules((*dimensions, *table.measures, *EVIDENCE), dimensions, as_of),
            _not_empty(table),
            *(_not_negative(measure, label) for measure, label in table.measures.items()),
            *(
                adds_up(table.name, dimension, dimensions, measures)
                for dimension, measures in table.additive.items()
                if measures
            ),
            *_evidence_rules(table),
            *further,
        ),
        compared_with=("cells_dimension_codes", *compared_with),
        named_by=dimensions,
    )


def all_total(dimensions: Sequence[str]) -> str:
    """The condition of the one cell that is the total of all."""
    return " and ".join(f"{dimension} = 'T'" for dimension in dimensions)


def shape_rules(required: Sequence[str], grain: Sequence[str], as_of: date) -> tuple[Rule, ...]:
    """Nothing missing, one row per cell, as of the run's day."""
    return (
        *(NotNull(f"{column}_given", f"{column} は空でない", column) for column in required),
        Unique("cell_once", "セルは一度だけ現れる", tuple(grain)),
        NoRows(
            "as_of_is_the_run",
            "基準日は今回の基準日である",
            f"select * from judged where as_of_date is distinct from date '{as_of}'",
        ),
    )


def _not_empty(table: CellsTable) -> Rule:
    """An empty table proves nothing, unless a dimension has no code at all: no period is over and settled yet."""
    given = "".join(
        f" and exists (select 1 from cells_dimension_codes where table_name = '{table.name}'"
        f" and dimension = '{dimension}')"
        for dimension in table.dimensions
    )
    return NoRows("table_not_empty", "表は空でない", f"select 1 where not exists (select 1 from judged){given}")


def _not_negative(column: str, label: str) -> Rule:
    return NoRows(f"{column}_not_negative", f"{label}は負でない", f"select * from judged where {column} < 0")


def adds_up(table: str, dimension: str, grain: Sequence[str], measures: Sequence[str]) -> Rule:
    """Every total and subtotal along ``dimension`` is the sum of the codes directly under it."""
    others = [column for column in grain if column != dimension]
    kept = "".join(f"judged.{column}, " for column in others)
    same = "".join(f" and sums.{column} = judged.{column}" for column in others)
    summed = ", ".join(f"sum(judged.{measure}) as {measure}" for measure in measures)
    differs = " or ".join(f"judged.{measure} is distinct from coalesce(sums.{measure}, 0)" for measure in measures)
    sql = f"""
with tree as (
  select code, coalesce(nullif(parent, ''), 'T') as parent from cells_dimension_codes
  where table_name = '{table}' and dimension = '{dimension}'),
sums as (
  select {kept}tree.parent, {summed} from judged join tree on tree.code = judged.{dimension} group by all)
select judged.* from judged left join sums on sums.parent = judged.{dimension}{same}
where judged.{dimension} in (select parent from tree union all select 'T') and ({differs})
"""
    return NoRows(f"{dimension}_adds_up", f"{dimension} の計は内訳の合計である", sql)


def _evidence_rules(table: CellsTable) -> tuple[Rule, ...]:
    """The evidence that disclosure control relies on: a wrong count of contributors would publish a person."""
    filled = " or ".join(f"{measure} <> 0" for measure in table.measures)
    return (
        *_contributor_rules(table, filled),
        NoRows(
            "largest_in_order",
            "最大・第二位の寄与額は順に並び合計を超えない",
            "select * from judged where second_largest_contributor_yen > largest_contributor_yen "
            f"or largest_contributor_yen + second_largest_contributor_yen > {table.magnitude} "
            "or second_largest_contributor_yen < 0",
        ),
        *_lone_contributor_rules(table),
        NoRows(
            "structural_zero_is_zero",
            "構造的な零は零である",
            f"select * from judged where is_structural_zero and ({filled})",
        ),
    )


def _lone_contributor_rules(table: CellsTable) -> tuple[Rule, ...]:
    if table.has_parts:
        return ()
    is_all = NoRows(
        "lone_contributor_is_all",
        "寄与者が一人なら最大額が全額である",
        f"select * from judged where contributor_count = 1 and largest_contributor_yen <> {table.magnitude}",
    )
    return (is_all,)


def _contributor_rules(table: CellsTable, filled: str) -> tuple[Rule, ...]:
    where_counted = NoRows(
        "contributors_where_counted",
        "何かが数えられていれば寄与者がいる",
        f"select * from judged where contributor_count < 0 or (contributor_count = 0) is not distinct from ({filled})",
    )
    if not table.counted_by:
        return (where_counted,)
    within = NoRows(
        f"contributors_within_{table.counted_by}",
        f"寄与者数は{table.measures[table.counted_by]}を超えない",
        f"select * from judged where contributor_count > {table.counted_by}",
    )
    return (where_counted, within)
