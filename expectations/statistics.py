"""The cells of the statistics: what each table shows of the marts, beyond what is expected of every table of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.cells import CellsTable, adds_up, all_total, cells_suite, shape_rules
from expectations.rule import InSet, NoRows, Rule, Suite

if TYPE_CHECKING:
    from datetime import date

DEBTORS = {"debtor_count": "滞納者数"}
ARREARS = {"case_count": "件数", "outstanding_yen": "未納額"}
ARREARS_TABLES = (
    CellsTable(
        name="arrears_by_levy_year",
        title_ja="課税年度別滞納",
        measures=DEBTORS | ARREARS,
        magnitude="outstanding_yen",
        additive={"levy_year_code": tuple(ARREARS), "tax_item_code": tuple(ARREARS)},
        counted_by="debtor_count",
    ),
    CellsTable(
        name="arrears_by_area_age",
        title_ja="地区・年齢別滞納",
        measures=DEBTORS | ARREARS,
        magnitude="outstanding_yen",
        additive={
            "area_code": (*DEBTORS, *ARREARS),
            "age_band_code": (*DEBTORS, *ARREARS),
            "tax_item_code": tuple(ARREARS),
        },
        counted_by="debtor_count",
    ),
    CellsTable(
        name="arrears_by_amount",
        title_ja="金額階層別滞納",
        measures=DEBTORS | ARREARS,
        magnitude="outstanding_yen",
        additive={"amount_band_code": (*DEBTORS, *ARREARS), "tax_item_code": tuple(ARREARS)},
        counted_by="debtor_count",
    ),
    CellsTable(
        name="arrears_by_state",
        title_ja="整理の状態別滞納",
        measures=ARREARS,
        magnitude="outstanding_yen",
        additive={"arrears_state_code": tuple(ARREARS), "tax_item_code": tuple(ARREARS)},
        counted_by="case_count",
    ),
    CellsTable(
        name="prescription_ahead",
        title_ja="時効・停止満了予定",
        measures=ARREARS,
        magnitude="outstanding_yen",
        additive={"months_ahead_code": tuple(ARREARS), "tax_item_code": tuple(ARREARS)},
        counted_by="case_count",
    ),
)
PAID_DAYS = (30, 60, 90)
PAID = {f"paid_in_{days}_days_count": f"{days}日以内の完納件数" for days in PAID_DAYS}
NEW = {"case_count": "件数", "overdue_yen": "滞納となった額", **PAID}
NEW_DEBTORS = CellsTable(
    name="new_debtors",
    title_ja="新しい滞納者",
    measures={"debtor_count": "新しい滞納者数", **NEW},
    magnitude="overdue_yen",
    additive={"tax_item_code": tuple(NEW), "period_code": ("debtor_count", *NEW)},
    counted_by="debtor_count",
    has_parts=True,
)
DISPOSED = {"seizure_count": "差押件数", "release_count": "解除件数", "distributed_yen": "配当額"}
DISPOSITIONS = CellsTable(
    name="dispositions",
    title_ja="滞納処分",
    measures=DISPOSED,
    magnitude="distributed_yen",
    additive={"property_kind_code": tuple(DISPOSED), "fiscal_year": ()},
    has_parts=True,
)
ACCOUNT_YEN = ("levied_yen", "collected_yen", "written_off_yen", "refund_pending_yen", "outstanding_yen")
RATES = {
    "collection_rate_gross": "collected_yen",
    "collection_rate_net": "collected_yen - refund_pending_yen",
}
ACCOUNT_GRAIN = ("accounting_year", "month_end_date", "tax_item_code", "levy_class")
# The cells of a month, all tax items together, beside its days.
BEGUN = """
from judged join cells_periods periods
  on periods.table_name = 'new_debtors' and periods.is_leaf and periods.code = judged.period_code
where judged.tax_item_code = 'T'
"""
IN_MONTH = "spells.overdue_from_date between periods.from_date and periods.to_date"
SEIZED = """
select case_no, min(from_date) as from_date, case when count(*) = count(to_date) then max(to_date) end as to_date
from fct_case_history where case_kind = 'seizure' and addressee_key is not null group by case_no
"""
OF_YEAR = "between periods.from_date and periods.to_date"
DISPOSITIONS_OF_THE_HISTORY = f"""
select judged.* from judged join cells_periods periods
  on periods.table_name = 'dispositions' and periods.is_leaf and periods.code = judged.fiscal_year
where judged.property_kind_code = 'T' and (
  seizure_count <> (select count(*) from ({SEIZED}) s where s.from_date {OF_YEAR})
  or release_count <> (select count(*) from ({SEIZED}) s where s.to_date {OF_YEAR})
  or distributed_yen <> (select coalesce(sum(h.case_yen), 0) from fct_case_history h
    where h.case_kind = 'distribution' and h.addressee_key is not null and h.from_date {OF_YEAR}))
"""


def statistics_suites(as_of: date) -> tuple[Suite, ...]:
    """One suite for each table of cells."""
    return (
        _collection_results(as_of),
        *(_arrears(table, as_of) for table in ARREARS_TABLES),
        _new_debtors(as_of),
        _dispositions(as_of),
    )


def _arrears(table: CellsTable, as_of: date) -> Suite:
    """Expectations about an arrears table: debtors add up only where each has one code, cases and yen always do."""
    total_is_the_mart = NoRows(
        "total_is_the_mart",
        "総計は滞納の合計である",
        f"select * from judged where {all_total(table.dimensions)} and outstanding_yen is distinct from "
        "(select coalesce(sum(principal_outstanding_yen), 0) from fct_arrears where overdue_days > 0)",
    )
    return cells_suite(table, as_of, (total_is_the_mart,), ("fct_arrears",))


def _new_debtors(as_of: date) -> Suite:
    """Expectations about new debtors: nobody is new twice or forgotten, and later days see at least as many paid."""
    begun = f"select spells.person_key from cells_overdue_spells spells where {IN_MONTH}"
    never_before = "select person_key, min(overdue_from_date) as overdue_from_date from cells_overdue_spells group by 1"
    steps = " or ".join(
        f"{earlier} > {later}" for earlier, later in zip(PAID, (*tuple(PAID)[1:], "case_count"), strict=True)
    )
    rules = (
        NoRows("paid_in_order", "完納件数は日数とともに増え件数を超えない", f"select * from judged where {steps}"),
        NoRows(
            "new_among_those_in_arrears",
            "新しい滞納者はその月に滞納となった人の一部である",
            f"select judged.* {BEGUN} and debtor_count > (select count(distinct person_key) from ({begun}))",
        ),
        NoRows(
            "first_arrears_are_new",
            "初めて滞納となった人は新しい滞納者である",
            f"select judged.* {BEGUN} and debtor_count < "
            f"(select count(*) from ({never_before}) spells where {IN_MONTH})",
        ),
        NoRows(
            "open_arrears_have_a_spell",
            "残っている滞納はすべて滞納の始まりを持つ",
            "select arrears.instalment_id from fct_arrears arrears "
            "where arrears.principal_outstanding_yen > 0 and not exists (select 1 from cells_overdue_spells spells "
            "where spells.instalment_id = arrears.instalment_id and spells.settled_date is null)",
        ),
    )
    return cells_suite(NEW_DEBTORS, as_of, rules, ("cells_periods", "cells_overdue_spells", "fct_arrears"))


def _dispositions(as_of: date) -> Suite:
    """Expectations about dispositions: the totals of a year are those of the arrears cases' history."""
    as_in_history: tuple[Rule, ...] = (
        NoRows("total_is_the_history", "計は滞納整理の経過の件数・金額である", DISPOSITIONS_OF_THE_HISTORY),
    )
    return cells_suite(DISPOSITIONS, as_of, as_in_history, ("cells_periods", "fct_case_history"))


def _collection_results(as_of: date) -> Suite:
    """Expectations about the city's accounts by tax item, levy class and month."""
    changing = ("tax_item_code", "levy_class")
    return Suite(
        name="statistics.collection_results",
        table="cells_collection_results",
        title_ja="収入状況",
        rules=(
            *shape_rules((*ACCOUNT_GRAIN, *ACCOUNT_YEN), ACCOUNT_GRAIN, as_of),
            NoRows("table_not_empty", "表は空でない", "select 1 where not exists (select 1 from judged)"),
            InSet("levy_class_known", "現年・滞繰・計の別がある", "levy_class", ("current", "carryover", "T")),
            NoRows(
                "identity_holds",
                "未済 = 調定 − 収入 − 欠損 + 還付未済",
                "select * from judged where outstanding_yen is distinct from "
                "levied_yen - collected_yen - written_off_yen + refund_pending_yen",
            ),
            *(_rate_is_of_its_yen(column, yen) for column, yen in RATES.items()),
            *(adds_up("collection_results", dimension, ACCOUNT_GRAIN, ACCOUNT_YEN) for dimension in changing),
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
