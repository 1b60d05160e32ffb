"""The invented city meets its targets: rates recomputed from the written files alone, in plain SQL of this test's own.

Does not use the platform's models, so that an error there cannot hide one here; both must come to the same yen.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from tests.sample_city_files import read_feed, small_city

CALIBRATION = Path(__file__).parents[1] / "ingestion/sample_city/calibration.csv"
TOLERANCE_POINTS = 0.3
YEARS = (2023, 2024, 2025)
INSTALMENT = "concat_ws('|', assessment_year, tax_item_code, notice_no, return_class, instalment_no)"
PREMIUM_INSTALMENT = "concat_ws('|', assessment_year, '61', assessment_management_no, '', instalment_no)"

# What is levied by the newest version, what was paid when, what was written off when.
TABLES = f"""
create table instalments as
select instalment, tax, method, levy_year, principal from (
    select {INSTALMENT} as instalment, tax_item_code as tax, levy_collection_class as method,
        levy_year::int as levy_year, principal_levied_yen::bigint as principal, delivered
    from levy
    union all
    select {PREMIUM_INSTALMENT}, '61', collection_method_class,
        year(strptime(due_date, '%Y%m%d') - interval 3 month)::int, premium_instalment_split_yen::bigint, delivered
    from premium_assessment
) qualify row_number() over (partition by instalment order by delivered desc) = 1;
create table receipts as
select payment_no, null as barcode, paid_date as paid, paid_yen::bigint as yen from counter_slip
union all
select payment_no, null, paid_date, paid_yen::bigint from common_tax_payment where processing_class = '2'
union all
select customer_no, null, if(debit_month_day <= substr(delivered, 5, 4), substr(delivered, 1, 4),
    (substr(delivered, 1, 4)::int - 1)::text) || debit_month_day, debit_yen::bigint
from account_transfer_result where transfer_result_code = '0'
union all
select null, substr(barcode_label, 6, 27), paid_date, amount_yen::bigint from convenience_store
where receipt_kind_code in ('02', '22') or (receipt_kind_code = '12' and barcode_label not in
    (select barcode_label from convenience_store where receipt_kind_code = '22'));
create table slip_lines as
select {INSTALMENT} as instalment, payment_no, substr(barcode_info, 3, 27) as barcode,
    payout_total_yen::bigint as total, principal_payment_yen::bigint as principal
from payment_slip;
create table payments as
select instalment, paid, least(principal, greatest(0, principal + yen - total)) as yen
from receipts join slip_lines using (payment_no)
union all
select instalment, paid, least(slip_lines.principal, greatest(0, slip_lines.principal + yen - total))
from receipts join slip_lines using (barcode)
union all
select {PREMIUM_INSTALMENT}, paid_date, premium_received_yen::bigint from premium_collection
where payment_method_code = '01';
create table write_offs as
select {INSTALMENT} as instalment, max(write_off_date) as on_day, max(write_off_yen::bigint) as yen from levy
where has_write_off_flag = '1' group by 1
union all
select {PREMIUM_INSTALMENT}, write_off_date, write_off_yen::bigint from premium_collection where write_off_date <> '';
"""

# For one accounting year: what was open before it, and what was paid and written off in it. Overpaid yen do not count.
YEAR = """
with moves as (
    select instalments.*, coalesce(p.before, 0) + coalesce(w.before, 0) as before, coalesce(p.within, 0) as paid,
        coalesce(w.within, 0) as written_off
    from instalments
    left join (
        select instalment, sum(yen) filter (paid < opens(levy_year, $year)) as before,
            sum(yen) filter (paid between opens(levy_year, $year) and closes(levy_year, $year)) as within
        from payments join instalments using (instalment) group by 1) as p using (instalment)
    left join (
        select instalment, sum(yen) filter (on_day < opens(levy_year, $year)) as before,
            sum(yen) filter (on_day between opens(levy_year, $year) and closes(levy_year, $year)) as within
        from write_offs join instalments using (instalment) group by 1) as w using (instalment)
    where levy_year <= $year
)
select tax, method, levy_year = $year as is_current, sum(greatest(0, principal - before))::bigint as levied,
    sum(least(paid, greatest(0, principal - before)))::bigint as collected, sum(written_off)::bigint as written_off
from moves group by all
"""
DAYS = """
create macro opens(levy_year, year) as
    if(levy_year = year, '19000101', if(levy_year = year - 1, year || '0601', year || '0401'));
create macro closes(levy_year, year) as if(levy_year = year, (year + 1) || '0531', (year + 1) || '0331');
"""


@cache
def accounts() -> dict[tuple[str, str, int, bool], tuple[int, int, int]]:
    """Levied, collected and written-off yen by tax item, collection method, accounting year and whether current."""
    feeds = ("levy", "premium_assessment", "payment_slip", "premium_collection")
    found: dict[tuple[str, str, int, bool], tuple[int, int, int]] = {}
    with duckdb.connect() as connection:
        for feed in (*feeds, "convenience_store", "counter_slip", "common_tax_payment", "account_transfer_result"):
            connection.register(f"{feed}_rows", pa.Table.from_pylist(read_feed(small_city().out, feed)))
            connection.execute(f"create table {feed} as select * from {feed}_rows")
        connection.execute(TABLES + DAYS)
        for year in YEARS:
            for tax, method, is_current, *yen in connection.execute(YEAR, {"year": year}).fetchall():
                found[tax, method, year, is_current] = (yen[0], yen[1], yen[2])
    return found


def targets(parameter: str) -> list[tuple[str, str, float]]:
    """The calibrated figures that stand in the file, by tax item and collection method."""
    with CALIBRATION.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["parameter"] == parameter]
    return [(row["tax_item_code"], row["scope"], float(row["value"])) for row in rows]


@pytest.mark.parametrize(("tax", "method", "percent"), targets("current_rate"))
def test_current_collection_rate(tax: str, method: str, percent: float) -> None:
    for year in YEARS:
        levied, collected, _ = accounts()[tax, method, year, True]
        assert 100 * collected / levied == pytest.approx(percent, abs=TOLERANCE_POINTS)


@pytest.mark.parametrize(("tax", "method", "percent"), targets("carryover_rate"))
def test_carryover_collection_rate(tax: str, method: str, percent: float) -> None:
    for year in YEARS:
        levied, collected, _ = accounts()[tax, method, year, False]
        assert 100 * collected / levied == pytest.approx(percent, abs=TOLERANCE_POINTS)


@pytest.mark.parametrize(("tax", "method", "percent"), targets("write_off_rate"))
def test_write_offs_of_the_carryover(tax: str, method: str, percent: float) -> None:
    for year in YEARS:
        levied, _, written_off = accounts()[tax, method, year, False]
        assert 100 * written_off / levied == pytest.approx(percent, abs=TOLERANCE_POINTS)


@pytest.mark.parametrize("parameter", ["current_levy", "carryover_levy"])
def test_levied_yen_scale_with_the_people(parameter: str) -> None:
    """The first year's carryover is exact; a year's levy varies by about one percent around its target."""
    for tax, method, yen in targets(parameter):
        levied = accounts().get((tax, method, YEARS[0], parameter == "current_levy"), (0, 0, 0))[0]
        assert levied == pytest.approx(yen * 2000 / 327_692, rel=0.03, abs=1), (tax, method)


def test_next_years_carryover_is_about_what_was_left() -> None:
    for tax, method, _ in targets("carryover_rate"):
        for year in YEARS[:-1]:
            both = [accounts()[tax, method, year, is_current] for is_current in (True, False)]
            left = sum(levied - collected - written_off for levied, collected, written_off in both)
            assert 0.99 <= accounts()[tax, method, year + 1, False][0] / left <= 1.005


def test_own_bookkeeping_agrees_with_the_files() -> None:
    for rate in small_city().realised:
        key = (str(rate.tax), str(rate.method), rate.accounting_year, rate.levy_class == "current")
        assert accounts()[key] == (rate.levied_yen, rate.collected_yen, rate.written_off_yen), key
