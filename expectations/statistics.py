"""The cells of the statistics: totals are the sums of their parts, the evidence for their protection is sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import InSet, NoRows, NotNull, Rule, Suite, Unique

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

ARREARS_TABLES = {
    "arrears_by_levy_year": (("levy_year_code", "tax_item_code"), "課税年度別滞納"),
    "arrears_by_area_age": (("area_code", "age_band_code", "tax_item_code"), "地区・年齢別滞納"),
}
MEASURES = {"debtor_count": "滞納者数", "case_count": "件数", "outstanding_yen": "未納額"}
EVIDENCE = ("contributor_count", "largest_contributor_yen", "second_largest_contributor_yen")
ACCOUNT_YEN = ("levied_yen", "collected_yen", "written_off_yen", "refund_pending_yen", "outstanding_yen")
RATES = {
    "collection_rate_gross": "collected_yen",
    "collection_rate_net": "collected_yen - refund_pending_yen",
}
ACCOUNT_GRAIN = ("accounting_year", "month_end_date", "tax_item_code", "levy_class")


def statistics_suites(as_of: date) -> tuple[Suite, ...]:
    """One suite for each table of cells."""
    return (_collection_results(as_of), *(_arrears(name, as_of) for name in ARREARS_TABLES))


def _arrears(name: str, as_of: date) -> Suite:
    """Expectations about an arrears table: debtors do not add up over tax items, cases and yen do."""
    dimensions, title_ja = ARREARS_TABLES[name]
    additive = ("case_count", "outstanding_yen")
    return Suite(
        name=f"statistics.{name}",
        table=f"cells_{name}",
        title_ja=title_ja,
        rules=(
            *_shape_rules((*dimensions, *MEASURES, *EVIDENCE), dimensions, as_of),
            *(_not_negative(column, label) for column, label in MEASURES.items()),
            *(_adds_up(name, dimension, dimensions, additive) for dimension in dimensions),
            *_evidence_rules(),
            NoRows(
                "total_is_the_mart",
                "総計は滞納の合計である",
                f"select * from judged where {_all_total(dimensions)} and outstanding_yen is distinct from "
                "(select coalesce(sum(principal_outstanding_yen), 0) from fct_arrears where overdue_days > 0)",
            ),
        ),
        compared_with=("cells_dimension_codes", "fct_arrears"),
        named_by=dimensions,
    )


def _collection_results(as_of: date) -> Suite:
    """Expectations about the city's accounts by tax item, levy class and month."""
    changing = ("tax_item_code", "levy_class")
    return Suite(
        name="statistics.collection_results",
        table="cells_collection_results",
        title_ja="収入状況",
        rules=(
            *_shape_rules((*ACCOUNT_GRAIN, *ACCOUNT_YEN), ACCOUNT_GRAIN, as_of),
            InSet("levy_class_known", "現年・滞繰・計の別がある", "levy_class", ("current", "carryover", "T")),
            NoRows(
                "identity_holds",
                "未済 = 調定 − 収入 − 欠損 + 還付未済",
                "select * from judged where outstanding_yen is distinct from "
                "levied_yen - collected_yen - written_off_yen + refund_pending_yen",
            ),
            *(_rate_is_of_its_yen(column, yen) for column, yen in RATES.items()),
            *(_adds_up("collection_results", dimension, ACCOUNT_GRAIN, ACCOUNT_YEN) for dimension in changing),
        ),
        compared_with=("cells_dimension_codes",),
        named_by=ACCOUNT_GRAIN,
    )


def _rate_is_of_its_yen(column: str, yen: str) -> Rule:
    """A rate is within its last published digit of what its yen give; without a levy there is none."""
    exact = f"cast(100 * ({yen}) as decimal(38, 10)) / nullif(levied_yen, 0)"
    return NoRows(
        f"{column}_is_of_its_yen",
        f"{column} は収入 ÷ 調定である",
        f"select * from judged where ({column} is null) is distinct from (levied_yen = 0) "
        f"or abs({column} - {exact}) >= 0.1",
    )


def _all_total(dimensions: Sequence[str]) -> str:
    return " and ".join(f"{dimension} = 'T'" for dimension in dimensions)


def _shape_rules(required: Sequence[str], grain: Sequence[str], as_of: date) -> tuple[Rule, ...]:
    """Nothing missing, one row per cell, as of the run's day, and not empty: an empty table proves nothing."""
    return (
        *(NotNull(f"{column}_given", f"{column} は空でない", column) for column in required),
        Unique("cell_once", "セルは一度だけ現れる", tuple(grain)),
        NoRows(
            "as_of_is_the_run",
            "基準日は今回の基準日である",
            f"select * from judged where as_of_date is distinct from date '{as_of}'",
        ),
        NoRows("table_not_empty", "表は空でない", "select 1 where not exists (select 1 from judged)"),
    )


def _not_negative(column: str, label: str) -> Rule:
    return NoRows(f"{column}_not_negative", f"{label}は負でない", f"select * from judged where {column} < 0")


def _adds_up(table: str, dimension: str, grain: Sequence[str], measures: Sequence[str]) -> Rule:
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


def _evidence_rules() -> tuple[Rule, ...]:
    """The evidence that disclosure control relies on: a wrong count of contributors would publish a person."""
    return (
        *_contributor_rules("select * from judged"),
        NoRows(
            "structural_zero_is_zero",
            "構造的な零は零である",
            "select * from judged where is_structural_zero and (case_count <> 0 or outstanding_yen <> 0)",
        ),
    )


def _contributor_rules(cells: str) -> tuple[Rule, ...]:
    return (
        NoRows(
            "contributors_within_debtors",
            "寄与者数は滞納者数を超えない",
            f"{cells} where contributor_count > debtor_count or contributor_count < 0",
        ),
        NoRows(
            "contributors_where_money",
            "未納額があれば寄与者がいる",
            f"{cells} where (contributor_count = 0) is distinct from (outstanding_yen = 0)",
        ),
        NoRows(
            "largest_in_order",
            "最大・第二位の寄与額は順に並び未納額を超えない",
            f"{cells} where second_largest_contributor_yen > largest_contributor_yen "
            "or largest_contributor_yen + second_largest_contributor_yen > outstanding_yen "
            "or second_largest_contributor_yen < 0",
        ),
        NoRows(
            "lone_contributor_is_all",
            "寄与者が一人なら最大額が全額である",
            f"{cells} where contributor_count = 1 and largest_contributor_yen <> outstanding_yen",
        ),
    )
