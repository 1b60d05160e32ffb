"""How an instalment came to owe what it owes: its ledger entries, and each late charge with rate, base and article."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.database import warehouse_file
from ingestion.errors import ConfigurationError, DataRefused
from orchestration import run_lock
from orchestration.dbt_command import dbt_command, dbt_environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from ingestion.database import DatabaseFile
    from ingestion.home import Home

COMPONENTS = {
    "principal": "本税",
    "late_charge": "延滞金",
    "demand_fee": "督促手数料",
    "additional_charge": "加算金",
}
KINDS = {
    "levy": "調定",
    "reassessment": "更正",
    "receipt": "収入",
    "receipt_correction": "収入訂正",
    "refund": "還付",
    "appropriation": "充当",
    "write_off": "不納欠損",
}
INSTALMENT = """
select i.tax_item_code, t.label_ja, i.levy_year, i.instalment_no, i.due_date, i.statutory_due_date
from int_instalments i left join tax_items t using (tax_item_code) where instalment_id = ?
"""
ENTRIES = """
select e.effective_date, e.accounting_year, e.component, e.kind, e.amount_yen, f.file_name, e.source_line_no,
       e.effective_date > r.as_of_date as is_later
from int_ledger_entries e cross join int_run r left join feed_files f on f.file_no = e.source_file_no
where instalment_id = ? order by e.effective_date, e.kind = 'levy' desc, e.component desc, e.ledger_entry_id
"""
SEGMENTS = """
select s.segment_from_date, s.segment_to_date, s.days_count, s.rate_percent, s.base_yen, s.amount_yen,
       coalesce(p.law, '根拠不明'), s.law_parameter_id
from fct_late_charge_segments s left join int_law_parameters p using (law_parameter_id)
where instalment_id = ? order by s.segment_from_date, s.segment_to_date
"""
ARREARS = """
select principal_outstanding_yen, late_charge_accrued_yen, late_charge_collected_yen, arrears_state
from fct_arrears where instalment_id = ?
"""


def explain(home: Home, instalment_id: str, as_of: date | None) -> list[str]:
    """The lines of the explanation, for the day of the last run or, computed anew in a copy, for ``as_of``.

    Raises:
        DataRefused: Nothing has been computed yet, or no instalment has that id.
        Busy: A refresh is running.
        ConfigurationError: The models could not be computed for that day.
    """
    if not home.warehouse.exists():
        raise DataRefused("Nothing has been computed in this home yet.", "Run `osamari refresh` first.")
    warehouse = warehouse_file(home)
    with run_lock.hold(home):
        last = _day_of_last_run(warehouse)
        if as_of is None or as_of == last:
            return _explained(warehouse, instalment_id)
        with _recomputed(home, warehouse, as_of) as copy:
            return _explained(copy, instalment_id)


def _day_of_last_run(warehouse: DatabaseFile) -> date | None:
    with warehouse.reading() as connection:
        try:
            row = connection.execute("select as_of_date from int_run").fetchone()
        except duckdb.CatalogException:
            raise DataRefused("No run has computed the ledger yet.", "Run `osamari refresh` first.") from None
    return row[0] if row else None


@contextmanager
def _recomputed(home: Home, warehouse: DatabaseFile, as_of: date) -> Iterator[DatabaseFile]:
    """A copy of the warehouse whose ledger and late charges are those of ``as_of``; removed afterwards."""
    with tempfile.TemporaryDirectory(dir=home.work, prefix="explain-") as folder:
        copy = replace(warehouse, path=Path(folder) / warehouse.path.name)
        shutil.copyfile(warehouse.path, copy.path)
        command = dbt_command("run", "--select", "+fct_arrears", "+fct_late_charge_segments", scratch=Path(folder))
        environment = {**os.environ, **dbt_environment(copy, as_of)}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if ran.returncode != 0:
            raise ConfigurationError(
                f"The models could not be computed as of {as_of}.",
                "Run `osamari refresh` and see what it says.",
            )
        yield copy


def _explained(warehouse: DatabaseFile, instalment_id: str) -> list[str]:
    with warehouse.reading() as connection:
        known = connection.execute(INSTALMENT, [instalment_id]).fetchone()
        if known is None:
            raise DataRefused(
                f"There is no instalment {instalment_id}.",
                "Take an instalment_id from fct_arrears or fct_refunds.",
            )
        day = connection.execute("select as_of_date from int_run").fetchone()
        return [
            *_heading(instalment_id, known, day[0] if day else None),
            *_entries(connection.execute(ENTRIES, [instalment_id]).fetchall()),
            *_segments(connection.execute(SEGMENTS, [instalment_id]).fetchall()),
            *_outcome(connection.execute(ARREARS, [instalment_id]).fetchone()),
        ]


def _heading(instalment_id: str, known: tuple[Any, ...], day: date | None) -> list[str]:
    code, label, levy_year, instalment_no, due, statutory_due = known
    return [
        f"期別 {instalment_id}  基準日 {day}",
        f"{label or code} {levy_year}年度 第{instalment_no}期  納期限 {due}  法定納期限 {statutory_due}",
        "",
    ]


def _entries(rows: list[tuple[Any, ...]]) -> list[str]:
    """The ledger in the order of its days, with the balance of each component after every entry."""
    lines = ["元帳（＋は債務、−は減少）"]
    balances: dict[str, int] = {}
    for effective, year, component, kind, yen, file_name, line_no, is_later in rows:
        if is_later:
            continue
        balances[component] = balances.get(component, 0) + yen
        what = f"{COMPONENTS.get(component, component)} {KINDS.get(kind, kind)}"
        lines.append(
            f"  {effective}  {what}  {yen:+,} 円  残 {balances[component]:,} 円"
            f"  会計年度 {year}  ({file_name} line {line_no})"
        )
    later_count = sum(bool(row[-1]) for row in rows)
    if later_count:
        lines.append(f"  基準日より後の仕訳 {later_count} 件は含まない")
    return [*lines, ""]


def _segments(rows: list[tuple[Any, ...]]) -> list[str]:
    if not rows:
        return ["延滞金: 区間はない", ""]
    lines = ["延滞金の区間（円未満切捨て）"]
    for start, end, days, rate, base, yen, law, parameter in rows:
        lines.append(
            f"  {start} – {end}  {days} 日  年 {_plain(rate)} %  基礎 {base:,} 円  = {yen:,} 円  {law} [{parameter}]"
        )
    return [*lines, f"  区間の合計 {sum(row[5] for row in rows):,} 円", ""]


def _plain(rate: Decimal) -> str:
    """The rate as the law writes it: 8.7, not 8.70000."""
    return f"{rate.normalize():f}"


def _outcome(row: tuple[Any, ...] | None) -> list[str]:
    if row is None:
        return ["滞納: なし"]
    outstanding, accrued, collected, state = row
    return [f"滞納: 本税 {outstanding:,} 円、延滞金 {accrued:,} 円（うち収入済 {collected:,} 円）、状態 {state}"]
