"""Late charges of all late instalments in pandas, to compare the models with: by columns, no loop over instalments.

Written apart from the models, from the same rules (``dbt_project/macros/late_charge.sql``). Yen and rates are whole
numbers of 64 bits; where a product would be larger, Python's own. Days are numbers since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from orchestration.bench_late_input import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

SCALE = 100_000
"""Values of the law have five decimals at most."""
_KIND_ORDER = {"reassessment": 1, "receipt": 2, "receipt_correction": 2, "write_off": 3}
_LARGEST = np.iinfo(np.int64).max


@dataclass(frozen=True)
class LateInput:
    """The tables of the input. Instalments are numbered by their row in ``late``."""

    late: pd.DataFrame
    entries: pd.DataFrame
    reliefs: pd.DataFrame
    law: pd.DataFrame
    rates: pd.DataFrame


def read_late_input(folder: Path) -> LateInput:
    """Read the Parquet files; days, yen and rates become whole numbers."""
    tables = [_read(folder / f"{table}.parquet") for table in TABLES]
    return LateInput(*tables)


def late_charges(given: LateInput) -> pd.DataFrame:
    """One row per late instalment with segments: ``instalment_id``, ``segments_yen``, ``accrued_yen``."""
    late = given.late.assign(late_no=np.arange(len(given.late)))
    late["first_end"] = _first_period_end(late, given.law)
    segments = _segments(_intervals(late, given), given)
    sums = segments.groupby("late_no", sort=False)["amount_yen"].sum()
    charged = late.loc[sums.index, ["instalment_id", "tax_item_code", "evaluate_date"]]
    minimum, unit = (
        in_force(given.law, f"late_charge_result_{part}", charged["tax_item_code"], charged["evaluate_date"])
        for part in ("minimum", "unit")
    )
    yen = sums.to_numpy()
    accrued = np.where(yen < minimum // SCALE, 0, yen - yen % (unit // SCALE))
    return pd.DataFrame({"instalment_id": charged["instalment_id"], "segments_yen": yen, "accrued_yen": accrued})


def in_force(law: pd.DataFrame, parameter: str, items: pd.Series, days: pd.Series) -> Numbers:
    """The value of a parameter for each tax item and day, times ``SCALE``. Fails where there is none."""
    asked = pd.DataFrame({"tax_item_code": items.to_numpy(), "day": days.to_numpy()})
    values = asked.drop_duplicates().merge(law[law["parameter"] == parameter], on="tax_item_code")
    values = values[values["day"].between(values["valid_from"], values["valid_to"])]
    found = asked.merge(values[["tax_item_code", "day", "value"]], on=["tax_item_code", "day"], how="left")
    values_asked: Numbers = found["value"].to_numpy().astype(np.int64)
    return values_asked


def _read(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(path).to_pandas(date_as_object=False)
    for name in frame.columns:
        if frame[name].dtype.kind == "M":
            frame[name] = frame[name].to_numpy().astype("datetime64[D]").astype(np.int64)
        elif name in {"value", "rate_percent"}:
            frame[name] = [None if value is None else int(value * SCALE) for value in frame[name]]
    if "value" in frame:
        frame = frame[frame["value"].notna()].astype({"value": np.int64})
    return frame


def _first_period_end(late: pd.DataFrame, law: pd.DataFrame) -> Numbers:
    """The day before the corresponding day, or the last day of a month that has none."""
    months = in_force(law, "late_charge_first_period_months", late["tax_item_code"], late["due_date"]) // SCALE
    begins = (late["due_date"].to_numpy() + 1).astype("datetime64[D]")
    month = begins.astype("datetime64[M]")
    day_in_month = (begins - month.astype("datetime64[D]")).astype(np.int64)
    reached = (month + months).astype("datetime64[D]").astype(np.int64)
    month_days = (month + months + 1).astype("datetime64[D]").astype(np.int64) - reached
    ends: Numbers = np.minimum(reached + day_in_month - 1, reached + month_days - 1)
    return ends


def _intervals(late: pd.DataFrame, given: LateInput) -> pd.DataFrame:
    """Intervals of days on which nothing changes, with principal, levied principal and reliefs at that time."""
    begins = late[["late_no", "instalment_id", "due_date", "charged_after_date", "evaluate_date", "tax_item_code"]]
    moves = given.entries.merge(begins, on="instalment_id")
    moves = moves[moves["effective_date"] <= moves["evaluate_date"]]
    moves["start"] = np.maximum(moves["effective_date"], moves["charged_after_date"]) + 1
    is_levy = moves["kind"].isin(["levy", "reassessment"])
    levied = _levied(moves[is_levy].copy(), given.law)
    paid = moves.loc[~is_levy, ["late_no", "start", "amount_yen"]].rename(columns={"amount_yen": "principal"})
    after = pd.concat([late[["late_no"]].assign(start=late[day] + 1) for day in ("due_date", "first_end")])
    reliefs = given.reliefs.merge(begins, on="instalment_id")
    reliefs["start"] = np.maximum(reliefs["start_date"], reliefs["charged_after_date"] + 1)
    reliefs = reliefs[["late_no", "start", "exempt_change", "reduced_change"]]
    changes = pd.concat([levied, paid, after, reliefs]).fillna(0)
    changes = changes[changes["start"] <= late["evaluate_date"].to_numpy()[changes["late_no"]]]
    days = changes.astype(np.int64).groupby(["late_no", "start"]).sum()
    days = days.groupby(level="late_no").cumsum().reset_index()
    told = ["tax_item_code", "evaluate_date", "due_date", "first_end"]
    days = days.join(late.loc[days["late_no"], told].reset_index(drop=True))
    ends = days.groupby("late_no")["start"].shift(-1) - 1
    return days.assign(end=ends.fillna(days["evaluate_date"]).astype(np.int64))


def _levied(levies: pd.DataFrame, law: pd.DataFrame) -> pd.DataFrame:
    """What each levy and reassessment changes; a lowered levy counts from the beginning where the law says so."""
    levies["kind_order"] = levies["kind"].map(_KIND_ORDER).fillna(4)
    levies["is_later"] = levies["kind"] != "levy"
    order = ["late_no", "is_later", "effective_date", "kind_order", "source_file_no", "source_line_no"]
    levies = levies.sort_values(order)
    levied = levies.groupby("late_no")["amount_yen"].cumsum()
    lowest = levied[::-1].groupby(levies["late_no"][::-1]).cummin()[::-1]
    follows = in_force(law, "late_charge_follows_reduction", levies["tax_item_code"], levies["due_date"])
    counted = levied.where(follows != SCALE, lowest)
    change = counted - counted.groupby(levies["late_no"]).shift(1).fillna(0)
    start = levies["start"].where(levies["is_later"], levies["charged_after_date"] + 1)
    return pd.DataFrame({"late_no": levies["late_no"], "start": start, "principal": change, "levied": change})


def _segments(intervals: pd.DataFrame, given: LateInput) -> pd.DataFrame:
    """Consecutive days with one base and one rate, each cut to whole yen."""
    charged = intervals.assign(base=_bases(intervals, given.law), parameter=_rate_parameters(intervals))
    rates = given.rates.rename(columns={"from_date": "rate_from", "to_date": "rate_to"})
    rated = charged[charged["base"] > 0].merge(rates, on=["tax_item_code", "parameter"])
    rated = rated[(rated["start"] <= rated["rate_to"]) & (rated["end"] >= rated["rate_from"])]
    rated["start"], rated["end"] = rated[["start", "rate_from"]].max(axis=1), rated[["end", "rate_to"]].min(axis=1)
    rated = rated.sort_values(["late_no", "start"])
    before = rated.shift(1)
    same = ["late_no", "base", "parameter", "rate_period_no"]
    goes_on = (rated[same] == before[same]).all(axis=1) & (before["end"] + 1 == rated["start"])
    runs = rated.groupby((~goes_on).cumsum().to_numpy())
    found = runs.agg(
        late_no=("late_no", "first"),
        tax_item_code=("tax_item_code", "first"),
        start=("start", "first"),
        end=("end", "last"),
        base=("base", "first"),
        rate=("rate_percent", "first"),
    )
    year_days = in_force(given.law, "days_per_year", found["tax_item_code"], found["start"])
    unit = in_force(given.law, "segment_truncation", found["tax_item_code"], found["start"]) // SCALE
    days = found["end"] - found["start"] + 1
    yen = _quotient([found["base"], found["rate"], days], year_days * 100)
    return found.assign(amount_yen=yen - yen % unit)


def _bases(intervals: pd.DataFrame, law: pd.DataFrame) -> Numbers:
    """The principal cut to its unit; none below the minimum, or while the charge is waived."""
    items, starts = intervals["tax_item_code"], intervals["start"]
    minimum = in_force(law, "late_charge_base_minimum", items, starts) // SCALE
    unit = in_force(law, "late_charge_base_unit", items, starts) // SCALE
    remaining = in_force(law, "late_charge_minimum_tests_remaining", items, starts) == SCALE
    principal = intervals["principal"].to_numpy()
    tested = np.where(remaining, principal, intervals["levied"].to_numpy())
    is_free = (principal <= 0) | (intervals["exempt_change"].to_numpy() > 0) | (tested < minimum)
    return np.where(is_free, 0, principal - principal % unit)


def _rate_parameters(intervals: pd.DataFrame) -> NDArray[np.object_]:
    is_after = intervals["start"] > intervals["first_end"]
    ordinary = np.where(is_after, "late_charge_rate_after", "late_charge_rate_first_month")
    unless_extended = np.where(intervals["start"] <= intervals["due_date"], "late_charge_rate_extension", ordinary)
    return np.where(intervals["reduced_change"] > 0, "grace_rate", unless_extended).astype(object)


def _quotient(factors: list[pd.Series], divisor: Numbers) -> Numbers:
    """Whole quotient of a product; exact also where the product needs more than 64 bits."""
    largest = 1
    for factor in factors:
        largest *= int(factor.max()) if len(factor) else 0
    kind = np.int64 if largest <= _LARGEST else object
    product = np.ones(len(divisor), dtype=kind)
    for factor in factors:
        product *= factor.to_numpy().astype(kind)
    quotient: Numbers = (product // divisor.astype(kind)).astype(np.int64)
    return quotient
