"""Channels against the city's own records: no difference that the city has not accepted, and none that is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import InSet, NoRows, NotNull, Suite, Unique

if TYPE_CHECKING:
    from datetime import date

CAUSES = ("missing_in_history", "missing_in_channels", "day_differs", "yen_differs", "collected_total_differs")
REQUIRED = {
    "difference_id": "差の番号",
    "instalment_id": "期別番号",
    "cause": "差の原因",
    "source_feed": "差のある記録のフィード",
    "is_accepted": "承認の有無",
    "source_file_no": "元ファイル",
    "source_line_no": "元の行",
}
NOT_ACCEPTED_BY_THE_CITY = """
select judged.* from judged
anti join (select * from raw_accepted_differences where valid_until >= date '{as_of}') accepted
  on judged.cause = accepted.cause and judged.source_feed = accepted.feed
where is_accepted
"""
# Independent of how the mart compares: a levy record cannot state more than was ever paid by the day of its delivery.
STATED_BEYOND_ALL_RECEIPTS = """
with stated as (
  select instalment_id, max(delivery_date) as delivery_date,
    arg_max(principal_collected_yen, row(delivery_date, delivery_seq, source_file_no, source_line_no)) as yen
  from raw_levy where principal_collected_yen is not null and delivery_date <= date '{as_of}' group by 1),
received as (
  select instalment_id, -sum(amount_yen) as yen from int_ledger_entries join stated using (instalment_id)
  where component = 'principal' and kind in ('receipt', 'receipt_correction') and effective_date <= delivery_date
  group by 1)
select instalment_id from stated left join received using (instalment_id)
anti join judged using (instalment_id)
where stated.yen > coalesce(received.yen, 0)
"""


def reconciliation_suite(as_of: date) -> Suite:
    """Expectations about ``fct_receipt_differences``: tolerance is zero; what the city accepts stays listed."""
    return Suite(
        name="reconciliation",
        table="fct_receipt_differences",
        title_ja="照合",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            InSet("cause_known", "差の原因は定められた語である", "cause", CAUSES),
            Unique("difference_once", "差の番号は重ならない", ("difference_id",)),
            NoRows("no_open_difference", "承認されていない差はない", "select * from judged where not is_accepted"),
            NoRows(
                "acceptance_is_the_citys",
                "承認は市の設定にあり、期限内である",
                NOT_ACCEPTED_BY_THE_CITY.format(as_of=as_of),
            ),
            NoRows(
                "yen_are_different",
                "額の差は額が違う",
                "select * from judged where cause in ('yen_differs', 'collected_total_differs') "
                "and ledger_yen is not distinct from stated_yen",
            ),
            NoRows(
                "no_hidden_collected_total",
                "収入額を超える調定の収入額はすべて載っている",
                STATED_BEYOND_ALL_RECEIPTS.format(as_of=as_of),
            ),
        ),
        compared_with=("raw_accepted_differences", "raw_levy", "int_ledger_entries", "feed_files"),
    )
