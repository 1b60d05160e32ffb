"""A warehouse with cells tables of invented arrears, as the statistics models leave them; nothing else in it.

Small enough that a release takes a second, with what makes protection hard: small areas, a lone debtor, a large one,
an empty cell, a combination that the law leaves empty, and public accounts that show cells of a protected table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

AS_OF = date(2026, 5, 31)
LAW_VERSION = "V0"
Code = tuple[str, str, str, str]
TAX_ITEMS: tuple[Code, ...] = (
    ("G1", "市税", "City taxes", ""),
    ("11", "市県民税", "Resident tax", "G1"),
    ("21", "法人市民税", "Corporate resident tax", "G1"),
    ("G2", "国民健康保険税・後期高齢者医療保険料", "Insurance", ""),
    ("51", "国民健康保険税", "National health insurance tax", "G2"),
)
AREAS: tuple[Code, ...] = (
    ("01", "旧市内", "Old city", ""),
    ("02", "田村町", "Tamura", ""),
    ("08", "湖南町", "Konan", ""),
)
AGES: tuple[Code, ...] = (
    ("A30", "30–39歳", "30–39", ""),
    ("A65", "65–74歳", "65–74", ""),
    ("CORP", "法人", "Corporation", ""),
)
LEVY_YEARS: tuple[Code, ...] = (
    ("C", "滞納繰越分", "Carried over", ""),
    ("2025", "2025年度課税分", "Levied in FY2025", ""),
    ("2024", "2024年度課税分", "Levied in FY2024", "C"),
    ("P", "それより前の課税分", "Levied earlier", "C"),
)
LEVY_CLASSES: tuple[Code, ...] = (
    ("current", "現年課税分", "Current", ""),
    ("carryover", "滞納繰越分", "Carryover", ""),
)
DIMENSIONS: dict[str, dict[str, tuple[Code, ...]]] = {
    "arrears_by_levy_year": {"levy_year_code": LEVY_YEARS, "tax_item_code": TAX_ITEMS},
    "arrears_by_area_age": {"area_code": AREAS, "age_band_code": AGES, "tax_item_code": TAX_ITEMS},
    "collection_results": {"tax_item_code": TAX_ITEMS, "levy_class": LEVY_CLASSES},
}
EMPTY_BY_LAW = {("A30", "21"), ("A65", "21"), ("CORP", "51"), ("CORP", "G2")}


@dataclass(frozen=True)
class Arrear:
    """One overdue instalment of one debtor, who is a household of its own."""

    debtor: int
    codes: dict[str, str]
    yen: int


def invented_arrears(seed: int = 7, debtors: int = 150) -> list[Arrear]:
    """Debtors with an area and an age band, one or two tax items, some years; one debtor owes very much."""
    random = Random(seed)  # noqa: S311 - nothing secret is drawn
    arrears = []
    for debtor in range(debtors):
        area = random.choices(["01", "02", "08"], [70, 25, 5])[0]
        age = random.choices(["A30", "A65", "CORP"], [50, 35, 15])[0]
        items = ["11", "21"] if age == "CORP" else ["11", "51"]
        for item in items[: random.choice([1, 1, 2])]:
            for year in random.sample(["2025", "2024", "P"], random.choice([1, 2])):
                codes = {"area_code": area, "age_band_code": age, "tax_item_code": item, "levy_year_code": year}
                arrears.append(Arrear(debtor, codes, 100 * int(random.lognormvariate(6, 1.2)) + 100))
    large = {"area_code": "01", "age_band_code": "CORP", "tax_item_code": "11", "levy_year_code": "2025"}
    return [*arrears, Arrear(debtors, large, 3_000_000)]


def fill_warehouse(path: Path, arrears: Sequence[Arrear]) -> None:
    """Write the cells tables and what else a release reads."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table feed_files (municipality_code varchar, file_status varchar)")
        connection.execute("insert into feed_files values ('072036', 'loaded')")
        connection.execute("create table law_parameters (parameter varchar, value varchar)")
        connection.execute("insert into law_parameters values ('late_charge_rate_after', '9.9')")
        connection.execute(f"create table int_law_version as select '{LAW_VERSION}' as law_version")
        connection.execute("create table raw_city_parameters (parameter varchar, value varchar)")
        _write_codes(connection)
        for table in ("arrears_by_levy_year", "arrears_by_area_age"):
            _write_arrears(connection, table, arrears)
        _write_accounts(connection, arrears)


def _write_codes(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table cells_dimension_codes (table_name varchar, dimension varchar, code varchar, label_ja varchar, "
        "label_en varchar, parent varchar, sort_order integer)"
    )
    for table, dimensions in DIMENSIONS.items():
        for dimension, codes in dimensions.items():
            rows = [(table, dimension, *code, order) for order, code in enumerate(codes)]
            connection.executemany("insert into cells_dimension_codes values (?, ?, ?, ?, ?, ?, ?)", rows)


def _upward(codes: Iterable[Code], code: str) -> list[str]:
    parents = {one[0]: one[3] or "T" for one in codes}
    way = [code]
    while way[-1] != "T":
        way.append(parents[way[-1]])
    return way


def _write_arrears(connection: duckdb.DuckDBPyConnection, table: str, arrears: Sequence[Arrear]) -> None:
    dimensions = DIMENSIONS[table]
    debts: dict[tuple[str, ...], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for arrear in arrears:
        for key in product(*(_upward(codes, arrear.codes[name]) for name, codes in dimensions.items())):
            debts[key][arrear.debtor].append(arrear.yen)
    rows = []
    for key in product(*(["T", *(code[0] for code in codes)] for codes in dimensions.values())):
        owed = debts[key]
        largest = [*sorted(map(sum, owed.values()), reverse=True), 0, 0]
        cases, is_zero = sum(map(len, owed.values())), not owed and key[-2:] in EMPTY_BY_LAW
        rows.append((AS_OF, *key, len(owed), cases, sum(largest), len(owed), *largest[:2], is_zero))
    columns = "".join(f"{name} varchar, " for name in dimensions)
    connection.execute(
        f"create table cells_{table} (as_of_date date, {columns}debtor_count bigint, case_count bigint, "
        "outstanding_yen bigint, contributor_count bigint, largest_contributor_yen bigint, "
        "second_largest_contributor_yen bigint, is_structural_zero boolean)"
    )
    connection.executemany(f"insert into cells_{table} values ({', '.join('?' * len(rows[0]))})", rows)


def _write_accounts(connection: duckdb.DuckDBPyConnection, arrears: Sequence[Arrear]) -> None:
    """Public accounts of two years; of the year that closes on the as-of date what is outstanding are the arrears."""
    connection.execute(
        "create table cells_collection_results (as_of_date date, accounting_year integer, month_end_date date, "
        "tax_item_code varchar, levy_class varchar, levied_yen bigint, collected_yen bigint, written_off_yen bigint, "
        "refund_pending_yen bigint, outstanding_yen bigint, collection_rate_gross decimal(9,1), "
        "collection_rate_net decimal(9,1), collection_rate_gross_last_year decimal(9,1), "
        "collection_rate_change_points decimal(9,1), contributor_count bigint)"
    )
    owed: dict[tuple[str, str], int] = defaultdict(int)
    for arrear in arrears:
        levy_class = "current" if arrear.codes["levy_year_code"] == "2025" else "carryover"
        for item in _upward(TAX_ITEMS, arrear.codes["tax_item_code"]):
            owed[item, levy_class] += arrear.yen
    rows: list[tuple[object, ...]] = []
    for year, month_end in ((2024, date(2025, 5, 31)), (2025, AS_OF)):
        for item in ("T", *(code[0] for code in TAX_ITEMS)):
            for levy_class in ("T", "current", "carryover"):
                times = 1 if year == 2025 else 2
                parts = [owed[item, c] * times for c in ("current", "carryover") if levy_class in (c, "T")]
                collected = 3 * sum(parts)
                outstanding = sum(parts)
                rate = Decimal(1000 * collected // max(1, collected + outstanding)) / 10
                last = None if year == 2024 else rate - Decimal("0.3")
                change = None if last is None else rate - last
                money = (outstanding + collected, collected, 0, 0, outstanding)
                rows.append((AS_OF, year, month_end, item, levy_class, *money, rate, rate, last, change, 5))
    connection.executemany(f"insert into cells_collection_results values ({', '.join('?' * 15)})", rows)
