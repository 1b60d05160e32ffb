"""A ledger, marts and cells of forty instalments that agree with each other, and a fault for each expectation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from ingestion.warehouse import CONTROL_TABLES
from tests.small_cells import CELL_FAULTS, create_small_cells
from tests.small_feeds import Fault, create_file_ledger, file_name, file_statement
from tests.small_flow_cells import FLOW_CELLS, FLOW_FAULTS

if TYPE_CHECKING:
    import duckdb

AS_OF = date(2025, 5, 31)
COUNT = 40
LEDGER_AND_MARTS = f"""
create or replace table numbers as select i::integer as row_no from range(1, {COUNT + 1}) t(i);
create or replace macro hashed(letter, n) as letter || substr(sha256(letter || n), 1, 20);
create or replace table int_instalments as
  select row_no, hashed('I', row_no) as instalment_id, date '2025-03-31' as due_date from numbers;
-- Every instalment is levied 1,000 yen in line n; even ones are paid 400, those of 31 and more are paid 1,250.
create or replace table int_ledger_entries as
  select row_no, hashed('L', row_no) as ledger_entry_id, instalment_id, 'principal' as component, 'levy' as kind,
    date '2025-03-01' as effective_date, 2024 as accounting_year, 1000::bigint as amount_yen,
    null::varchar as receipt_id, 1 as source_file_no, row_no as source_line_no, null::date as credited_date
  from int_instalments
  union all
  select 100 + row_no, hashed('R', row_no), instalment_id, 'principal', 'receipt', date '2025-04-10', 2024,
    case when row_no > 30 then -1250 else -400 end, 'r' || row_no, 1, 100 + row_no, null
  from int_instalments where row_no % 2 = 0 or row_no > 30;
create or replace table int_receipts as
  select receipt_id, -amount_yen as amount_yen, true as is_money, effective_date as paid_date,
    source_file_no, source_line_no
  from int_ledger_entries where kind = 'receipt'
  union all
  select 'lost', 77, true, date '2025-04-20', 1, 300;
create or replace table fct_unidentified_receipts as
  select receipt_id, amount_yen as unidentified_yen from int_receipts where receipt_id = 'lost';
create or replace table balances as
  select row_no, instalment_id, sum(amount_yen)::bigint as yen from int_instalments
  join (select instalment_id, amount_yen from int_ledger_entries) using (instalment_id) group by all;
create or replace table raw_levy as
  select instalment_id, 1000::bigint as principal_levied_yen, null::bigint as principal_collected_yen,
    date '2025-03-01' as delivery_date,
    1 as delivery_seq, 1 as source_file_no, row_no as source_line_no from int_instalments where row_no <= 20;
create or replace table raw_premium_assessment as
  select instalment_id, 1000::bigint as premium_instalment_split_yen, date '2025-03-01' as delivery_date,
    1 as delivery_seq, 1 as source_file_no, row_no as source_line_no from int_instalments where row_no > 20;
-- Differences of every cause, all of them accepted.
insert into raw_accepted_differences
  select cause, 'counter_slip', date '2025-12-31', 'known' from (
    select unnest(['missing_in_history', 'missing_in_channels', 'day_differs', 'yen_differs']) as cause);
create or replace table fct_receipt_differences as
  select row_no, hashed('D', row_no) as difference_id, instalment_id,
    case when row_no % 2 = 0 then 'yen_differs' else 'day_differs' end as cause, 'counter_slip' as source_feed,
    400 as ledger_yen, 300 as stated_yen, true as is_accepted, 1 as source_file_no, row_no as source_line_no
  from int_instalments;
create or replace table int_case_periods as
  select row_no, instalment_id, 'C' || row_no as case_no, 'seizure' as case_kind, date '2025-04-15' as from_date,
    null::date as to_date, 1 as source_file_no, row_no as source_line_no
  from int_instalments;
create or replace table int_refund_treatments as
  select row_no, 'N' || row_no as overpayment_no, 1 as treatment_history_seq, instalment_id,
    'appropriation' as treatment_kind, date '2025-04-25' as decision_date, 20 as settled_yen,
    instalment_id as target_instalment_id, date '2025-04-20' as eligible_date, 15 as to_principal_yen,
    5 as to_late_charge_yen, 0 as to_additional_charge_yen, 0 as to_demand_fee_yen, 1 as source_file_no,
    row_no as source_line_no
  from int_instalments;
create or replace table areas as select unnest(['01', '00']) as area_code;
create or replace table age_bands as select unnest(['A30', 'UNK']) as age_band_code;
create or replace table dim_addressee as
  select row_no, hashed('A', row_no) as addressee_key, '01' as area_code, 'A30' as age_band_code,
    'single' as household_kind, hashed('H', row_no) as holding_key from numbers;
create or replace table fct_late_charge_segments as
  select instalment_id, 12 as amount_yen from int_instalments;
create or replace table int_law_version as select 'V1' as law_version;
create or replace table fct_arrears as
  select row_no, date '{AS_OF}' as as_of_date, instalment_id, hashed('A', row_no) as addressee_key,
    '31' as tax_item_code, 2024 as levy_year, 'carryover' as levy_class, date '2025-03-31' as due_date,
    date '2025-03-31' as statutory_due_date, 1000 as principal_levied_yen, 1000 - yen as principal_collected_yen,
    yen as principal_outstanding_yen, 0 as late_charge_accrued_yen, 0 as demand_fee_outstanding_yen,
    date '{AS_OF}' - date '2025-03-31' as overdue_days, 'other' as arrears_state, 'V1' as law_version
  from balances where yen > 0;
create or replace table fct_refunds as
  select row_no - 30 as row_no, hashed('O', row_no) as overpayment_id, instalment_id,
    hashed('A', row_no) as addressee_key, 'principal' as component, 'mistake' as cause,
    date '2025-04-10' as arising_date,
    -yen + 50 as overpaid_yen, 20 as appropriated_yen, 30 as refunded_yen, -yen as pending_yen,
    date '2025-05-10' as interest_start_date, date '2025-05-20' as interest_end_date, 0 as refund_interest_yen,
    'partly_settled' as refund_state
  from balances where yen < 0;
create or replace table fct_collections as
  select row_no, instalment_id, 2024 as accounting_year, 'current' as levy_class, 1000 as levied_yen,
    1000 - yen as collected_yen, 0 as written_off_yen, greatest(-yen, 0) as refund_pending_yen,
    greatest(yen, 0) as outstanding_yen, 'V1' as law_version
  from balances;
"""


def create_small_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Everything healthy, made anew."""
    for table in CONTROL_TABLES:
        connection.execute(f"drop table if exists {table}")
    create_file_ledger(connection)
    connection.execute(file_statement(1, "levy", {}))
    connection.execute(LEDGER_AND_MARTS)
    create_small_cells(connection, AS_OF)
    connection.execute(FLOW_CELLS)


def line(*numbers: int) -> tuple[str, ...]:
    """Places in file 1."""
    return tuple(f"{file_name(1)} line {number}" for number in numbers)


def _row(table: str, damage: str, row_no: int, *places: str) -> Fault:
    return Fault(f"update {table} set {damage} where row_no = {row_no}", places or line(row_no))


def _twin(table: str, row_no: int, *places: str) -> Fault:
    return Fault(f"insert into {table} select * from {table} where row_no = {row_no}", places or line(row_no))


def _entry(kind: str, yen: int, row_no: int) -> Fault:
    """Another entry of an instalment, in a line of its own file order but after the levy's."""
    return Fault(
        "insert into int_ledger_entries select 500 + row_no, hashed('X', row_no), instalment_id, 'principal', "
        f"'{kind}', date '2025-04-20', 2024, {yen}, null, 1, 500 + row_no, null from int_instalments "
        f"where row_no = {row_no}",
        line(row_no),
    )


LEDGER = {
    "entry_once": _twin("int_ledger_entries", 2),
    "levied_not_negative": _entry("reassessment", -1001, 3),
    "received_not_positive": _entry("receipt_correction", 1, 5),
    "refunded_not_negative": _entry("refund", -1, 7),
    "written_off_not_positive": _entry("write_off", 1, 9),
    "entry_has_a_loaded_file": _row(
        "int_ledger_entries", "source_file_no = 99", 11, "file no. 99 (not in feed_files) line 11"
    ),
    "entry_has_an_instalment": Fault("delete from int_instalments where row_no = 13", line(13)),
    "levied_as_delivered": Fault("update raw_levy set principal_levied_yen = 999 where source_line_no = 1", line(1)),
    "received_as_reported": Fault("delete from fct_unidentified_receipts", line(300)),
    "write_off_within_what_is_owed": replace(_entry("write_off", -1001, 15), places=line(515)),
    "refund_within_what_is_overpaid": replace(_entry("refund", 1, 17), places=line(517)),
}
CASES = {
    "instalment_known": Fault("delete from int_instalments where row_no = 2", line(2)),
    "case_begins_before_it_ends": _row("int_case_periods", "to_date = date '2025-04-01'", 3),
    "pledges_do_not_overlap": Fault(
        "update int_case_periods set case_kind = 'instalment_pledge', to_date = date '2025-05-31' where row_no = 4; "
        "insert into int_case_periods select 50, instalment_id, 'D', case_kind, to_date, null, 1, 50 "
        "from int_case_periods where row_no = 4",
        line(50),
    ),
}
TREATMENTS = {
    "overpayment_known": _row("int_refund_treatments", "instalment_id = null", 2),
    "target_known": Fault("delete from int_instalments where row_no = 3", line(3)),
    "parts_add_up": _row("int_refund_treatments", "to_late_charge_yen = 6", 4),
    "yen_not_negative": _row("int_refund_treatments", "treatment_kind = 'refund', settled_yen = -1", 5),
}
RECONCILIATION = {
    "difference_once": _twin("fct_receipt_differences", 1),
    "no_open_difference": _row("fct_receipt_differences", "is_accepted = false", 2),
    "acceptance_is_the_citys": _row("fct_receipt_differences", "source_feed = 'receipt_history'", 3),
    "yen_are_different": _row("fct_receipt_differences", "stated_yen = 400", 4),
    "no_hidden_collected_total": Fault(
        "delete from fct_receipt_differences where row_no = 5; "
        "update raw_levy set principal_collected_yen = 1 where source_line_no = 5",
        line(5),
    ),
}
ARREARS = {
    "instalment_once": _twin("fct_arrears", 1),
    "principal_not_negative": _row("fct_arrears", "principal_outstanding_yen = -1", 2),
    "late_charge_not_negative": _row("fct_arrears", "late_charge_accrued_yen = -1", 3),
    "demand_fee_not_negative": _row("fct_arrears", "demand_fee_outstanding_yen = -1", 4),
    "late_charge_within_segments": _row("fct_arrears", "late_charge_accrued_yen = 13", 5),
    "principal_as_in_ledger": _row("fct_arrears", "principal_outstanding_yen = 601", 6),
    "no_debt_missing": Fault("delete from fct_arrears where row_no = 7", line(7)),
    "as_of_is_the_run": _row("fct_arrears", "as_of_date = date '2025-05-30'", 8),
    "law_version_is_the_run": _row("fct_arrears", "law_version = 'V0'", 11),
    "overdue_days_counted": _row("fct_arrears", "overdue_days = overdue_days + 1", 9),
    "addressee_known": Fault("delete from dim_addressee where row_no = 10", line(10)),
}
REFUNDS = {
    "overpayment_once": _twin("fct_refunds", 1, *line(31)),
    "overpaid_positive": _row("fct_refunds", "overpaid_yen = 0", 2, *line(32)),
    "appropriated_yen_not_negative": _row("fct_refunds", "appropriated_yen = -1", 3, *line(33)),
    "refunded_yen_not_negative": _row("fct_refunds", "refunded_yen = -1", 4, *line(34)),
    "pending_yen_not_negative": _row("fct_refunds", "pending_yen = -1", 5, *line(35)),
    "refund_interest_yen_not_negative": _row("fct_refunds", "refund_interest_yen = -1", 6, *line(36)),
    "parts_add_up": _row("fct_refunds", "overpaid_yen = overpaid_yen + 1", 7, *line(37)),
    "pending_as_in_ledger": Fault("delete from fct_refunds where row_no = 8", line(38)),
    "no_interest_outside_its_period": _row(
        "fct_refunds", "interest_start_date = date '2025-05-21', refund_interest_yen = 100", 9, *line(39)
    ),
    "instalment_known": Fault("delete from int_instalments where row_no = 40", line(40)),
}
COLLECTIONS = {
    "grain_once": _twin("fct_collections", 1),
    "identity_holds": _row("fct_collections", "levied_yen = levied_yen + 1", 2),
    "outstanding_not_negative": _row("fct_collections", "outstanding_yen = -1", 3),
    "pending_not_negative": _row("fct_collections", "refund_pending_yen = -1", 4),
    "instalment_known": Fault("delete from int_instalments where row_no = 5", line(5)),
    "law_version_is_the_run": _row("fct_collections", "law_version = null", 6),
}
ADDRESSEES = {
    "addressee_once": _twin("dim_addressee", 1, ""),
    "key_is_pseudonym": _row("dim_addressee", "holding_key = '000000000012345'", 2, ""),
    "area_known": _row("dim_addressee", "area_code = '77'", 3, ""),
    "age_band_known": _row("dim_addressee", "age_band_code = 'A99'", 4, ""),
}


MART_FAULTS = {
    "ledger": LEDGER,
    "cases": CASES,
    "treatments": TREATMENTS,
    "reconciliation": RECONCILIATION,
    "arrears": ARREARS,
    "refunds": REFUNDS,
    "collections": COLLECTIONS,
    "addressees": ADDRESSEES,
    **CELL_FAULTS,
    **FLOW_FAULTS,
}
