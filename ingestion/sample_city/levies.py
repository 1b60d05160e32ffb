"""What is levied each year: who owes which tax, how much, in which instalments.

Yearly amounts are drawn once per payer and tax and vary a little from year to year; together they meet the calibrated
yen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import Array, Columns, stack
from ingestion.sample_city.draws import Draws, pick
from ingestion.sample_city.due_dates import WorkCalendar, day, fiscal_year
from ingestion.sample_city.instalments import (
    CORPORATE,
    FIXED_ASSET,
    HEALTH,
    ORDINARY,
    PENSION,
    PREMIUM,
    RESIDENT,
    SALARY,
    VEHICLE,
    Group,
    new_instalments,
)
from ingestion.sample_city.people import INSURED_AGE, City, first_of_april

if TYPE_CHECKING:
    from ingestion.sample_city.calibration import Calibration

VEHICLE_TAX_YEN = np.array([10_800, 12_900, 5_000, 7_200, 2_000, 2_400, 6_000, 3_700])
_VEHICLE_SHARES = np.array([60.0, 13.0, 10.0, 3.0, 6.0, 3.0, 3.0, 2.0])
_ROUNDING_YEN = {RESIDENT: 1000, FIXED_ASSET: 1000, HEALTH: 100, PREMIUM: 100, VEHICLE: 100, CORPORATE: 100}
_SMALLEST_YEN = {RESIDENT: 5000, FIXED_ASSET: 2000, HEALTH: 5400, PREMIUM: 4800, CORPORATE: 50_000}
_LARGEST_HEALTH_YEN = 1_040_000
_LARGEST_SHARE = 0.02
_COMPANY_WEIGHT = 6.0
_YEARLY_NOISE = 0.05
_SHARED_LUCK = {RESIDENT: 0.85, HEALTH: 0.85, VEHICLE: 0.6, FIXED_ASSET: 0.5}
_AGES = {(RESIDENT, ORDINARY): (20, 75), (RESIDENT, PENSION): (65, 200), (FIXED_ASSET, ORDINARY): (27, 200),
         (VEHICLE, ORDINARY): (18, 85), (HEALTH, ORDINARY): (20, 75)}  # fmt: skip


@dataclass
class Levies:
    """Levies of any year. Who pays and the base amounts are kept, so that a year follows from the one before."""

    city: City
    calibration: Calibration
    calendar: WorkCalendar
    draws: Draws
    _payers: dict[Group, Array] = field(default_factory=dict)

    def assess(self, group: Group, year: int) -> Columns:
        """All instalments that one group is assessed in a year, in order of payer and instalment."""
        if group.tax == CORPORATE:
            raise ValueError("corporate tax is returned, not assessed: see corporate_returns")
        payers = self._payers_of(group, year)
        return self._split(group, year, payers, self._yearly_yen(group, year, payers))

    def base_payers(self, group: Group) -> Array:
        """Everybody who pays this tax in some year."""
        if group not in self._payers:
            self._payers[group] = self._choose(group)
        return self._payers[group]

    def levied_on(self, group: Group, year: int) -> int:
        """Day of the tax notices, which is the day the levies are delivered."""
        if group.tax == FIXED_ASSET or group.method == PENSION:
            return first_of_april(year)
        return day(year, 7, 5) if group.tax in (HEALTH, PREMIUM) else day(year, 5, 10)

    def _choose(self, group: Group) -> Array:
        rng = self.draws.stream("payers", group.tax, group.method)
        wanted = max(1, self.calibration.scaled("payer_count", group.tax, group.method))
        companies = np.arange(self.city.persons, self.city.size)
        if group.method == SALARY or group.tax == CORPORATE:
            return np.sort(rng.permutation(companies[1:])[:wanted])
        company_count = self.calibration.scaled("corporate_payer_count", group.tax, group.method)
        ages = self.city.ages(self.city.first_day)[: self.city.persons]
        if group.tax == PREMIUM:
            return self._insured(group)
        low, high = _AGES[group.tax, group.method]
        is_eligible = (ages >= low) & (ages < high)
        if group.tax == HEALTH:
            is_eligible &= self.city.traits["is_head"][: self.city.persons]
        eligible = np.flatnonzero(is_eligible)
        weight = _SHARED_LUCK[group.tax] if group.method == ORDINARY else 0.0
        luck = weight * self._shared_luck[eligible] + (1 - weight) * rng.random(len(eligible))
        people = eligible[np.argsort(luck, kind="stable")][: wanted - company_count]
        return np.sort(np.concatenate([people, rng.permutation(companies[1:])[:company_count]]))

    @cached_property
    def _shared_luck(self) -> Array:
        """Low for those without an employer: they pay resident tax and health insurance tax themselves."""
        return self.draws.stream("without employer").random(self.city.persons)

    def _insured(self, group: Group) -> Array:
        """Everybody who is or becomes 75, divided between slips and pension withholding once for all."""
        ordinary = self.calibration.rate("payer_count", PREMIUM, ORDINARY)
        pension = self.calibration.rate("payer_count", PREMIUM, PENSION)
        is_ordinary = self.draws.stream("premium method").random(self.city.persons) < ordinary / (ordinary + pension)
        return np.flatnonzero(is_ordinary == (group.method == ORDINARY))

    def _payers_of(self, group: Group, year: int) -> Array:
        payers = self.base_payers(group)
        start = first_of_april(year)
        if group.tax in (RESIDENT, HEALTH, PREMIUM) and group.method != SALARY:
            payers = payers[self.city.is_resident(start)[payers]]
        if group.tax == PREMIUM:
            payers = payers[self.city.ages(start)[payers] >= INSURED_AGE]
        if group.tax == VEHICLE:
            payers = payers[self.city.traits["died"][payers] > start]
        return payers

    def _yearly_yen(self, group: Group, year: int, payers: Array) -> Array:
        if group.tax == VEHICLE:
            kinds = pick(self.draws.stream("vehicles"), _VEHICLE_SHARES, self.city.size)
            return np.asarray(VEHICLE_TAX_YEN[kinds[payers]])
        spread = self.calibration.rate("levy_spread", group.tax, group.method)
        base = self.draws.stream("levy", group.tax, group.method).normal(0, spread, self.city.size)[payers]
        noise = self.draws.stream("levy", group.tax, group.method, year).normal(0, _YEARLY_NOISE, self.city.size)[
            payers
        ]
        weights = np.exp(base + noise)
        if group.method == ORDINARY:
            weights[payers >= self.city.persons] *= _COMPANY_WEIGHT
        growth = 1 + self.draws.stream("growth", group.tax, group.method, year).uniform(-0.012, 0.012)
        target = self.calibration.scaled("current_levy", group.tax, group.method) * growth
        return scaled_to(weights, target, _SMALLEST_YEN[group.tax], self._largest(group, target))

    @staticmethod
    def _largest(group: Group, target: float) -> float:
        return _LARGEST_HEALTH_YEN if group.tax == HEALTH else max(target * _LARGEST_SHARE, 200_000)

    def _split(self, group: Group, year: int, payers: Array, yearly: Array) -> Columns:
        days = self.calendar.due_days(group.tax, group.method, year)
        parts = split_evenly(yearly, len(days), 100 if group.method == SALARY else _ROUNDING_YEN[group.tax])
        levied_on = self.levied_on(group, year)
        tables = []
        for place, due in enumerate(days):
            has_any = parts[place] > 0
            size = int(has_any.sum())
            first_due = due.due if group.is_withheld or group.is_premium else days[0].due
            rows = new_instalments(
                group,
                year,
                payers[has_any],
                no=np.full(size, due.instalment_no),
                due=np.full(size, due.due),
                nominal_year=np.full(size, fiscal_year(due.nominal)),
                statutory_due=np.full(size, first_due),
                levied_on=np.full(size, levied_on),
                original_yen=parts[place][has_any],
            )
            tables.append(rows)
        rows = stack(tables)
        order = np.argsort(rows["uid"], kind="stable")
        return {name: values[order] for name, values in rows.items()}


def split_evenly(yearly: Array, count: int, unit: int) -> list[Array]:
    """Yearly yen in ``count`` instalments cut to ``unit``; the first takes the rest. Source: 地方税法 第20条の4の2."""
    each = yearly // count // unit * unit
    return [yearly - each * (count - 1), *([each] * (count - 1))]


def scaled_to(weights: Array, target: float, smallest: float, largest: float) -> Array:
    """Yen in hundreds, proportional to the weights between the bounds, adding up to about ``target``."""
    amounts = weights * target / weights.sum()
    for _ in range(8):
        amounts = np.clip(amounts, smallest, largest)
        is_free = (amounts > smallest) & (amounts < largest)
        missing = target - amounts.sum()
        if not is_free.any():
            break
        amounts[is_free] *= max(0.1, 1 + missing / amounts[is_free].sum())
    return np.asarray(np.round(np.clip(amounts, smallest, largest) / 100).astype(np.int64) * 100)
