"""The collection accounts over invented ledgers: many instalments at once, through the compiled models.

What single rows must show stands beside the models as unit tests; they run here too: one build serves both.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MODELS = (
    "int_accounting_years",
    "int_accounting_months",
    "int_collection_moves",
    "int_collection_balances",
    "int_collection_months",
)
FIRST_YEAR, YEARS, INSTALMENTS = 2021, 5, 1500
LAST_DAY = date(2026, 5, 31)
LAW_VALUES = """
create table int_law_values as
select *, date '0001-01-01' as valid_from, date '9999-12-31' as valid_to
from (values ('fiscal_year_start', '04-01'), ('closing_period_end', '05-31')) as v (parameter, value_text)
"""


@pytest.fixture(scope="module")
def compiled(built_project: tuple[Path, str]) -> Path:
    """The compiled models."""
    target, refusal = built_project
    assert not refusal
    return target / "compiled" / "osamari" / "models" / "intermediate"


@dataclass(frozen=True)
class Entry:
    """One invented principal entry of the ledger, in yen; credited on the day it takes effect."""

    instalment_id: str
    kind: str
    on_day: date
    levy_year: int
    amount_yen: int

    @property
    def accounting_year(self) -> int:
        """The levy year until its closing, then the fiscal year of the day."""
        if self.on_day <= date(self.levy_year + 1, 5, 31):
            return self.levy_year
        return self.on_day.year if self.on_day.month > 3 else self.on_day.year - 1


def invented_entries(seed: int) -> Iterator[Entry]:
    """Payments, double payments, reassessments, refunds of what is overpaid, and write-offs at the end."""
    draw = random.Random(seed)  # noqa: S311  (a seeded invention, no secret)
    for number in range(INSTALMENTS):
        levy_year = FIRST_YEAR + draw.randrange(YEARS)
        day, owed = date(levy_year, draw.choice((4, 6, 7)), 15), draw.randrange(1000, 90000)
        yield Entry(f"I{number}", "levy", day, levy_year, owed)
        levied, kind = owed, "levy"
        for _ in range(draw.randrange(6)):
            day += timedelta(days=draw.randrange(1, 400))
            if day > LAST_DAY or kind == "write_off":
                break
            kind, amount = next_move(draw, owed, levied)
            if amount:
                owed, levied = owed + amount, levied + (amount if kind == "reassessment" else 0)
                yield Entry(f"I{number}", kind, day, levy_year, amount)


def next_move(draw: random.Random, owed: int, levied: int) -> tuple[str, int]:
    """What may happen next: only what is overpaid is refunded, only what is owed is written off."""
    if owed < 0 and draw.random() < 0.5:
        return "refund", draw.randrange(1, -owed + 1)
    kind = draw.choice(("receipt", "receipt", "reassessment", "write_off"))
    if kind == "receipt":
        return kind, -draw.choice((max(owed, 1), levied, draw.randrange(1, 5000)))
    if kind == "reassessment":
        return kind, draw.randrange(-levied, 3000)
    return kind, -max(owed, 0)


def accounts(compiled: Path, entries: list[Entry], as_of: date) -> duckdb.DuckDBPyConnection:
    """The collection models over these entries as of a day, in memory."""
    city = duckdb.connect()
    city.execute("attach ':memory:' as warehouse; use warehouse; set threads = 1")
    city.execute(f"create table int_run as select date '{as_of}' as as_of_date")
    city.execute(f"create table int_levy_versions as select date '{FIRST_YEAR}-04-01' as delivery_date")
    city.execute(LAW_VALUES)
    ledger = pd.DataFrame([asdict(e) | {"accounting_year": e.accounting_year} for e in entries])
    city.register("ledger", ledger)
    city.execute(
        """create table int_ledger_entries as select instalment_id, 'principal' as component, kind,
           cast(on_day as date) as effective_date, cast(on_day as date) as credited_date,
           cast(accounting_year as integer) as accounting_year, cast(amount_yen as bigint) as amount_yen
           from ledger"""
    )
    city.execute(
        """create table int_instalments as select distinct instalment_id,
           cast(levy_year as integer) as levy_year, 'A' || instalment_id as addressee_key,
           '11' as tax_item_code, 'resident_tax' as tax_item, '1' as collection_method_code from ledger"""
    )
    for model in MODELS:
        sql = (compiled / f"{model}.sql").read_text(encoding="utf-8")
        city.execute(f"create table {model} as {sql}")
    return city


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return list(invented_entries(20260531))


@pytest.fixture(scope="module")
def city(compiled: Path, entries: list[Entry]) -> duckdb.DuckDBPyConnection:
    return accounts(compiled, entries, LAST_DAY)


def test_the_invented_ledgers_contain_what_is_hard(city: duckdb.DuckDBPyConnection) -> None:
    hard = city.execute(
        """select
             (select count(*) from int_ledger_entries where kind = 'refund'),
             (select count(*) from int_collection_balances where inherited_refund_pending_yen > 0)"""
    ).fetchall()[0]
    assert min(hard) > 50


def test_the_identity_holds_at_every_month_end_of_every_instalment(city: duckdb.DuckDBPyConnection) -> None:
    offenders = city.execute(
        """select * from int_collection_balances
           where outstanding_yen <> levied_yen - collected_yen - written_off_yen + refund_pending_yen
             or least(outstanding_yen, refund_pending_yen, levied_yen, inherited_refund_pending_yen) < 0"""
    ).fetchall()
    assert offenders == []


def test_a_year_never_collects_less_than_nothing(city: duckdb.DuckDBPyConnection) -> None:
    """It would if a refund of money collected in a closed year were taken from the new year's revenue."""
    query = "select * from int_collection_balances where is_latest and collected_yen < 0"
    assert city.execute(query).fetchall() == []


def test_a_year_opens_with_what_the_last_one_left(city: duckdb.DuckDBPyConnection) -> None:
    offenders = city.execute(
        """with years as (
             select *, lag(outstanding_yen) over account as left_yen,
               lag(accounting_year) over account as last_year
             from int_collection_balances where is_latest
             window account as (partition by instalment_id order by accounting_year)),
           reassessed as (
             select distinct instalment_id, accounting_year from int_ledger_entries
             where kind = 'reassessment')
           select * from years anti join reassessed using (instalment_id, accounting_year)
           where levy_class = 'carryover'
             and (levied_yen <> left_yen or (left_yen > 0 and last_year <> accounting_year - 1))"""
    ).fetchall()
    assert offenders == []


@pytest.mark.parametrize("as_of", [date(2024, 4, 30), date(2024, 5, 31), date(2025, 2, 28)])
def test_a_past_month_reads_the_same_on_its_own_day_and_later(
    compiled: Path, entries: list[Entry], city: duckdb.DuckDBPyConnection, as_of: date
) -> None:
    columns = """accounting_year, levy_class, month_end_date, levied_yen, collected_yen, written_off_yen,
                 refund_pending_yen, outstanding_yen"""
    query = f"select {columns} from int_collection_months where month_end_date <= date '{as_of}' order by all"
    then = accounts(compiled, entries, as_of).execute(query).fetchall()
    assert then == city.execute(query).fetchall()
    assert len(then) > 14
