"""What the invented city's systems record agrees, row by row and yen by yen, with its channel files and its levies.

Recomputed in plain SQL from the written files alone, by this test's own rules. Does not test that the platform
computes the same; its own reconciliation does.
"""

from __future__ import annotations

from functools import cache

import duckdb
import pyarrow as pa
import pytest

from ingestion.contract import load_contract
from tests.sample_city_files import read_feed, small_city

KEY = "assessment_year, tax_item_code, ltrim(notice_no, '0'), return_class, instalment_no"
INSTALMENT = f"concat_ws('|', {KEY})"
# Final receipts of all channels: number paid, day, credited day, yen.
CHANNELS = """
create view receipts as
select payment_no, '' as barcode, paid_date as paid, credited_date as credited, paid_yen::bigint as yen, delivered
from counter_slip
union all
select payment_no, '', paid_date, credited_date, paid_yen::bigint, delivered
from common_tax_payment where processing_class = '2'
union all
select customer_no, '', if(debit_month_day <= substr(delivered, 5, 4), substr(delivered, 1, 4),
    (substr(delivered, 1, 4)::int - 1)::text) || debit_month_day as paid, paid, debit_yen::bigint, delivered
from account_transfer_result where transfer_result_code = '0'
union all
select '', substr(barcode_label, 6, 27), paid_date, remitted_date, amount_yen::bigint, delivered from convenience_store
where receipt_kind_code in ('02', '22') or (receipt_kind_code = '12' and barcode_label not in
    (select barcode_label from convenience_store where receipt_kind_code = '22'));
create view slip_lines as
select {instalment} as instalment, payment_no, substr(barcode_info, 3, 27) as barcode,
    principal_payment_yen::bigint as principal, late_charge_payment_yen::bigint as late
from payment_slip;
create view shares as
select instalment, paid, credited, yen, principal, late, delivered from receipts join slip_lines using (payment_no)
where payment_no <> ''
union all
select instalment, paid, credited, yen, principal, late, delivered from receipts join slip_lines using (barcode)
where barcode <> '';
"""
FEEDS = (
    "account_transfer",
    "account_transfer_result",
    "arrears_levy",
    "arrears_receipt",
    "carryover",
    "common_tax_payment",
    "convenience_store",
    "counter_slip",
    "demand",
    "disposition",
    "execution_stay",
    "instalment_plan",
    "instalment_plan_part",
    "levy",
    "overpayment",
    "overpayment_detail",
    "payment_slip",
    "premium_collection",
    "receipt_history",
    "refund_transfer",
    "reminder",
    "seizure",
    "treatment",
    "write_off",
)
NEWEST = "qualify row_number() over (partition by {key} order by delivered desc) = 1"


@cache
def city() -> duckdb.DuckDBPyConnection:
    """Every line of the feeds concerned, and the newest version of each record as ``newest_<feed>``."""
    connection = duckdb.connect()
    for feed in FEEDS:
        connection.register(f"{feed}_rows", pa.Table.from_pylist(read_feed(small_city().out, feed)))
        connection.execute(f"create table {feed} as select * from {feed}_rows")
        key = ", ".join(load_contract(feed).record_key)
        connection.execute(f"create view newest_{feed} as select * from {feed} {NEWEST.format(key=key)}")
    connection.execute(CHANNELS.format(instalment=INSTALMENT))
    return connection


def differences(left: str, right: str) -> list[tuple[object, ...]]:
    """Rows of one query that the other lacks, both ways; there must be rows to compare."""
    assert city().execute(f"select count(*) from ({left})").fetchall()[0][0] > 0
    return (
        city().execute(f"(({left}) except all ({right})) union all (({right}) except all ({left})) limit 5").fetchall()
    )


def test_every_share_of_a_final_receipt_stands_once_in_the_history_with_its_days() -> None:
    history = f"""select {INSTALMENT} as instalment, paid_date, credited_date from receipt_history
        where refund_appropriation_reallocation_class = '0'"""
    pensions = """select concat_ws('|', assessment_year, '61', ltrim(assessment_management_no, '0'), '', instalment_no),
        paid_date, credited_date from premium_collection where payment_method_code = '01'"""
    assert differences(history, f"select instalment, paid, credited from shares union all {pensions}") == []


def test_refunds_stand_in_the_history_as_refunds_on_the_day_of_the_decision() -> None:
    history = f"""select {INSTALMENT} as instalment, paid_date from receipt_history
        where refund_appropriation_reallocation_class = '1'"""
    key = INSTALMENT.replace("assessment_year", "o.assessment_year")
    decided = f"""select {key} as instalment, refund_decision_date
        from treatment as t join newest_overpayment as o on t.treatment_overpayment_tax_item = o.overpayment_tax_item
        and t.treatment_overpayment_year = o.overpayment_year
        and t.treatment_overpayment_serial_no = o.overpayment_serial_no"""
    assert differences(history, decided) == []


def test_levies_say_what_had_been_collected_when_they_were_delivered() -> None:
    """Instalments of joint slips are left out: which of them gets how much is asked of the platform, not of a test."""
    plain = """instalment not in (select instalment from slip_lines where payment_no in
        (select payment_no from slip_lines group by 1 having count(*) > 1))"""
    versions = f"""select {INSTALMENT} as instalment, delivered, principal_collected_yen::bigint as principal,
        late_charge_collected_yen::bigint as late, principal_overpayment_settled_yen::bigint as settled from levy"""
    stated = f"select instalment, delivered, principal + settled, late from ({versions}) where {plain}"
    late = "greatest(0, least(s.late, s.yen - s.principal))"
    paid = f"""select v.instalment, v.delivered, coalesce(sum(s.yen - {late}), 0)::bigint,
        coalesce(sum({late}), 0)::bigint
        from ({versions}) as v left join shares as s
            on v.instalment = s.instalment and left(s.delivered, 8) <= left(v.delivered, 8)
        where v.{plain} group by all"""
    assert differences(stated, paid) == []


@pytest.mark.parametrize(("feed", "flag", "kind"), [
    ("seizure", "has_seizure_flag", "04"), ("execution_stay", "has_execution_stay_flag", "03"),
])  # fmt: skip
def test_measures_of_the_arrears_file_dispositions_and_flags_are_the_same(feed: str, flag: str, kind: str) -> None:
    day = {"seizure": "seizure_date", "execution_stay": "stay_date"}[feed]
    measures = f"select {INSTALMENT}, {day} from newest_{feed}"
    dispositions = (
        f"select {INSTALMENT}, disposition_start_date from newest_disposition where disposition_type = '{kind}'"
    )
    assert differences(measures, dispositions) == []
    flagged = f"select {INSTALMENT} as instalment from newest_levy where {flag} = '1'"
    assert (
        differences(flagged, f"select {INSTALMENT} as instalment from newest_{feed} where tax_item_code <> '61'") == []
    )


def test_write_offs_are_those_of_the_levies() -> None:
    written_off = f"""select {INSTALMENT}, write_off_date, write_off_clause_code, principal_written_off_yen
        from write_off where tax_item_code <> '61'"""
    levies = f"""select {INSTALMENT}, write_off_date, write_off_reason, write_off_yen from newest_levy
        where has_write_off_flag = '1'"""
    assert differences(written_off, levies) == []


def test_what_is_carried_over_is_what_was_levied_less_what_was_paid_and_written_off() -> None:
    first = f"""select {INSTALMENT} as instalment, closing_carryover_levied_principal_yen::bigint as yen from carryover
        where carryover_year = '2023' and tax_item_code <> '61'"""
    levied = f"""select {INSTALMENT}, principal_levied_yen::bigint from levy
        where levy_year < '2023' and delivered = '20230401.001'"""
    assert (
        differences(
            first,
            f"select * from ({levied}) as l(instalment, yen) where instalment in (select instalment from ({first}))",
        )
        == []
    )


def test_overpayments_are_those_of_the_levies_and_their_refunds_are_paid_out_to_known_accounts() -> None:
    settled = f"""select {INSTALMENT}, sum(principal_refund_yen::bigint)::bigint
        from newest_overpayment join newest_overpayment_detail
        using (overpayment_tax_item, overpayment_year, overpayment_serial_no)
        where settled_date <> '' and tax_item_code <> '61' group by all"""
    levies = f"""select {INSTALMENT}, principal_overpayment_settled_yen::bigint from newest_levy
        where principal_overpayment_settled_yen <> '0'"""
    assert differences(settled, levies) == []
    numbered = "overpayment_tax_item || overpayment_year || lpad(overpayment_serial_no, 4, '0')"
    known = f"""select {numbered}, principal_refund_yen::bigint from newest_overpayment join newest_overpayment_detail
        using (overpayment_tax_item, overpayment_year, overpayment_serial_no)
        where settled_date <> '' and has_account_at_refund_decision = '1'"""
    assert differences("select customer_code_1, transfer_yen::bigint from refund_transfer", known) == []


def test_reminders_are_those_of_the_demand_feed() -> None:
    assert (
        differences(
            f"select {INSTALMENT}, reminder_issue_date from newest_reminder",
            f"select {INSTALMENT}, issue_date from demand where issue_type = '2'",
        )
        == []
    )


def test_requests_of_account_transfer_have_the_results_of_the_bank() -> None:
    results = """select data_customer_no, data_debit_yen::bigint, data_account_transfer_result_code
        from newest_account_transfer"""
    delivered = "select customer_no, debit_yen::bigint, transfer_result_code from account_transfer_result"
    assert differences(f"{results} where data_account_transfer_result_code <> ''", delivered) == []


def test_the_parts_of_a_pledge_add_up_to_it_and_are_paid_by_receipts_of_the_arrears_file() -> None:
    totals = "select plan_no, plan_total_yen::bigint, plan_part_count::bigint from newest_instalment_plan"
    parts = """select plan_no, sum(part_yen::bigint)::bigint, max(part_no::bigint)
        from newest_instalment_plan_part group by 1"""
    assert differences(totals, parts) == []
    states = city().execute("select distinct plan_state_code from newest_instalment_plan order by 1").fetchall()
    assert [state for (state,) in states] == ["1", "2", "3"]
