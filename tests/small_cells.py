"""Small tables of cells that agree with the marts of ``small_marts``, and a fault for each expectation about them.

Every combination of leaf codes holds two contributors with the same amounts, so that all totals follow from counting.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.statistics import ARREARS_TABLES, DISPOSITIONS, NEW_DEBTORS
from tests.small_feeds import Fault, file_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import duckdb

    from expectations.cells import CellsTable

CODES = {
    "tax_item_code": {"31": "G1", "41": "G1", "G1": ""},
    "levy_year_code": {"2023": "C", "C": "", "2024": ""},
    "area_code": {"01": "", "02": ""},
    "age_band_code": {"A30": "", "A40": ""},
    "levy_class": {"current": "", "carryover": ""},
    "amount_band_code": {"Y000": "", "Y001": ""},
    "arrears_state_code": {"participating_seizure": "delivery_demand", "delivery_demand": "", "seizure": ""},
    "months_ahead_code": {"M03": "", "M06": ""},
    "period_code": {"2025-04": "2025Q1", "2025-05": "2025Q1", "2025Q1": ""},
    "property_kind_code": {"deposit": "", "salary": "", "insurance": ""},
    "fiscal_year": {"2023": "", "2024": ""},
}
"""The code that each code adds up to."""
WITHOUT_TOTAL = ("period_code", "fiscal_year")
TABLES = (*ARREARS_TABLES, NEW_DEBTORS, DISPOSITIONS)
OF_ACCOUNTS = ("tax_item_code", "levy_class")
ACCOUNTS = """
create or replace table cells_collection_results as
  select row_number() over ()::integer as row_no, date '{as_of}' as as_of_date, 2024 as accounting_year,
    date '2025-03-31' as month_end_date, x.ancestor as tax_item_code, c.ancestor as levy_class,
    1000 * count(*) as levied_yen, 900 * count(*) as collected_yen, 50 * count(*) as written_off_yen,
    10 * count(*) as refund_pending_yen, 60 * count(*) as outstanding_yen,
    90.0 as collection_rate_gross, 89.0 as collection_rate_net
  from counted_under x, counted_under c
  where x.dimension = 'tax_item_code' and c.dimension = 'levy_class' group by x.ancestor, c.ancestor;
"""
# What the new debtors and the dispositions are compared with: four people a month, six seizures a year.
BESIDE_THE_CELLS = """
create or replace table cells_periods as select *, true as is_leaf from (values
  ('new_debtors', '2025-04', date '2025-04-01', date '2025-04-30'),
  ('new_debtors', '2025-05', date '2025-05-01', date '2025-05-31'),
  ('dispositions', '2023', date '2023-04-01', date '2024-03-31'),
  ('dispositions', '2024', date '2024-04-01', date '2025-03-31')) p (table_name, code, from_date, to_date);
create or replace table cells_overdue_spells as
  select instalment_id, addressee_key, addressee_key as person_key, null::date as settled_date,
    case when row_no <= 4 then date '2025-04-01' when row_no <= 8 then date '2025-05-31' else date '2024-12-01' end
      as overdue_from_date
  from fct_arrears;
create or replace table fct_case_history as
  select 'A1' as addressee_key, 'S' || year || i as case_no, 'seizure' as case_kind, make_date(year, 4, 1) as from_date,
    make_date(year + 1, 3, 31) as to_date, null::bigint as case_yen from range(6) t(i), range(2023, 2025) y(year)
  union all
  select 'A1', 'D' || year, 'distribution', make_date(year, 5, 1), null, 18000 from range(2023, 2025) y(year);
"""


def create_small_cells(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Every table of cells, healthy; the marts of ``small_marts`` are there already."""
    tables = {table.name: table.dimensions for table in TABLES} | {"collection_results": OF_ACCOUNTS}
    listed = [
        f"('{name}', '{dimension}', '{code}', '{parent}')"
        for name, dimensions in tables.items()
        for dimension in dimensions
        for code, parent in CODES[dimension].items()
    ]
    counted = [
        f"('{dimension}', '{code}', '{ancestor}')"
        for dimension in CODES
        for code in leaves(dimension)
        for ancestor in upward(dimension, code)
    ]
    connection.execute(
        "create or replace table cells_dimension_codes as "
        f"select * from (values {', '.join(listed)}) c (table_name, dimension, code, parent)"
    )
    connection.execute(
        "create or replace table counted_under as "
        f"select * from (values {', '.join(counted)}) c (dimension, code, ancestor)"
    )
    connection.execute(ACCOUNTS.format(as_of=as_of) + BESIDE_THE_CELLS)
    for table in TABLES:
        connection.execute(_cells(table, as_of))


def leaves(dimension: str) -> list[str]:
    """The codes of a dimension that are no group."""
    parents = CODES[dimension]
    return [code for code in parents if code not in parents.values()]


def upward(dimension: str, code: str) -> list[str]:
    """The code, its group where it has one, and the total where there is one."""
    group, total = CODES[dimension][code], [] if dimension in WITHOUT_TOTAL else ["T"]
    return [code, *([group] if group else []), *total]


def _cells(table: CellsTable, as_of: date) -> str:
    """A table of cells: as many yen in all leaves together as the arrears mart has."""
    yen = 6000 // 2 ** (len(table.dimensions) - 2)
    places = [f"c{number}" for number, _ in enumerate(table.dimensions)]
    codes = [f"{p}.ancestor as {dimension}" for p, dimension in zip(places, table.dimensions, strict=True)]
    measures = [f"{yen if measure == table.magnitude else 2} * count(*) as {measure}" for measure in table.measures]
    chosen = [f"{p}.dimension = '{dimension}'" for p, dimension in zip(places, table.dimensions, strict=True)]
    return (
        f"create or replace table cells_{table.name} as select row_number() over ()::integer as row_no, "
        f"date '{as_of}' as as_of_date, {', '.join(codes + measures)}, 2 * count(*) as contributor_count, "
        f"{yen} * 2 // 3 as largest_contributor_yen, {yen} // 3 as second_largest_contributor_yen, "
        f"false as is_structural_zero from {', '.join(f'counted_under {p}' for p in places)} "
        f"where {' and '.join(chosen)} group by {', '.join(f'{p}.ancestor' for p in places)}"
    )


def _is(cell: Mapping[str, str]) -> str:
    return " and ".join(f"{dimension} = '{code}'" for dimension, code in cell.items())


def _fault(table: str, damage: str, cell: Mapping[str, str], *places: str) -> Fault:
    return Fault(f"update cells_{table} set {damage} where {_is(cell)}", places or (" ".join(cell.values()),))


def cell_faults(table: CellsTable, further: Mapping[str, Fault]) -> dict[str, Fault]:
    """A fault for each expectation about a table, all of them in two leaf cells; ``further`` for those of its own.

    A wrong leaf shows in the sum above it along each dimension. What would undo the damage of another fault is done
    in the second cell.
    """
    name, first = f"cells_{table.name}", table.dimensions[0]
    cell = {dimension: leaves(dimension)[0] for dimension in table.dimensions}
    other = cell | {first: leaves(first)[1]}
    faults = {
        "cell_once": Fault(f"insert into {name} select * from {name} where {_is(cell)}", (" ".join(cell.values()),)),
        "as_of_is_the_run": _fault(table.name, "as_of_date = date '2025-05-30'", cell),
        "table_not_empty": Fault(f"delete from {name}", ("",)),
        "contributors_where_counted": _fault(table.name, "contributor_count = 0", other),
        "largest_in_order": _fault(table.name, "second_largest_contributor_yen = largest_contributor_yen + 1", cell),
        "structural_zero_is_zero": _fault(table.name, "is_structural_zero = true", cell),
    }
    for measure in table.measures:
        where = other if measure == table.magnitude else cell
        faults[f"{measure}_not_negative"] = _fault(table.name, f"{measure} = -1", where)
    if not table.has_parts:
        faults["lone_contributor_is_all"] = _fault(table.name, "contributor_count = 1", cell)
    if table.counted_by:
        faults[f"contributors_within_{table.counted_by}"] = _fault(table.name, "contributor_count = 3", cell)
    for dimension, measures in table.additive.items():
        if measures:
            above = " ".join((cell | {dimension: upward(dimension, cell[dimension])[1]}).values())
            damage = f"{table.magnitude} = {table.magnitude} + 1"
            faults[f"{dimension}_adds_up"] = _fault(table.name, damage, cell, above)
    return faults | dict(further)


def _total_fault(table: CellsTable) -> dict[str, Fault]:
    lost = "update fct_arrears set principal_outstanding_yen = 0 where row_no = 1"
    return {"total_is_the_mart": Fault(lost, (" ".join("T" for _ in table.dimensions),))}


def _account_faults() -> dict[str, Fault]:
    table = "collection_results"
    cell, here = {"tax_item_code": "31", "levy_class": "current"}, "2024 2025-03-31 31 current"

    def damaged(damage: str, *places: str) -> Fault:
        return _fault(table, damage, cell, *(places or (here,)))

    return {
        "cell_once": Fault(f"insert into cells_{table} select * from cells_{table} where {_is(cell)}", (here,)),
        "as_of_is_the_run": damaged("as_of_date = date '2025-05-30'"),
        "table_not_empty": Fault(f"delete from cells_{table}", ("",)),
        "identity_holds": damaged("outstanding_yen = outstanding_yen + 1"),
        "collection_rate_gross_is_of_its_yen": damaged("collection_rate_gross = 91.0"),
        "collection_rate_net_is_of_its_yen": damaged("collection_rate_net = null"),
        "tax_item_code_adds_up": damaged("written_off_yen = written_off_yen + 1", "2024 2025-03-31 G1 current"),
        "levy_class_adds_up": damaged("levied_yen = levied_yen + 1", "2024 2025-03-31 31 T"),
    }


OF_APRIL, OF_MAY = ({"tax_item_code": "T", "period_code": f"2025-0{month}"} for month in (4, 5))
CELL_FAULTS = {
    "statistics.collection_results": _account_faults(),
    **{f"statistics.{table.name}": cell_faults(table, _total_fault(table)) for table in ARREARS_TABLES},
    "statistics.new_debtors": cell_faults(
        NEW_DEBTORS,
        {
            "paid_in_order": _fault(
                "new_debtors", "paid_in_60_days_count = 1", {"tax_item_code": "41", "period_code": "2025-04"}
            ),
            "new_among_those_in_arrears": _fault("new_debtors", "debtor_count = 5", OF_APRIL),
            "first_arrears_are_new": _fault("new_debtors", "debtor_count = 3", OF_MAY),
            "open_arrears_have_a_spell": Fault(
                "delete from cells_overdue_spells where instalment_id = hashed('I', 20)", (f"{file_name(1)} line 20",)
            ),
        },
    ),
    "statistics.dispositions": cell_faults(
        DISPOSITIONS,
        {"total_is_the_history": Fault("delete from fct_case_history where case_no = 'S20241'", ("T 2024",))},
    ),
}
