"""The cells of receipts, notices, refunds and write-offs: what each table shows of the marts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.cells import CellsTable, all_total, cells_suite
from expectations.rule import NoRows, Suite

if TYPE_CHECKING:
    from datetime import date

PAYMENTS = {"payment_count": "納付件数", "paid_yen": "納付額"}
FAILURES = {"failure_count": "不能件数", "failed_yen": "不能額"}
NOTICES = {"notice_count": "件数", "demanded_yen": "督促・催告額"}
BACKLOG = {
    "case_count": "過誤納件数",
    "pending_yen": "還付未済額",
    "lapsing_case_count": "時効の近い件数",
    "lapsing_yen": "時効の近い額",
}
REFUNDS = {
    "case_count": "過誤納件数",
    "overpaid_yen": "過誤納額",
    "appropriated_yen": "充当額",
    "refunded_yen": "還付額",
    "refund_interest_yen": "還付加算金",
}
WRITE_OFFS = {"case_count": "期別件数", "written_off_yen": "不納欠損額"}
PAYMENT_CHANNELS = CellsTable(
    name="payment_channels",
    title_ja="納付の経路別の収納",
    measures=PAYMENTS,
    magnitude="paid_yen",
    additive=dict.fromkeys(("tax_item_code", "channel_code", "period_code"), tuple(PAYMENTS)),
    counted_by="payment_count",
)
TRANSFER_FAILURES = CellsTable(
    name="transfer_failures",
    title_ja="口座振替の不能",
    measures=FAILURES,
    magnitude="failed_yen",
    additive=dict.fromkeys(("tax_item_code", "transfer_failure_code", "period_code"), tuple(FAILURES)),
    counted_by="failure_count",
)
RESPONSE_TO_DEMAND = CellsTable(
    name="response_to_demand",
    title_ja="督促・催告から完納まで",
    measures=NOTICES,
    magnitude="demanded_yen",
    additive=dict.fromkeys(("notice_kind_code", "days_band_code", "tax_item_code"), tuple(NOTICES)),
    counted_by="notice_count",
)
REFUND_BACKLOG = CellsTable(
    name="refund_backlog",
    title_ja="還付未済",
    measures=BACKLOG,
    magnitude="pending_yen",
    additive=dict.fromkeys(("days_band_code", "tax_item_code"), tuple(BACKLOG)),
    counted_by="case_count",
    has_parts=True,
)
REFUNDS_BY_CAUSE = CellsTable(
    name="refunds_by_cause",
    title_ja="原因別の過誤納",
    measures=REFUNDS,
    magnitude="overpaid_yen",
    additive={**dict.fromkeys(("refund_cause_code", "tax_item_code"), tuple(REFUNDS)), "fiscal_year": ()},
    has_parts=True,
)
WRITE_OFF_CLAUSES = CellsTable(
    name="write_offs",
    title_ja="条項別の不納欠損",
    measures=WRITE_OFFS,
    magnitude="written_off_yen",
    additive={**dict.fromkeys(("write_off_clause_code", "tax_item_code"), tuple(WRITE_OFFS)), "fiscal_year": ()},
    counted_by="case_count",
)
MONTHS_ARE_THE_LEDGER = NoRows(
    "months_are_the_ledger",
    "月の計は台帳の収納の合計である",
    "select judged.* from judged join ("
    "select periods.code, -coalesce(sum(entries.amount_yen), 0) as yen from cells_periods periods "
    "left join int_ledger_entries entries on entries.receipt_id is not null "
    "and coalesce(entries.credited_date, entries.effective_date) between periods.from_date and periods.to_date "
    "where periods.table_name = 'payment_channels' and periods.is_leaf group by periods.code) months "
    "on months.code = judged.period_code "
    "where tax_item_code = 'T' and channel_code = 'T' and paid_yen is distinct from months.yen",
)
DEMANDS_WERE_SENT = NoRows(
    "demands_were_sent",
    "督促の件数は発した督促を超えない",
    "select * from judged where notice_kind_code = 'demand' and days_band_code = 'T' and tax_item_code = 'T' "
    "and notice_count > (select count(*) from int_demand_notices)",
)
BACKLOG_IS_THE_MART = NoRows(
    "total_is_the_mart",
    "総計は時効前の還付未済の合計である",
    f"select * from judged where {all_total(REFUND_BACKLOG.dimensions)} and pending_yen is distinct from "
    "(select coalesce(sum(pending_yen), 0) from fct_refunds where refund_state <> 'lapsed')",
)
LAPSING_IS_PENDING = NoRows(
    "lapsing_is_pending",
    "時効の近いものは還付未済の一部である",
    "select * from judged where lapsing_case_count > case_count or lapsing_yen > pending_yen",
)
OVERPAID_IS_THE_MART = NoRows(
    "years_are_the_mart",
    "年度の計はその年度に生じた過誤納の合計である",
    "select judged.* from judged "
    "join cells_periods periods on periods.table_name = 'refunds_by_cause' and periods.code = judged.fiscal_year "
    "where refund_cause_code = 'T' and tax_item_code = 'T' and overpaid_yen is distinct from "
    "(select coalesce(sum(overpaid_yen), 0) from fct_refunds "
    "where arising_date between periods.from_date and periods.to_date)",
)
WRITE_OFFS_ARE_THE_ACCOUNTS = NoRows(
    "years_are_the_accounts",
    "年度の計は決算の不納欠損額である",
    "select * from judged where write_off_clause_code = 'T' and tax_item_code = 'T' and written_off_yen is distinct "
    "from (select coalesce(sum(greatest(written_off_yen, 0)), 0) from fct_collections "
    "where cast(accounting_year as varchar) = judged.fiscal_year)",
)


def statistics_flow_suites(as_of: date) -> tuple[Suite, ...]:
    """One suite for each of these tables."""
    return (
        cells_suite(PAYMENT_CHANNELS, as_of, (MONTHS_ARE_THE_LEDGER,), ("cells_periods", "int_ledger_entries")),
        cells_suite(TRANSFER_FAILURES, as_of, (), ()),
        cells_suite(RESPONSE_TO_DEMAND, as_of, (DEMANDS_WERE_SENT,), ("int_demand_notices",)),
        cells_suite(REFUND_BACKLOG, as_of, (BACKLOG_IS_THE_MART, LAPSING_IS_PENDING), ("fct_refunds",)),
        cells_suite(REFUNDS_BY_CAUSE, as_of, (OVERPAID_IS_THE_MART,), ("cells_periods", "fct_refunds")),
        cells_suite(WRITE_OFF_CLAUSES, as_of, (WRITE_OFFS_ARE_THE_ACCOUNTS,), ("fct_collections",)),
    )
