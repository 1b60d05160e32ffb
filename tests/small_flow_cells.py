"""Cells of receipts, notices, refunds and write-offs that agree with the small marts, and a fault for each expectation.

Two or three codes under each dimension, so that a wrong leaf shows above it. A month stands under its quarter; years
stand under nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.small_feeds import Fault

ITEMS = ("31", "41")
MONTH = ("2025-04",)
ABOVE = {"period_code": "2025Q1", "fiscal_year": ""}
"""What the leaves of a dimension add up to where that is not the total."""
EVIDENCE = "300 as largest_contributor_yen, 150 as second_largest_contributor_yen, false as is_structural_zero"


@dataclass(frozen=True)
class SmallTable:
    """The codes of each dimension and the figures of each leaf cell, or the SQL of any; the first counts cases."""

    name: str
    codes: dict[str, tuple[str, ...]]
    figures: dict[str, int | str]
    further: dict[str, Fault]
    is_counted: bool = True
    has_parts: bool = field(default=False)

    @property
    def magnitude(self) -> str:
        """The measure in yen by which contributors are compared."""
        return list(self.figures)[1]

    def leaf(self, first: int, last: int) -> dict[str, str]:
        """The leaf cell with the first code of each dimension, but of the first dimension and the tax items these."""
        leaf = {dimension: codes[0] for dimension, codes in self.codes.items()}
        others = {next(d for d in self.codes if d != "tax_item_code"): first, "tax_item_code": last}
        return leaf | {dimension: self.codes[dimension][place] for dimension, place in others.items()}


TABLES = (
    SmallTable(
        "payment_channels",
        {"tax_item_code": ITEMS, "channel_code": ("TRF", "CVS"), "period_code": MONTH},
        {"payment_count": 2, "paid_yen": 4625},
        {
            "months_are_the_ledger": Fault(
                "update int_ledger_entries set credited_date = date '2025-05-01' where row_no = 102", ("T T 2025-04",)
            )
        },
    ),
    SmallTable(
        "transfer_failures",
        {"tax_item_code": ITEMS, "transfer_failure_code": ("1", "other"), "period_code": MONTH},
        {"failure_count": 2, "failed_yen": 4625},
        {},
    ),
    SmallTable(
        "response_to_demand",
        {"notice_kind_code": ("demand", "reminder"), "days_band_code": ("D010", "D020"), "tax_item_code": ITEMS},
        {"notice_count": 2, "demanded_yen": 3000},
        {"demands_were_sent": Fault("delete from int_demand_notices where row_no = 1", ("demand T T",))},
    ),
    SmallTable(
        "refund_backlog",
        {"days_band_code": ("D0030", "D0090"), "tax_item_code": ITEMS},
        {"case_count": 2, "pending_yen": 625, "lapsing_case_count": 1, "lapsing_yen": 100},
        {
            "total_is_the_mart": Fault("update fct_refunds set refund_state = 'lapsed' where row_no = 1", ("T T",)),
            "lapsing_is_pending": Fault(
                "update cells_refund_backlog set lapsing_yen = pending_yen + 1 "
                "where days_band_code = 'T' and tax_item_code = '31'",
                ("T 31",),
            ),
        },
        has_parts=True,
    ),
    SmallTable(
        "refunds_by_cause",
        {
            "refund_cause_code": ("mistake", "double_payment"),
            "tax_item_code": (*ITEMS, "51"),
            "fiscal_year": ("2025",),
        },
        {"case_count": 2, "overpaid_yen": 500, "appropriated_yen": 90, "refunded_yen": 80, "refund_interest_yen": 7},
        {
            "years_are_the_mart": Fault(
                "update fct_refunds set arising_date = date '2025-03-31' where row_no = 2", ("T T 2025",)
            )
        },
        is_counted=False,
        has_parts=True,
    ),
    SmallTable(
        "write_offs",
        {"write_off_clause_code": ("18", "15-7-4"), "tax_item_code": ITEMS, "fiscal_year": ("2023",)},
        {"case_count": 2, "written_off_yen": 3000},
        {
            "years_are_the_accounts": Fault(
                "update fct_collections set written_off_yen = 1 where accounting_year = 2023", ("T T 2023",)
            )
        },
    ),
)


def _codes_sql(table: SmallTable) -> str:
    rows = []
    for dimension, codes in table.codes.items():
        above = ABOVE.get(dimension, "")
        rows += [f"('{table.name}', '{dimension}', '{code}', '{above}')" for code in codes]
        rows += [f"('{table.name}', '{dimension}', '{above}', '')"] if above else []
    return f"insert into cells_dimension_codes (table_name, dimension, code, parent) values {', '.join(rows)};\n"


def _cells_sql(table: SmallTable) -> str:
    """Every combination of codes, groups and totals; a cell is as many times the leaf cell as it has leaves."""
    joined = []
    for place, (dimension, codes) in enumerate(table.codes.items()):
        rows = [f"('{code}', '{up}')" for code in codes for up in (code, ABOVE.get(dimension, "T")) if up]
        joined.append(f"(values {', '.join(rows)}) d{place}(leaf, {dimension})")
    figures = ", ".join(
        f"{figure if isinstance(figure, str) else f'{figure} * count(*)'} as {name}"
        for name, figure in table.figures.items()
    )
    return (
        f"create or replace table cells_{table.name} as select row_number() over ()::integer as row_no, "
        f"date '2025-05-31' as as_of_date, {', '.join(table.codes)}, {figures}, 2 * count(*) as contributor_count, "
        f"{EVIDENCE} from {', '.join(joined)} group by {', '.join(table.codes)};\n"
    )


SOURCES = """
insert into cells_periods (table_name, code, from_date, to_date, is_leaf) values
  ('payment_channels', '2025-04', date '2025-04-01', date '2025-04-30', true),
  ('refunds_by_cause', '2025', date '2025-04-01', date '2026-03-31', true);
create or replace table int_demand_notices as select row_no from numbers where row_no <= 8;
-- An account of an earlier year, all of it written off.
insert into fct_collections
  select 900, instalment_id, 2023, 'current', 12000, 0, 12000, 0, 0, 'V1' from int_instalments where row_no = 1;
"""
FLOW_CELLS = "".join(_codes_sql(table) + _cells_sql(table) for table in TABLES) + SOURCES


def _faults(table: SmallTable) -> dict[str, Fault]:
    """Faults in leaf cells of their own, so that none undoes another; a wrong leaf shows above along each dimension."""
    one, other, third = table.leaf(0, 0), table.leaf(0, 1), table.leaf(1, 0)

    def at(leaf: dict[str, str], damage: str) -> Fault:
        return Fault(f"update cells_{table.name} set {damage} where {_where(leaf)}", (" ".join(leaf.values()),))

    copied = f"insert into cells_{table.name} select * from cells_{table.name} where {_where(one)}"
    faults = {
        "cell_once": Fault(copied, (" ".join(one.values()),)),
        "as_of_is_the_run": at(one, "as_of_date = date '2025-05-30'"),
        "table_not_empty": Fault(f"delete from cells_{table.name}", ("",)),
        **{f"{measure}_not_negative": at(other, f"{measure} = -1") for measure in table.figures},
        "contributors_where_counted": at(other, "contributor_count = 0"),
        "largest_in_order": at(one, "second_largest_contributor_yen = largest_contributor_yen + 1"),
        "structural_zero_is_zero": at(one, "is_structural_zero = true"),
        **table.further,
    }
    if table.is_counted:
        faults[f"contributors_within_{next(iter(table.figures))}"] = at(one, "contributor_count = 99")
    if not table.has_parts:
        faults["lone_contributor_is_all"] = at(third, "contributor_count = 1")
    for dimension in table.codes:
        above = ABOVE.get(dimension, "T")
        if above:
            changed = at(one, f"{table.magnitude} = {table.magnitude} + 1")
            faults[f"{dimension}_adds_up"] = Fault(changed.statement, (" ".join((one | {dimension: above}).values()),))
    return faults


def _where(cell: dict[str, str]) -> str:
    return " and ".join(f"{dimension} = '{code}'" for dimension, code in cell.items())


FLOW_FAULTS = {f"statistics.{table.name}": _faults(table) for table in TABLES}
