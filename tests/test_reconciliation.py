"""Channels against the receipt history and the levies' collected totals, in the warehouse of a refreshed city.

The city's own records are written here from its ledger, so that they agree, and then damaged. Does not test how single
receipts are compared (unit tests beside the models) nor whether the sample city's own records agree (its refresh does).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from expectations.engine import run_suite
from expectations.outcome import Outcome
from expectations.reconciliation import reconciliation_suite
from ingestion.database import DatabaseFile, warehouse_file
from ingestion.home import Home
from tests.dbt_runs import run_dbt
from tests.loose_databases import copy_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.refreshed_city import RefreshedCity

MODELS = ("stg_accepted_differences", "int_levy_versions", "int_history_receipts+", "int_stated_collections+")
HISTORY = """
delete from raw_receipt_history;
delete from feed_files where feed = 'receipt_history';
insert into feed_files (file_no, file_name, feed, file_status, delivery_date)
  select 9999, 'receipt_history.072036.csv', 'receipt_history', 'loaded', max(delivery_date) from feed_files;
insert into raw_receipt_history (instalment_id, receipt_history_seq, refund_appropriation_reallocation_class,
    treasury_class, payment_class, paid_date, credited_date, delivery_date, delivery_seq, source_file_no,
    source_line_no)
  select paid.instalment_id, row_number() over (partition by paid.instalment_id order by paid_date, receipt_id),
    '0', '2',
    case source_feed when 'account_transfer_result' then '03' when 'convenience_store' then '02'
      when 'common_tax_payment' then '04' when 'premium_collection' then '08' else '01' end,
    paid_date, credited_date, (select delivery_date from feed_files where file_no = 9999), 1, 9999,
    row_number() over (order by source_feed, credited_date, receipt_id, paid.instalment_id)
  from (select distinct instalment_id, receipt_id from int_ledger_entries where receipt_id is not null) paid
  join int_receipts using (receipt_id);
"""
# What the levy system knows on the day of a delivery: what was credited; of a transfer, what the bank has reported.
STATED = """
create temp table known as
  select entries.instalment_id, -entries.amount_yen as yen, case
      when kind = 'refund' or source_feed = 'account_transfer_result' then files.delivery_date
      else coalesce(entries.credited_date, effective_date) end as known_date
  from int_ledger_entries entries join feed_files files on entries.source_file_no = files.file_no
  left join int_receipts using (receipt_id)
  where component = 'principal' and kind in ('receipt', 'receipt_correction', 'refund');
create temp table totals as
  select levy.source_file_no, levy.source_line_no, coalesce(sum(yen), 0) as yen
  from raw_levy levy left join known on levy.instalment_id = known.instalment_id and known_date <= delivery_date
  group by 1, 2;
update raw_levy set principal_collected_yen = totals.yen from totals
  where raw_levy.source_file_no = totals.source_file_no and raw_levy.source_line_no = totals.source_line_no;
"""


def history_line(part: float) -> str:
    """A counter slip's line of the history, far from the days on which one side may not know of it yet."""
    return (
        f"(select quantile_disc(source_line_no, {part} order by source_line_no) from raw_receipt_history "
        "where payment_class = '01')"
    )


DAMAGE = {
    "collected_total_differs": "update raw_levy set principal_collected_yen = principal_collected_yen + 1 "
    "from (select source_file_no, source_line_no from int_instalments where tax_item_code <> '61' "
    "order by instalment_id limit 1) chosen "
    "where raw_levy.source_file_no = chosen.source_file_no and raw_levy.source_line_no = chosen.source_line_no",
    "day_differs": "update raw_receipt_history set paid_date = paid_date + 1 "
    f"where source_line_no = {history_line(0.3)}",
    "missing_in_channels": "insert into raw_receipt_history select * replace (999 as receipt_history_seq, "
    f"9999999 as source_line_no) from raw_receipt_history where source_line_no = {history_line(0.4)}",
    "missing_in_history": "update raw_receipt_history set treasury_class = '3' "
    f"where source_line_no = {history_line(0.5)}",
    "yen_differs": "update raw_receipt_history set medical_general_collected_yen = 1 "
    f"where source_line_no = {history_line(0.6)}",
}


@pytest.fixture(scope="module")
def warehouse(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> DatabaseFile:
    """The city's warehouse with records of its own that agree with the channels."""
    copy = warehouse_file(copy_warehouse(refreshed_city.home, Home(tmp_path_factory.mktemp("reconciliation"))))
    tell(copy, HISTORY, STATED)
    compare(copy)
    return copy


def tell(warehouse: DatabaseFile, *statements: str) -> None:
    """Change what the city delivered."""
    with warehouse.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def ask(warehouse: DatabaseFile, query: str) -> Sequence[tuple[object, ...]]:
    with warehouse.reading() as connection:
        return connection.execute(query).fetchall()


def compare(warehouse: DatabaseFile) -> None:
    """Run the models of the reconciliation for the city's day."""
    [[as_of]] = ask(warehouse, "select as_of_date from int_run")
    folder = warehouse.path.parent
    assert isinstance(as_of, date)
    done = run_dbt(warehouse, as_of, "run", "--select", *MODELS, scratch=folder)
    assert done.returncode == 0, done.stdout


def gate(warehouse: DatabaseFile) -> Outcome:
    [[as_of]] = ask(warehouse, "select as_of_date from int_run")
    assert isinstance(as_of, date)
    return run_suite(warehouse, reconciliation_suite(as_of), as_of).outcome


def test_records_that_agree_show_no_difference_and_say_how_much_was_compared(warehouse: DatabaseFile) -> None:
    assert ask(warehouse, "select * from fct_receipt_differences") == []
    compared = ask(
        warehouse, "select comparison, comparison_state, record_count > 1000 from fct_reconciliations order by 1"
    )
    assert compared == [("collected_total", "compared", True), ("receipt_history", "compared", True)]
    assert gate(warehouse) is Outcome.PASSED


def test_each_difference_is_listed_once_and_stops_the_gate_until_it_is_accepted(
    warehouse: DatabaseFile, tmp_path: Path
) -> None:
    damaged = replace(warehouse, path=tmp_path / "warehouse.duckdb")
    shutil.copy(warehouse.path, damaged.path)
    tell(damaged, *DAMAGE.values())
    compare(damaged)
    listed = "select cause, is_accepted, accepted_reason from fct_receipt_differences order by cause"
    assert ask(damaged, listed) == [(cause, False, None) for cause in DAMAGE]
    assert gate(damaged) is Outcome.FAILED

    tell(
        damaged,
        "insert into raw_accepted_differences select cause, source_feed, "
        "as_of_date - case when cause = 'day_differs' then 1 else 0 end, 'known' from fct_receipt_differences",
    )
    compare(damaged)
    # An acceptance ends with its day.
    over = ("day_differs", False, None)
    assert ask(damaged, listed) == [over if cause == over[0] else (cause, True, "known") for cause in DAMAGE]
    assert gate(damaged) is Outcome.FAILED

    tell(damaged, "update raw_accepted_differences set valid_until = date '9999-12-31'")
    compare(damaged)
    assert ask(damaged, listed) == [(cause, True, "known") for cause in DAMAGE]
    assert gate(damaged) is Outcome.PASSED
