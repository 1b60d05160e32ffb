"""A warehouse with cells tables of invented arrears, as the statistics models leave them; nothing else in it.

Small enough that a release takes a second, with what makes protection hard: small areas, a lone debtor, a large one,
an empty cell, a combination that the law leaves empty, and public accounts that show cells of a protected table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from ingestion.database import write_warehouse
from marts.table_contract import load_contracts
from tests.statistics_cells import AS_OF, Record, insert, upward, write_cells
from tests.statistics_tables import DIMENSIONS, OTHERS, SHARES, STOCKS_OF_ARREARS, TAX_ITEMS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from ingestion.home import Home
    from marts.table_contract import TableContract


LAW_VERSION = "V0"
# Accounting year, month end, and how many times the arrears of the as-of date are outstanding.
MONTH_ENDS = (
    (2024, date(2025, 5, 31), 2),
    (2025, date(2026, 3, 31), 3),
    (2025, date(2026, 4, 30), 2),
    (2025, AS_OF, 1),
)


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


def fill_warehouse(home: Home, arrears: Sequence[Arrear]) -> None:
    """Write the cells tables and what else a release reads."""
    home.root.mkdir(parents=True, exist_ok=True)
    home.warehouse.unlink(missing_ok=True)
    with write_warehouse(home) as connection:
        connection.execute("create table feed_files (municipality_code varchar, file_status varchar)")
        connection.execute("insert into feed_files values ('072036', 'loaded')")
        connection.execute("create table law_parameters (parameter varchar, value varchar)")
        connection.execute("insert into law_parameters values ('late_charge_rate_after', '9.9')")
        connection.execute(f"create table int_law_version as select '{LAW_VERSION}' as law_version")
        connection.execute("create table raw_city_parameters (parameter varchar, value varchar)")
        _write_codes(connection)
        contracts = load_contracts()
        _write_arrears(connection, contracts, arrears)
        _write_others(connection, contracts)
        _write_accounts(connection, arrears)


def _write_codes(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "create table cells_dimension_codes (table_name varchar, dimension varchar, code varchar, label_ja varchar, "
        "label_en varchar, parent varchar, sort_order integer)"
    )
    for table, dimensions in DIMENSIONS.items():
        for dimension, codes in dimensions.items():
            insert(
                connection,
                "cells_dimension_codes",
                [(table, dimension, *code, order) for order, code in enumerate(codes)],
            )


def _write_arrears(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, TableContract], arrears: Sequence[Arrear]
) -> None:
    """Every table of the stock of arrears shows the same arrears."""
    records = [
        Record(a.debtor, a.codes, {"case_count": 1, "outstanding_yen": a.yen}) for a in with_further_codes(arrears)
    ]
    for table in STOCKS_OF_ARREARS:
        write_cells(connection, contracts[table], DIMENSIONS[table], records)


def with_further_codes(arrears: Sequence[Arrear]) -> list[Arrear]:
    """The arrears with amount band, state and months ahead of their debtor."""
    totals: dict[int, int] = defaultdict(int)
    for arrear in arrears:
        totals[arrear.debtor] += arrear.yen
    found = []
    for arrear in arrears:
        random = Random(arrear.debtor)  # noqa: S311 - nothing secret is drawn
        ceilings = zip(("A01", "A02", "A03"), (50_000, 100_000, 500_000), strict=True)
        band = next((code for code, ceiling in ceilings if totals[arrear.debtor] < ceiling), "A04")
        states = ("seizure", "delivery_demand_only", "participating_seizure", "other")
        codes = {
            "amount_band_code": band,
            "arrears_state_code": random.choices(states, [15, 10, 15, 60])[0],
            "months_ahead_code": random.choices(["M03", "M12", "MMORE"], [2, 28, 70])[0],
        }
        found.append(Arrear(arrear.debtor, {**arrear.codes, **codes}, arrear.yen))
    return found


def _write_others(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, TableContract]) -> None:
    for place, table in enumerate(OTHERS):
        write_cells(connection, contracts[table], DIMENSIONS[table], invented_records(contracts[table], seed=place))


def invented_records(contract: TableContract, seed: int, count: int = 2500) -> list[Record]:
    """Cases with a code of each dimension, the first ones more often, of 1,000 people and companies."""
    random = Random(seed)  # noqa: S311 - nothing secret is drawn
    finest = {
        name: [code[0] for code in codes if code[0] not in {one[3] for one in codes}]
        for name, codes in DIMENSIONS[contract.table].items()
    }
    measures = [measure.name for measure in contract.measures]
    records = []
    for _ in range(count):
        yen, luck = 100 * int(random.lognormvariate(5, 1)) + 100, random.random()
        codes = {name: random.choices(c, [len(c) + 2 - i for i in range(len(c))])[0] for name, c in finest.items()}
        values = {m: (yen if m.endswith("_yen") else 1) if luck < SHARES.get(m, 1) else 0 for m in measures}
        person = random.randrange(1000)
        if "debtor_count" in values:
            # Nobody becomes a new debtor twice: their months add up.
            codes["period_code"] = finest["period_code"][person % len(finest["period_code"])]
        records.append(Record(person, codes, values))
    return records


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
        for item in upward("tax_item_code", TAX_ITEMS, arrear.codes["tax_item_code"]):
            owed[item, levy_class] += arrear.yen
    rows: list[tuple[object, ...]] = []
    for year, month_end, times in MONTH_ENDS:
        for item in ("T", *(code[0] for code in TAX_ITEMS)):
            for levy_class in ("T", "current", "carryover"):
                outstanding = times * sum(owed[item, c] for c in ("current", "carryover") if levy_class in (c, "T"))
                collected = 3 * outstanding // times
                rate = Decimal(1000 * collected // max(1, collected + outstanding)) / 10
                last = None if year == 2024 else rate - Decimal("0.3")
                change = None if last is None else rate - last
                money = (outstanding + collected, collected, 0, 0, outstanding)
                rows.append((AS_OF, year, month_end, item, levy_class, *money, rate, rate, last, change, 5))
    insert(connection, "cells_collection_results", rows)
