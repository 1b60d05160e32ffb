"""The refund mart: what was paid too much is appropriated, refunded or still pending, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import NoRows, NotNull, Suite, Unique

if TYPE_CHECKING:
    from datetime import date

REQUIRED = {
    "overpayment_id": "過誤納番号",
    "instalment_id": "期別番号",
    "addressee_key": "納税義務者の鍵",
    "cause": "過誤納の事由",
    "arising_date": "発生日",
    "overpaid_yen": "過誤納額",
    "appropriated_yen": "充当額",
    "refunded_yen": "還付額",
    "pending_yen": "還付未済額",
    "refund_state": "還付の状態",
}
SIGNS = {
    "appropriated_yen": "充当額",
    "refunded_yen": "還付額",
    "pending_yen": "還付未済額",
    "refund_interest_yen": "還付加算金",
}


PENDING_AS_IN_LEDGER = """
with overpaid as (
  select instalment_id, greatest(-sum(amount_yen), 0) as yen from int_ledger_entries
  where component = 'principal' and effective_date <= date '{as_of}' group by 1),
pending as (
  select instalment_id, sum(pending_yen) as yen from judged where component = 'principal' group by 1)
select instalment_id from overpaid full join pending using (instalment_id)
where coalesce(overpaid.yen, 0) <> coalesce(pending.yen, 0)
"""


def refunds_suite(as_of: date) -> Suite:
    """Expectations about ``fct_refunds``."""
    return Suite(
        name="refunds",
        table="fct_refunds",
        title_ja="過誤納・還付",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            Unique("overpayment_once", "過誤納番号は重ならない", ("overpayment_id",)),
            NoRows("overpaid_positive", "過誤納額は正である", "select * from judged where overpaid_yen <= 0"),
            *(
                NoRows(f"{column}_not_negative", f"{label}は負でない", f"select * from judged where {column} < 0")
                for column, label in SIGNS.items()
            ),
            *_settlement_rules(as_of),
        ),
        compared_with=("int_instalments", "int_ledger_entries"),
    )


def _settlement_rules(as_of: date) -> tuple[NoRows, ...]:
    """What became of an overpayment adds up, agrees with the ledger, and belongs to an instalment."""
    return (
        NoRows(
            "parts_add_up",
            "過誤納額は充当・還付・未済の合計である",
            "select * from judged where overpaid_yen is distinct from appropriated_yen + refunded_yen + pending_yen",
        ),
        NoRows(
            "pending_as_in_ledger",
            "本税の還付未済額は元帳の納め過ぎである",
            PENDING_AS_IN_LEDGER.format(as_of=as_of),
        ),
        NoRows(
            "no_interest_outside_its_period",
            "加算金は始期より前に生じない",
            "select * from judged where interest_start_date > interest_end_date and refund_interest_yen <> 0",
        ),
        NoRows(
            "instalment_known",
            "期別が存在する",
            "select judged.* from judged anti join int_instalments using (instalment_id)",
        ),
    )
