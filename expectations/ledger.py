"""The ledger: every yen of the feeds, once, signed, traceable to its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import InSet, NoRows, NotNull, Suite, Unique

if TYPE_CHECKING:
    from datetime import date

COMPONENTS = ("principal", "late_charge", "demand_fee", "additional_charge")
KINDS = ("levy", "reassessment", "receipt", "receipt_correction", "appropriation", "refund", "write_off")
REQUIRED = {
    "ledger_entry_id": "元帳番号",
    "instalment_id": "期別番号",
    "component": "科目",
    "kind": "仕訳の種類",
    "effective_date": "効力日",
    "accounting_year": "会計年度",
    "amount_yen": "金額",
    "source_file_no": "元ファイル",
    "source_line_no": "元の行",
}
LEVIED_AS_DELIVERED = """
with versions as (
  select instalment_id, principal_levied_yen as yen, delivery_date, delivery_seq, source_file_no, source_line_no
  from raw_levy
  union all
  select instalment_id, premium_instalment_split_yen, delivery_date, delivery_seq, source_file_no, source_line_no
  from raw_premium_assessment),
told as (
  select * from versions
  union all
  select v.instalment_id, 0, e.delivery_date, e.delivery_seq, e.ended_by_file_no, 0
  from versions v join ended_records e using (source_file_no, source_line_no)),
delivered as (
  select instalment_id, arg_max(yen, row(delivery_date, delivery_seq, source_file_no, source_line_no)) as yen
  from told group by 1),
entered as (
  select instalment_id, sum(amount_yen) as yen from judged
  where component = 'principal' and kind in ('levy', 'reassessment') group by 1)
select instalment_id from delivered full join entered using (instalment_id)
where coalesce(delivered.yen, 0) <> coalesce(entered.yen, 0)
"""
RECEIVED_AS_REPORTED = """
with entered as (select receipt_id, -sum(amount_yen) as yen from judged where receipt_id is not null group by 1)
select source_file_no, source_line_no from int_receipts
left join entered using (receipt_id)
left join (select receipt_id, unidentified_yen as yen from fct_unidentified_receipts) listed using (receipt_id)
where is_money and paid_date <= date '{as_of}'
  and coalesce(entered.yen, 0) + coalesce(listed.yen, 0) is distinct from amount_yen
"""
# What an instalment owes at the end of a day: a decision may take away what is owed, or give back what is not.
OWED_AFTER = """
with days as (
  select instalment_id, effective_date, sum(sum(amount_yen)) over (
    partition by instalment_id order by effective_date) as owed_yen
  from judged where component = 'principal' group by instalment_id, effective_date)
select judged.* from judged join days using (instalment_id, effective_date)
where judged.component = 'principal' and judged.kind = '{kind}' and {too_much}
"""


def ledger_suite(as_of: date) -> Suite:
    """Expectations about ``int_ledger_entries``."""
    return Suite(
        name="ledger",
        table="int_ledger_entries",
        title_ja="元帳",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            InSet("component_known", "科目は定められた語である", "component", COMPONENTS),
            InSet("kind_known", "仕訳の種類は定められた語である", "kind", KINDS),
            Unique("entry_once", "元帳番号は重ならない", ("ledger_entry_id",)),
            *_sign_rules(),
            *_origin_rules(),
            NoRows("levied_as_delivered", "調定は届いた最新の額である", LEVIED_AS_DELIVERED),
            NoRows(
                "received_as_reported",
                "収入は報告どおり充てられるか未確認に載る",
                RECEIVED_AS_REPORTED.format(as_of=as_of),
            ),
            NoRows(
                "write_off_within_what_is_owed",
                "不納欠損はその日の未納額を超えない",
                OWED_AFTER.format(kind="write_off", too_much="judged.amount_yen < 0 and owed_yen < 0"),
            ),
            NoRows(
                "refund_within_what_is_overpaid",
                "還付・充当はその日の納め過ぎを超えない",
                OWED_AFTER.format(kind="refund", too_much="judged.amount_yen > 0 and owed_yen > 0"),
            ),
        ),
        compared_with=(
            "int_instalments",
            "int_receipts",
            "fct_unidentified_receipts",
            "raw_levy",
            "raw_premium_assessment",
            "ended_records",
            "feed_files",
        ),
    )


def _sign_rules() -> tuple[NoRows, ...]:
    """Levies owe, receipts settle: a wrong sign doubles a debt instead of clearing it. Corrections may go back."""
    net = (
        "select instalment_id from judged where kind in ({}) group by instalment_id, component "
        "having sum(amount_yen) {} 0"
    )
    return (
        NoRows("levied_not_negative", "調定の合計は負でない", net.format("'levy', 'reassessment'", "<")),
        NoRows(
            "received_not_positive",
            "収入の合計は正でない",
            net.format("'receipt', 'receipt_correction'", ">"),
        ),
        NoRows("refunded_not_negative", "還付の合計は負でない", net.format("'refund'", "<")),
        NoRows("written_off_not_positive", "不納欠損の合計は正でない", net.format("'write_off'", ">")),
    )


def _origin_rules() -> tuple[NoRows, ...]:
    """Each entry stands in a loaded file and belongs to a known instalment."""
    return (
        NoRows(
            "entry_has_a_loaded_file",
            "元ファイルは取り込まれている",
            "select judged.* from judged anti join "
            "(select file_no from feed_files where file_status = 'loaded') loaded "
            "on loaded.file_no = judged.source_file_no",
        ),
        NoRows(
            "entry_has_an_instalment",
            "期別が存在する",
            "select judged.* from judged anti join int_instalments using (instalment_id)",
        ),
    )
