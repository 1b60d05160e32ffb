"""Who lives in the invented city: people in households, and companies. Rows are addressees, people before companies.

Columns of :class:`City` are arrays over addressees; days of what never happens are ``NEVER``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, run_lengths
from ingestion.sample_city.doubles import plant_doubles
from ingestion.sample_city.draws import Draws, happens, pick
from ingestion.sample_city.due_dates import SEED_FOLDER, day, read_seed
from ingestion.sample_city.names import COMPANY_TRADES, COMPANY_WORDS, FAMILIES, GIVEN_MEN

if TYPE_CHECKING:
    from ingestion.sample_city.calibration import Calibration

_AGE_BOUNDS = (0, 15, 30, 40, 50, 65, 75, 102)
_AGE_SHARES = np.array([11.5, 14.0, 11.0, 14.5, 20.0, 12.5, 0.0])
_HOUSEHOLD_SHARES = np.array([38.0, 28.0, 17.0, 12.0, 5.0])
INSURED_AGE = 75
"""From this age on people are insured in the late-elderly system."""

_GROWN_UP = 20
_DAYS_OF_YEAR = 365.25


@dataclass(frozen=True)
class City:
    """Everybody with an addressee code. ``traits`` holds one array per property, over all addressees."""

    persons: int
    corporations: int
    first_day: int
    traits: Columns

    @property
    def size(self) -> int:
        """People and companies."""
        return self.persons + self.corporations

    @property
    def large_debtor(self) -> int:
        """The company that owes more than anybody else."""
        return self.persons

    @property
    def private_name(self) -> int:
        """The person whose family name has a character that only this city knows."""
        return self.persons // 3

    def ages(self, on_day: int) -> Array:
        """Completed years of people on a day (approximately, to the day); companies have none and count as 0."""
        years = (on_day - self.traits["birth"][: self.persons]) // _DAYS_OF_YEAR
        return np.concatenate([years, np.zeros(self.corporations)]).astype(np.int64)

    def is_resident(self, on_day: int) -> Array:
        """True for addressees alive and in the city on a day; companies always are."""
        return np.asarray((self.traits["moved_out"] > on_day) & (self.traits["died"] > on_day))


def build_city(calibration: Calibration, draws: Draws, first_day: int, full_day: int, last_day: int) -> City:
    """Invent the people and companies, with what happens to them between the first day and the last.

    Whatever comes after ``full_day``, the last full delivery, changes nothing of what is delivered until then.
    """
    persons = calibration.persons
    corporations = max(3, calibration.scaled("corporation_count"))
    rng = draws.stream("people")
    ages = _ages(calibration, rng)
    birth = np.floor(first_day - (ages + rng.random(persons)) * _DAYS_OF_YEAR).astype(np.int64)
    household, order = _households(ages, rng)
    traits: Columns = {"birth": np.concatenate([birth[order], np.full(corporations, NEVER)])}
    traits |= _names(household, corporations, draws.stream("names"))
    traits |= _places(calibration, household, corporations, draws.stream("places"))
    traits |= _fates(calibration, ages[order], corporations, (first_day, last_day), draws.stream("fates"))
    traits["difficulty"] = draws.stream("difficulty").random(persons + corporations)
    traits["account"] = 9_900_000 + draws.stream("accounts").integers(0, 100_000, persons + corporations)
    joint = draws.stream("joint owners")
    is_joint = happens(joint, persons, calibration.rate("joint_owner_share"))
    traits["co_owners"] = np.concatenate([is_joint * joint.integers(2, 5, persons), np.zeros(corporations, np.int64)])
    traits["bank"] = pick(draws.stream("banks"), np.array([42.0, 22.0, 14.0, 12.0, 10.0]), persons + corporations)
    spared = np.array([0, persons // 3])
    traits = plant_doubles(traits, ages[order], (spared, full_day), draws.stream("doubles"))
    return City(persons, corporations, first_day, traits)


def _ages(calibration: Calibration, rng: np.random.Generator) -> Array:
    """Ages on the first day by quota rather than by chance, so that a small city has its old people too."""
    shares = _AGE_SHARES.copy()
    shares[-1] = calibration.rate("share_aged_75")
    ends = np.round(np.cumsum(shares) / shares.sum() * calibration.persons).astype(np.int64)
    bands = np.searchsorted(ends, np.arange(calibration.persons), side="right")
    low, high = np.array(_AGE_BOUNDS[:-1])[bands], np.array(_AGE_BOUNDS[1:])[bands]
    position = rng.random(calibration.persons)
    position = np.where(low >= INSURED_AGE, position**2, position)
    return rng.permutation(np.floor(low + (high - low) * position).astype(np.int64))


def _households(ages: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Household of each place, and which of the aged people takes the place; first places go to grown-ups."""
    persons = len(ages)
    sizes = pick(rng, _HOUSEHOLD_SHARES, persons) + 1
    ends = np.cumsum(sizes)
    sizes = sizes[: int(np.searchsorted(ends, persons)) + 1]
    sizes[-1] -= int(sizes.sum()) - persons
    household = np.repeat(np.arange(len(sizes)), sizes)
    is_head = run_lengths(sizes) == 0
    grown = np.flatnonzero(ages >= _GROWN_UP)
    heads = min(int(is_head.sum()), len(grown))
    order = np.empty(persons, dtype=np.int64)
    head_places = np.flatnonzero(is_head)
    order[head_places[:heads]] = grown[:heads]
    rest = rng.permutation(np.setdiff1d(np.arange(persons), grown[:heads], assume_unique=True))
    order[np.concatenate([np.flatnonzero(~is_head), head_places[heads:]])] = rest
    return household, order


def _names(household: Array, corporations: int, rng: np.random.Generator) -> Columns:
    persons = len(household)
    family_of_household = rng.integers(0, len(FAMILIES), int(household[-1]) + 1)
    is_head = np.concatenate([[True], household[1:] != household[:-1]])
    return {
        "household": np.concatenate([household, np.full(corporations, -1)]),
        "is_head": np.concatenate([is_head, np.zeros(corporations, dtype=bool)]),
        "family": np.concatenate([family_of_household[household], rng.integers(0, len(COMPANY_WORDS), corporations)]),
        "given": np.concatenate(
            [rng.integers(0, len(GIVEN_MEN), persons), rng.integers(0, len(COMPANY_TRADES), corporations)]
        ),
        "sex": np.concatenate([rng.integers(1, 3, persons), np.full(corporations, 9)]),
    }


def _places(calibration: Calibration, household: Array, corporations: int, rng: np.random.Generator) -> Columns:
    towns = read_seed(SEED_FOLDER / "towns.csv")
    areas = np.array([town["area_code"] for town in towns])
    shares = np.zeros(len(towns))
    for area, share in calibration.scopes("area_share").items():
        shares[areas == area] = share / max(1, int((areas == area).sum()))
    households = int(household[-1]) + 1
    town = np.concatenate([pick(rng, shares, households)[household], pick(rng, shares, corporations)])
    lot = np.concatenate([rng.integers(1, 400, households)[household], rng.integers(1, 400, corporations)])
    return {"town": town, "lot": lot, "later_town": pick(rng, shares, len(town))}


def _fates(
    calibration: Calibration, ages: Array, corporations: int, span: tuple[int, int], rng: np.random.Generator
) -> Columns:
    """Move-outs, deaths and moves inside the city; deaths fall mostly on the old."""
    years = (span[1] - span[0]) / _DAYS_OF_YEAR
    hazard = np.maximum(0.05, np.exp((ages - 60) / 11.0))
    death_rate = calibration.rate("deaths") / 100 * hazard / hazard.mean()

    def day_of(yearly: Array | float) -> Array:
        wait = rng.exponential(1.0, len(ages)) / np.maximum(yearly, 1e-9)
        days = span[0] + np.floor(np.minimum(wait, years + 1) * _DAYS_OF_YEAR).astype(np.int64)
        return np.concatenate([np.where(wait < years, days, NEVER), np.full(corporations, NEVER)])

    died = day_of(death_rate)
    moved_out = day_of(calibration.rate("moves_out") / 100)
    moved_within = day_of(calibration.rate("moves_within") / 100)
    is_protected = happens(rng, len(ages), calibration.rate("dv_share"))
    is_protected[0] = True
    return {
        "died": np.where(died < moved_out, died, NEVER),
        "moved_out": np.where(moved_out < died, moved_out, NEVER),
        "moved_within": np.where(moved_within < np.minimum(died, moved_out), moved_within, NEVER),
        "is_protected": np.concatenate([is_protected, np.zeros(corporations, dtype=bool)]),
    }


def age_75_on(birth: Array) -> Array:
    """Day on which people turn 75, to the day of an average year."""
    return np.floor(birth + INSURED_AGE * _DAYS_OF_YEAR).astype(np.int64)


def first_of_april(year: int) -> int:
    """The first day of a fiscal year."""
    return day(year, 4, 1)
