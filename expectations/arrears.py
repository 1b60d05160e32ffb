"""The arrears mart: it owes what the ledger owes, as of the day, and nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import InSet, NoRows, NotNull, Suite, Unique

if TYPE_CHECKING:
    from datetime import date

REQUIRED = {
    "instalment_id": "期別番号",
    "addressee_key": "納税義務者の鍵",
    "tax_item_code": "税目",
    "levy_year": "調定年度",
    "due_date": "納期限",
    "statutory_due_date": "法定納期限",
    "principal_levied_yen": "本税調定額",
    "principal_collected_yen": "本税収入額",
    "principal_outstanding_yen": "本税未納額",
    "late_charge_accrued_yen": "延滞金",
    "overdue_days": "延滞日数",
    "arrears_state": "滞納の状態",
}
STATES = (
    "seizure",
    "conversion_grace",
    "execution_stay",
    "collection_grace",
    "entrusted",
    "delivery_demand",
    "instalment_pledge",
    "other",
)
BALANCES = """
(select instalment_id, greatest(sum(amount_yen), 0) as owed_yen from int_ledger_entries
 where component = 'principal' and effective_date <= date '{as_of}' group by 1)
"""
AS_IN_LEDGER = """
select judged.* from judged left join {balances} ledger using (instalment_id)
where judged.principal_outstanding_yen is distinct from coalesce(ledger.owed_yen, 0)
"""
NOT_LISTED = """
select instalment_id from {balances} ledger join int_instalments using (instalment_id)
anti join judged using (instalment_id)
where owed_yen > 0 and due_date < date '{as_of}'
"""
OTHER_LAW = "select * from judged where law_version is distinct from (select law_version from int_law_version)"
ABOVE_SEGMENTS = """
select judged.* from judged
left join (select instalment_id, sum(amount_yen) as segments_yen from fct_late_charge_segments group by 1) segments
  using (instalment_id)
where judged.late_charge_accrued_yen > coalesce(segments.segments_yen, 0)
"""


def arrears_suite(as_of: date) -> Suite:
    """Expectations about ``fct_arrears``."""
    return Suite(
        name="arrears",
        table="fct_arrears",
        title_ja="滞納",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            InSet("levy_class_known", "現年・滞繰の別がある", "levy_class", ("current", "carryover")),
            InSet("arrears_state_known", "滞納の状態は定められた語である", "arrears_state", STATES),
            Unique("instalment_once", "期別は一度だけ現れる", ("instalment_id",)),
            *_amount_rules(),
            *_ledger_rules(BALANCES.format(as_of=as_of), as_of),
            *_day_rules(as_of),
            NoRows("law_version_is_the_run", "法令の版は今回の版である", OTHER_LAW),
            NoRows(
                "addressee_known",
                "納税義務者が存在する",
                "select judged.* from judged anti join dim_addressee using (addressee_key)",
            ),
        ),
        compared_with=(
            "int_ledger_entries",
            "int_instalments",
            "fct_late_charge_segments",
            "dim_addressee",
            "int_law_version",
        ),
    )


def _amount_rules() -> tuple[NoRows, ...]:
    negative = "select * from judged where {} < 0"
    return (
        NoRows("principal_not_negative", "本税未納額は負でない", negative.format("principal_outstanding_yen")),
        NoRows("late_charge_not_negative", "延滞金は負でない", negative.format("late_charge_accrued_yen")),
        NoRows("demand_fee_not_negative", "督促手数料は負でない", negative.format("demand_fee_outstanding_yen")),
        NoRows("late_charge_within_segments", "延滞金は区間の合計を超えない", ABOVE_SEGMENTS),
    )


def _ledger_rules(balances: str, as_of: date) -> tuple[NoRows, ...]:
    return (
        NoRows("principal_as_in_ledger", "本税未納額は元帳の残高である", AS_IN_LEDGER.format(balances=balances)),
        NoRows(
            "no_debt_missing",
            "納期限を過ぎた残高はすべて載っている",
            NOT_LISTED.format(balances=balances, as_of=as_of),
        ),
    )


def _day_rules(as_of: date) -> tuple[NoRows, ...]:
    return (
        NoRows(
            "as_of_is_the_run",
            "基準日は今回の基準日である",
            f"select * from judged where as_of_date is distinct from date '{as_of}'",
        ),
        NoRows(
            "overdue_days_counted",
            "延滞日数は納期限の翌日から数えている",
            f"select * from judged where overdue_days <= 0 or overdue_days is distinct from date '{as_of}' - due_date",
        ),
    )
