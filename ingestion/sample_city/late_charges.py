"""Late charge that a late payer is asked for together with the principal: what a slip issued on the paying day says.

Rates and units come from the platform's law seed, so that the slips of the sample agree with the law it computes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ingestion.errors import ConfigurationError
from ingestion.sample_city.due_dates import SEED_FOLDER, day, read_seed

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.sample_city.columns import Array

LAW_FILE = SEED_FOLDER / "law_parameters.csv"
_FIRST, _AFTER = "late_charge_rate_first_month", "late_charge_rate_after"
_EVER = (dt.date(1900, 1, 1), dt.date(2100, 1, 1))


@dataclass(frozen=True)
class LateCharges:
    """Late charges of taxes; the premium is taken to follow them."""

    file: Path = LAW_FILE

    def accrued(self, principal: Array, due: Array, paid: Array) -> Array:
        """Yen of late charge when all of a principal is paid on one day. Source: 地方税法 第20条の4の2."""
        return self.rounded(self.unrounded(principal, due, due + 1, paid))

    def rounded(self, charge: Array) -> Array:
        """Summed segments cut to what is asked for; small sums are waived."""
        unit, smallest = self._whole("late_charge_result_unit"), self._whole("late_charge_result_minimum")
        return np.where(charge < smallest, 0, charge // unit * unit)

    def unrounded(self, principal: Array, due: Array, first: Array, last: Array) -> Array:
        """Sum of the whole-yen segments from ``first`` to ``last``, both counted."""
        unit, smallest = self._whole("late_charge_base_unit"), self._whole("late_charge_base_minimum")
        base = np.where(principal < smallest, 0, principal // unit * unit)
        month_end = _first_month_ends(due)
        total = np.zeros(len(base), dtype=np.int64)
        for parameter, low, high in (
            (_FIRST, first, np.minimum(last, month_end)),
            (_AFTER, np.maximum(first, month_end + 1), last),
        ):
            for start, end, tenths in self._periods[parameter]:
                days = np.maximum(0, np.minimum(high, end) - np.maximum(low, start) + 1)
                total += base * tenths * days // (100 * 10 * self._whole("days_per_year"))
        return total

    @cached_property
    def _rows(self) -> list[dict[str, str]]:
        return [row for row in read_seed(self.file) if row["scope"] in ("tax", "all")]

    def _whole(self, parameter: str) -> int:
        for row in self._rows:
            if row["parameter"] == parameter:
                return int(row["value"])
        raise ConfigurationError(f'{self.file.name}: there is no parameter "{parameter}"', "Add its row.")

    @cached_property
    def _periods(self) -> dict[str, list[tuple[int, int, int]]]:
        """Per rate: first day, last day and tenths of a percent; neighbours with the same rate are one period."""
        found: dict[str, list[tuple[int, int, int]]] = {_FIRST: [], _AFTER: []}
        for row in self._rows:
            if row["parameter"] not in found:
                continue
            start = dt.date.fromisoformat(row["valid_from"]) if row["valid_from"] else _EVER[0]
            end = dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else _EVER[1]
            tenths = round(float(row["value"]) * 10)
            found[row["parameter"]].append((_day(start), _day(end), tenths))
        return {parameter: _merged(sorted(periods)) for parameter, periods in found.items()}


def _merged(periods: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    merged: list[tuple[int, int, int]] = []
    for start, end, tenths in periods:
        if merged and merged[-1][2] == tenths and merged[-1][1] + 1 == start:
            merged[-1] = (merged[-1][0], end, tenths)
        else:
            merged.append((start, end, tenths))
    return merged


def _day(date: dt.date) -> int:
    return day(date.year, date.month, date.day)


def _first_month_ends(due: Array) -> Array:
    """Last day of the lower rate: the day before that in the next month which corresponds to the first counted."""
    start = (due + 1).astype("datetime64[D]")
    month = start.astype("datetime64[M]")
    offset = (start - month.astype("datetime64[D]")).astype(np.int64)
    next_month = (month + 1).astype("datetime64[D]").astype(np.int64)
    after_next = (month + 2).astype("datetime64[D]").astype(np.int64)
    corresponding = next_month + offset
    return np.where(corresponding >= after_next, after_next - 1, corresponding - 1)
