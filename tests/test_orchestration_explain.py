"""An instalment's debt is explained from the ledger and the law: entries, segments with article, and what is owed.

Does not test the figures themselves (test_law_cases) but that each is shown with its file, line and article.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ingestion.database import write_warehouse
from ingestion.errors import DataRefused
from ingestion.home import Home
from orchestration.explain import explain

if TYPE_CHECKING:
    from pathlib import Path

TABLES = """
create table int_run as select date '2026-01-30' as as_of_date;
create table tax_items as select '31' as tax_item_code, '固定資産税' as label_ja;
create table int_instalments as select 'I1' as instalment_id, '31' as tax_item_code, 2025 as levy_year,
  1 as instalment_no, date '2025-06-30' as due_date, date '2025-06-30' as statutory_due_date;
create table feed_files as select 1 as file_no, 'levy.072036.20250401.001.csv' as file_name
  union all select 2, 'counter_slip.072036.20251001.001.dat';
create table int_ledger_entries as
  select 'L1' as ledger_entry_id, 'I1' as instalment_id, 'principal' as component, 'levy' as kind,
    date '2025-04-01' as effective_date, 2025 as accounting_year, 87000 as amount_yen, 1 as source_file_no,
    12 as source_line_no
  union all select 'L2', 'I1', 'principal', 'receipt', date '2025-10-01', 2025, -7000, 2, 3;
create table int_law_parameters as
  select 'late_charge_rate_after.tax.2022-01-01' as law_parameter_id, '地方税法 附則第3条の2' as law;
create table fct_late_charge_segments as
  select 'I1' as instalment_id, date '2025-07-31' as segment_from_date, date '2025-12-31' as segment_to_date,
    154 as days_count, 8.7::decimal(12,5) as rate_percent, 87000 as base_yen, 3193 as amount_yen,
    'late_charge_rate_after.tax.2022-01-01' as law_parameter_id;
create table fct_arrears as
  select 'I1' as instalment_id, 80000 as principal_outstanding_yen, 3900 as late_charge_accrued_yen,
    0 as late_charge_collected_yen, 'other' as arrears_state;
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path).create()
    with write_warehouse(home) as connection:
        connection.execute(TABLES)
    return home


def test_entries_segments_and_articles_are_shown(home: Home) -> None:
    text = "\n".join(explain(home, "I1", None))
    assert "固定資産税 2025年度 第1期" in text
    assert "2025-04-01  本税 調定  +87,000 円  残 87,000 円" in text
    assert "(levy.072036.20250401.001.csv line 12)" in text
    assert "2025-10-01  本税 収入  -7,000 円  残 80,000 円" in text
    assert "154 日  年 8.7 %  基礎 87,000 円  = 3,193 円  地方税法 附則第3条の2" in text
    assert "滞納: 本税 80,000 円、延滞金 3,900 円" in text


def test_what_came_after_the_day_is_counted_and_not_added(home: Home) -> None:
    with write_warehouse(home) as connection:
        connection.execute("update int_run set as_of_date = date '2025-09-30'")
    text = "\n".join(explain(home, "I1", None))
    assert "残 80,000 円" not in text
    assert "基準日より後の仕訳 1 件は含まない" in text


def test_the_day_of_the_last_run_needs_no_computing(home: Home) -> None:
    assert explain(home, "I1", date(2026, 1, 30)) == explain(home, "I1", None)


def test_an_unknown_instalment_says_where_ids_are_found(home: Home) -> None:
    with pytest.raises(DataRefused) as refused:
        explain(home, "I2", None)
    assert "fct_arrears" in refused.value.remedy


def test_before_the_first_refresh_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="Nothing has been computed"):
        explain(Home(tmp_path), "I1", None)
