"""Invents a whole city's deliveries in the real formats of all feeds. Nobody in them exists; the towns do.

``generate`` is the only thing others call.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.sample_city.books import Books
from ingestion.sample_city.calibration import Calibration
from ingestion.sample_city.city_years import CityYears, RealisedRate
from ingestion.sample_city.deliveries import Deliveries
from ingestion.sample_city.draws import Draws
from ingestion.sample_city.due_dates import WorkCalendar, day
from ingestion.sample_city.late_charges import LateCharges
from ingestion.sample_city.levies import Levies
from ingestion.sample_city.people import build_city
from ingestion.sample_city.schedule import Schedule
from ingestion.sample_city.trade import Trade

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["RealisedRate", "SampleSummary", "generate"]

_FEWEST_PERSONS = 100
_LAST_CLOSING_MONTH = 5
TAG_FILE_NAME = "sample_tags.csv"


@dataclass(frozen=True)
class SampleSummary:
    """What was written. ``realised`` is the sample's own bookkeeping of the rates it was calibrated to."""

    out: Path
    tags: Path
    file_count: int
    row_count: int
    byte_count: int
    rows_by_feed: dict[str, int]
    realised: tuple[RealisedRate, ...]


def generate(  # noqa: PLR0913, PLR0917  the options of one command
    out: Path,
    persons: int = 20_000,
    years: int = 3,
    seed: int = 1,
    as_of: dt.date = dt.date(2026, 5, 31),
    progress: Callable[[str], None] | None = None,
    tags: Path | None = None,
    days: int = 0,
) -> SampleSummary:
    """Write the deliveries of ``years`` fiscal years up to ``as_of`` into the folder ``out``.

    In April and May the last fiscal year is the one being closed, else the one that is running. The same arguments give
    the same bytes. On each of ``days`` working days after ``as_of`` every feed delivers what changed; the deliveries
    before are the same with and without them. The tag file lies beside the folder (``sample_tags.csv``) unless ``tags``
    names another place.

    Raises:
        ConfigurationError: fewer than 100 people, no year, or ``out`` already holds files.
    """
    _check(out, persons, years)
    last_year = as_of.year - (as_of.month <= _LAST_CLOSING_MONTH)
    last_full = day(as_of.year, as_of.month, as_of.day)
    schedule = Schedule(last_year - years + 1, last_year, last_full, WorkCalendar().days_after(last_full, days))
    run = _prepare(out, Calibration(persons), Draws(seed), schedule, progress or _silent)
    run.run()
    tag_file = tags or out.parent / TAG_FILE_NAME
    run.tags.add_people(run.trade.city, schedule.last_day)
    run.tags.write(tag_file)
    return _summary(run, out, tag_file)


def _check(out: Path, persons: int, years: int) -> None:
    if persons < _FEWEST_PERSONS or years < 1:
        raise ConfigurationError(
            f"a city of {persons} people over {years} years cannot be made",
            f"Ask for at least {_FEWEST_PERSONS} people and 1 year.",
        )
    out.mkdir(parents=True, exist_ok=True)
    if any(path.suffix in (".csv", ".dat") for path in out.iterdir()):
        raise ConfigurationError(f"the folder {out} already holds deliveries", "Name an empty folder.")


def _prepare(
    out: Path, calibration: Calibration, draws: Draws, schedule: Schedule, progress: Callable[[str], None]
) -> CityYears:
    calendar = WorkCalendar()
    city = build_city(calibration, draws, schedule.first_day, schedule.as_of, schedule.last_day)
    trade = Trade(city, calibration, calendar, draws, LateCharges(), Books())
    deliveries = Deliveries(out, city, schedule, calendar)
    return CityYears(Levies(city, calibration, calendar, draws), trade, deliveries, progress)


def _silent(_: str) -> None:
    """Say nothing."""


def _summary(run: CityYears, out: Path, tag_file: Path) -> SampleSummary:
    files = run.deliveries.finished
    rows: dict[str, int] = {}
    for file in files:
        rows[file.contract.feed] = rows.get(file.contract.feed, 0) + file.row_count
    return SampleSummary(
        out=out,
        tags=tag_file,
        file_count=len(files),
        row_count=sum(rows.values()),
        byte_count=sum(file.path.stat().st_size for file in files),
        rows_by_feed=dict(sorted(rows.items())),
        realised=tuple(run.realised),
    )
