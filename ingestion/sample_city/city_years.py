"""Year after year of the invented city: levies, payments, arrears, deliveries.

Memory holds one year and the open debts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.awkward_cases import add_awkward_cases, stay_for_three_years
from ingestion.sample_city.awkward_files import add_awkward_files
from ingestion.sample_city.books import DEMAND_NOTICE
from ingestion.sample_city.carryover import CarryoverYear
from ingestion.sample_city.city_records import CityRecords
from ingestion.sample_city.columns import NEVER, Columns, row_count, stack, take, whole
from ingestion.sample_city.corporate_returns import corporate_returns
from ingestion.sample_city.current_payments import issue_first_slips, pay_current
from ingestion.sample_city.deliveries import add_collected
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.instalments import (
    CORPORATE,
    FIXED_ASSET,
    GROUPS,
    HEALTH,
    RESIDENT,
    SALARY,
    STATE,
    Group,
    current_yen,
)
from ingestion.sample_city.large_debtor import year_of_large_debtor, yearly_levy
from ingestion.sample_city.opening_arrears import opening_arrears
from ingestion.sample_city.outgoing_rows import requests_of
from ingestion.sample_city.outside_people import deliver_outside_people
from ingestion.sample_city.payment_plans import plan_current
from ingestion.sample_city.people_deliveries import deliver_people
from ingestion.sample_city.premium_rows import line_days, settlement_lines
from ingestion.sample_city.reassessments import reassess
from ingestion.sample_city.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.levies import Levies
    from ingestion.sample_city.trade import Trade


@dataclass(frozen=True)
class RealisedRate:
    """What one group came to in one accounting year: yen levied (or carried over), collected and written off."""

    tax: int
    method: int
    accounting_year: int
    levy_class: str
    levied_yen: int
    collected_yen: int
    written_off_yen: int


@dataclass
class CityYears:
    """Runs the years in order. ``debts`` and ``pending`` are what one year hands to the next."""

    levies: Levies
    trade: Trade
    deliveries: Deliveries
    progress: Callable[[str], None]
    tags: Tags = field(default_factory=Tags)
    realised: list[RealisedRate] = field(default_factory=list)
    debts: dict[Group, Columns] = field(default_factory=dict)
    pending: dict[Group, Columns] = field(default_factory=dict)
    records: CityRecords = field(init=False)

    def __post_init__(self) -> None:
        """Open the records."""
        self.records = CityRecords(self.trade, self.deliveries, self.tags)

    def run(self) -> None:
        """Open the books, live through the years and the closing months of the last one, deliver everything."""
        schedule = self.deliveries.schedule
        self._open()
        for year in range(schedule.first_year, schedule.last_year + 2):
            if day(year, 4, 1) > schedule.last_day:
                break
            self.progress(f"sample city: fiscal year {year}")
            year_end = min(day(year + 1, 3, 31), schedule.last_day)
            deliver_people(self.deliveries, year)
            deliver_outside_people(self.deliveries, self.levies, self.tags, year)
            for group in GROUPS:
                self._carry_over(group, year)
                self._levy_and_collect(group, year)
                self.records.forget(group, self.debts.get(group, {}))
                self.deliveries.collect(self.trade.books, year_end)
            self.records.close_year(year)
            self.deliveries.flush(year_end)
        self.deliveries.flush(schedule.last_day)
        add_awkward_files(self.deliveries, self.tags)

    def _open(self) -> None:
        """Deliver what older years left: unpaid instalments with their demand notices, and employers' last months."""
        first = self.deliveries.schedule.first_year
        for group in GROUPS:
            rows = opening_arrears(self.levies, group, first)
            if rows:
                rows["demanded_on"] = self.trade.demand_days(rows["due"])
                if group.tax == HEALTH:
                    stay_for_three_years(rows, first, self.tags)
                self.trade.books.notify(rows, DEMAND_NOTICE, rows["demanded_on"], rows["remaining_yen"])
                self.deliveries.write_levies(rows, self.deliveries.schedule.first_day)
                self.deliveries.queue_versions(rows, whole(row_count(rows), self.deliveries.schedule.first_day))
                self.debts[group] = {name: rows[name] for name in STATE}
        salary = Group(RESIDENT, SALARY)
        rows = self.levies.assess(salary, first - 1)
        rows["pays_first"] = np.zeros(row_count(rows), dtype=bool)
        self.pending[salary] = take(rows, rows["nominal_year"] == first)
        issue_first_slips(self.trade, self.pending[salary], salary)
        self.deliveries.write_levies(self.pending[salary], self.deliveries.schedule.first_day)

    def _carry_over(self, group: Group, year: int) -> None:
        debts = self.debts.pop(group, {})
        if not row_count(debts):
            return
        opening = int(debts["remaining_yen"].sum())
        carried = self.records.carry_over(group, debts, year)
        debts = CarryoverYear(self.trade, debts, group, year).settle(self.tags)
        self.records.settle(group, debts, carried, year)
        after = day(year, 3, 31)
        self.deliveries.queue_versions(debts, whole(row_count(debts), after), self.records.collected(group))
        is_written_off = (debts["written_off_on"] > after) & (debts["written_off_on"] < NEVER)
        written_off = int(debts["write_off_yen"][is_written_off].sum())
        if group.is_premium:
            lines = settlement_lines(take(debts, is_written_off))
            self.deliveries.queue("premium_collection", lines, line_days(lines))
        collected = opening - written_off - int(debts["remaining_yen"].sum())
        self._note(group, year, "carryover", (opening, collected, written_off))
        self.debts[group] = take(debts, debts["remaining_yen"] > 0)

    def _levy_and_collect(self, group: Group, year: int) -> None:
        rows = stack([self.pending.pop(group, {}), self._assess(group, year)])
        if not row_count(rows):
            return
        is_later = rows["nominal_year"] > year
        if is_later.any():
            self.pending[group] = take(rows, is_later)
        rows = take(rows, ~is_later)
        rows = take(rows, np.lexsort((rows["uid"], rows["payer"])))
        plan_current(self.trade, rows, group, year)
        pay_current(self.trade, rows, group, year)
        add_awkward_cases(self.trade, rows, group, year, self.tags)
        self.records.levy_paid(group, rows)
        self._queue_levies(group, rows)
        if group.is_premium:
            lines = settlement_lines(rows)
            self.deliveries.queue("premium_collection", lines, line_days(lines))
        levied, unpaid = int(current_yen(rows).sum()), int(rows["remaining_yen"].sum())
        self._note(group, year, "current", (levied, levied - unpaid, 0))
        left = take({name: rows[name] for name in STATE}, rows["remaining_yen"] > 0)
        self.debts[group] = stack([self.debts.get(group, {}), left])

    def _queue_levies(self, group: Group, rows: Columns) -> None:
        """Queue new versions of the year's levies; returned ones are new themselves at the first delivery after it."""
        collected, first_delivery = self.records.collected(group), rows["levied_on"]
        if group.tax == CORPORATE:
            first_delivery = self.deliveries.schedule.on("levy", rows["levied_on"])
            for delivery in np.unique(first_delivery).tolist():
                returned = take({name: rows[name] for name in STATE}, first_delivery == delivery)
                add_collected(returned, collected, delivery)
                self.deliveries.queue("levy", returned, returned["levied_on"])
        self.deliveries.queue_versions(rows, first_delivery, collected)

    def _assess(self, group: Group, year: int) -> Columns:
        """The year's new instalments, reassessments decided, delivered on the day of the notices."""
        schedule = self.deliveries.schedule
        if year > schedule.last_year:
            return {}
        rows = corporate_returns(self.levies, year) if group.tax == CORPORATE else self.levies.assess(group, year)
        reassess(
            rows,
            group,
            year,
            self.trade.calibration,
            self.trade.draws.stream("reassess", group.tax, group.method, year),
        )
        if group.tax == FIXED_ASSET:
            rows = stack([rows, year_of_large_debtor(self.levies, group, year, yearly_levy(self.levies))])
        issue_first_slips(self.trade, rows, group)
        levied_on = self.levies.levied_on(group, year)
        asked = requests_of(rows)
        self.deliveries.queue("pension_special_collection", asked, asked["levied_on"])
        if group.tax != CORPORATE:
            self.deliveries.write_levies(rows, levied_on, seq=2 if levied_on == schedule.first_day else 1)
        return rows

    def _note(self, group: Group, year: int, levy_class: str, yen: tuple[int, int, int]) -> None:
        """Keep the figures of whole years; of the year that has only begun nothing can be said yet."""
        if year > self.deliveries.schedule.last_year:
            return
        self.realised.append(RealisedRate(group.tax, group.method, year, levy_class, *yen))
