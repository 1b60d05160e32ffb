"""Days: due dates from the instalment calendar, moved past closed days, and how days are written in feeds.

A day is a number counted from 1970-01-01. Source: the platform's own seeds ``instalment_calendar`` and ``holidays``.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.sample_city.columns import NEVER, Array

SEED_FOLDER = Path(__file__).parents[2] / "dbt_project" / "seeds"
_EPOCH = dt.date(1970, 1, 1)
_FIRST_WRITTEN = (dt.date(1900, 1, 1) - _EPOCH).days
_LAST_WRITTEN = (dt.date(2060, 12, 31) - _EPOCH).days
_SATURDAY = 5
APRIL = 4
"""The month in which the fiscal year begins."""


def day(year: int, month: int, day_of_month: int) -> int:
    """The number of a day; ``day_of_month`` 0 is the last day of the month."""
    if day_of_month:
        return (dt.date(year, month, day_of_month) - _EPOCH).days
    return (dt.date(year + month // 12, month % 12 + 1, 1) - _EPOCH).days - 1


def as_date(day_no: int) -> dt.date:
    """The date of a day number."""
    return _EPOCH + dt.timedelta(days=int(day_no))


def fiscal_year(day_no: int) -> int:
    """The fiscal year, April to March, in which a day lies."""
    date = as_date(day_no)
    return date.year - (date.month < APRIL)


@dataclass(frozen=True)
class DueDay:
    """When one instalment falls due: ``nominal`` as the calendar says, ``due`` after moving past closed days."""

    instalment_no: int
    nominal: int
    due: int


class WorkCalendar:
    """Working days and due dates."""

    def __init__(self, seeds: Path = SEED_FOLDER) -> None:
        """Read the seeds when they are first needed."""
        self._seeds = seeds

    @cached_property
    def _open(self) -> Array:
        days = np.arange(_FIRST_WRITTEN, _LAST_WRITTEN + 1)
        is_open = (days + 3) % 7 < _SATURDAY
        for row in read_seed(self._seeds / "holidays.csv"):
            holiday = (dt.date.fromisoformat(row["holiday_date"]) - _EPOCH).days
            is_open[holiday - _FIRST_WRITTEN] = False
        return is_open

    @cached_property
    def _next_open(self) -> Array:
        days = np.where(self._open, np.arange(len(self._open)), len(self._open))
        return np.minimum.accumulate(days[::-1])[::-1] + _FIRST_WRITTEN

    @cached_property
    def _previous_open(self) -> Array:
        days = np.where(self._open, np.arange(len(self._open)), 0)
        return np.maximum.accumulate(days) + _FIRST_WRITTEN

    @cached_property
    def _instalments(self) -> dict[tuple[int, int], list[tuple[int, int, int, int]]]:
        found: dict[tuple[int, int], list[tuple[int, int, int, int]]] = {}
        for row in read_seed(self._seeds / "instalment_calendar.csv"):
            key = (int(row["tax_item_code"]), int(row["collection_method_code"]))
            terms = ("instalment_no", "due_year_offset", "due_month", "due_day")
            no, offset, month, day_of_month = (int(row[term]) for term in terms)
            found.setdefault(key, []).append((no, offset, month, day_of_month))
        return found

    def next_open(self, days: Array) -> Array:
        """The same day, or the next working day."""
        return np.asarray(self._next_open[days - _FIRST_WRITTEN])

    def previous_open(self, days: Array) -> Array:
        """The same day, or the working day before it."""
        return np.asarray(self._previous_open[days - _FIRST_WRITTEN])

    def days_after(self, day_no: int, count: int) -> tuple[int, ...]:
        """The first so many working days after a day."""
        return tuple((np.flatnonzero(self._open[day_no + 1 - _FIRST_WRITTEN :])[:count] + day_no + 1).tolist())

    def due(self, nominal: int) -> int:
        """A due date, moved past Saturday, Sunday, holidays and the turn of the year."""
        return int(self._next_open[nominal - _FIRST_WRITTEN])

    def due_days(self, tax: int, method: int, assessment_year: int) -> list[DueDay]:
        """Due days of the instalments of an assessment, in order; empty where the calendar has none."""
        days = []
        for no, offset, month, day_of_month in self._instalments.get((tax, method), []):
            nominal = day(assessment_year + offset, month, day_of_month)
            days.append(DueDay(no, nominal, self.due(nominal)))
        return days


def read_seed(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV seed."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


ERA_FILE = Path(__file__).parents[1] / "eras.csv"
_ERA_MAP = "letters"


def era_text(days: Array) -> pa.Array:
    """Days by era: its letter and two digits each of year, month and day (``S540301``)."""
    eras = [row for row in read_seed(ERA_FILE) if row["map"] == _ERA_MAP]
    starts = np.array([(dt.date.fromisoformat(row["from_date"]) - _EPOCH).days for row in eras])
    order = np.argsort(starts)
    era = order[np.searchsorted(starts[order], days, side="right") - 1]
    first_year = np.array([int(row["first_year"]) for row in eras])[era]
    western = date_text(days)
    year = pc.ascii_lpad(pc.cast(pa.array(_years(days) - first_year + 1), pa.string()), 2, "0")
    letter = pa.array([row["code"] for row in eras], pa.string()).take(pa.array(era))
    return pc.binary_join_element_wise(letter, year, pc.utf8_slice_codeunits(western, 4, 8), "")


def _years(days: Array) -> Array:
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970)


_WRITTEN: list[pa.Array] = []


def date_text(days: Array) -> pa.Array:
    """Days as ``YYYYMMDD``; days that never come as the empty text."""
    if not _WRITTEN:
        every = np.arange(_FIRST_WRITTEN, _LAST_WRITTEN + 1).astype("datetime64[D]")
        _WRITTEN.append(pa.array([str(one).replace("-", "") for one in every] + [""], pa.string()))
    position = np.where(days >= NEVER, len(_WRITTEN[0]) - 1, np.minimum(days, _LAST_WRITTEN) - _FIRST_WRITTEN)
    return _WRITTEN[0].take(pa.array(position))
