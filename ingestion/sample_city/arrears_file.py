"""The arrears file: debtors, what was found out about them, measures with their periods, pledges, write-offs.

Everything hangs on the debts of one accounting year and on the days that the levies' flags have already, so that both
say the same. Measures of one kind that a debtor meets in one year are one case over all taxes. Grain of the tables
kept here: one row per measure and instalment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.arrears_cases import GRACE_DAYS
from ingestion.sample_city.arrears_inquiries import queue_inquiries
from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, stack, take, whole
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.instalment_plans import queue_plans
from ingestion.sample_city.instalments import KEY, current_yen
from ingestion.sample_city.levy_record_rows import (
    DELIVERY_DEMAND,
    GRACE,
    PLEDGE,
    REDUCTION,
    SEIZURE,
    STAY,
    carried_over,
)
from ingestion.sample_city.receipt_shares import PAYMENT

if TYPE_CHECKING:
    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.instalments import Group
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.trade import Trade

KINDS = {"seized_on": SEIZURE, "stayed_on": STAY, "pledged_on": PLEDGE, "delivery_demanded_on": DELIVERY_DEMAND,
         "graced_on": GRACE}  # fmt: skip
_FEEDS = {"seizure": SEIZURE, "execution_stay": STAY, "delivery_demand": DELIVERY_DEMAND, "grace": GRACE}
HEIR_DAYS = 30
"""Days after a death by which the heirs are known."""

_BY_PAYMENT, _BY_WRITE_OFF = 1, 4
_AT_ONCE = 2
_BY_DISTRIBUTION, _AT_COUNTER = 4, 1


@dataclass
class ArrearsFile:
    """Collects a year's measures over all taxes, and follows those that are still in force into later years."""

    trade: Trade
    deliveries: Deliveries
    tags: Tags
    measures: list[Columns] = field(default_factory=list)
    in_force: dict[Group, Columns] = field(default_factory=dict)
    receipts: list[Columns] = field(default_factory=list)
    filed: dict[Group, Columns] = field(default_factory=dict)
    debtors: list[Columns] = field(default_factory=list)
    on_file: set[int] = field(default_factory=set)

    def carry_over(self, group: Group, debts: Columns, year: int) -> Columns:
        """Put the debts that are carried over on file; returns them as carried over."""
        carried_on = np.where(debts["nominal_year"] == year - 1, day(year, 6, 1), day(year, 4, 1))
        carried = carried_over(debts, year, carried_on)
        self.deliveries.queue("carryover", carried, carried_on)
        is_news = ~_is_filed(self.filed.get(group, {}), carried)
        self._put_on_file(take(debts, is_news), carried["yen"][is_news], carried_on[is_news])
        self.filed[group] = {name: carried[name] for name in ("uid", "yen")}
        self.debtors.append({"payer": debts["payer"], "known": carried_on})
        return carried

    def settle(self, group: Group, debts: Columns, carried: Columns, shares: Columns, year: int) -> None:
        """Put a year's payments, measures and write-offs of one group on file. ``debts`` are as the year left them."""
        last_paid = self._payments(debts, shares)
        is_cleared = debts["remaining_yen"] == 0
        is_written_off = (debts["written_off_on"] > day(year, 3, 31)) & (debts["written_off_on"] < NEVER)
        ended = np.where(is_written_off, debts["written_off_on"], last_paid)
        ends = {"uid": debts["uid"], "to_on": np.where(is_cleared, ended, NEVER)}
        ends["end_reason"] = np.where(is_written_off, _BY_WRITE_OFF, _BY_PAYMENT)
        self._put_on_file(take(debts, is_cleared), whole(int(is_cleared.sum()), 0), ends["to_on"][is_cleared])
        written_off = take(debts, is_written_off)
        self.deliveries.queue("write_off", written_off, written_off["written_off_on"])
        self._end(group, ends)
        begun = self._begin(debts, carried, shares, ends, year)
        self.measures.append(begun)
        self.in_force[group] = stack([self.in_force.get(group, {}), take(begun, begun["to_on"] == NEVER)])

    def close_year(self, year: int) -> None:
        """Write the year's measures of all taxes, their cases and what belongs to them, into the queues."""
        self._open_cases()
        measures, receipts = stack(self.measures), stack(self.receipts)
        self.measures, self.receipts = [], []
        if row_count(measures):
            self._queue_measures(measures, ("from_on", "to_on"))
            pledges = take(measures, measures["kind"] == PLEDGE)
            queue_plans(self.deliveries, self.trade, pledges, receipts)
            broken = take(pledges, pledges["unpledged_on"] <= self.deliveries.schedule.last_day)
            self.tags.add("pledge_broken", "instalment_plan", broken, days=broken["unpledged_on"])
            queue_inquiries(self.deliveries, self.trade, self.tags, measures, receipts, year)

    def _open_cases(self) -> None:
        """Put each debtor on file once, and again when one has died; his heirs are written to from then on."""
        debtors = stack(self.debtors)
        self.debtors = []
        if not row_count(debtors):
            return
        debtors = take(debtors, np.argsort(debtors["known"], kind="stable"))
        _, first = np.unique(debtors["payer"], return_index=True)
        debtors = take(debtors, first)
        is_new = ~np.isin(debtors["payer"], np.array(sorted(self.on_file), dtype=np.int64))
        new = take(debtors, is_new)
        self.on_file |= set(new["payer"].tolist())
        self.deliveries.queue("arrears_case", new, new["known"])
        died = self.trade.city.traits["died"][new["payer"]]
        self.deliveries.queue("arrears_case", new, np.where(died < NEVER, died + HEIR_DAYS, NEVER))
        is_dead = died + HEIR_DAYS <= self.deliveries.schedule.last_day
        self.tags.add_addressees("death_with_heirs", "arrears_case", new["payer"][is_dead], died[is_dead])

    def _put_on_file(self, debts: Columns, remaining: Array, known: Array) -> None:
        rows = {name: debts[name] for name in (*KEY, "due")}
        rows |= {"levied_yen": current_yen(debts), "yen": remaining}
        self.deliveries.queue("arrears_levy", rows, known)

    def _payments(self, debts: Columns, shares: Columns) -> Array:
        """Queue the payments of debts; returns the last day on which something of each was paid."""
        last = whole(row_count(debts), 0)
        if not row_count(shares):
            return last
        paid = take(shares, shares["class"] == PAYMENT)
        order = np.argsort(debts["uid"], kind="stable")
        place = order[np.searchsorted(debts["uid"][order], paid["uid"])]
        np.maximum.at(last, place, paid["paid"])
        paid["after_seizure"] = debts["seized_on"][place] < paid["paid"]
        paid["payment_class"] = np.where(paid["after_seizure"], _BY_DISTRIBUTION, _AT_COUNTER)
        self.receipts.append(paid)
        self.deliveries.queue("arrears_receipt", paid, paid["known"])
        return last

    def _begin(self, debts: Columns, carried: Columns, shares: Columns, ends: Columns, year: int) -> Columns:
        tables = []
        for column, kind in KINDS.items():
            is_of_year = (debts[column] > day(year, 3, 31)) & (debts[column] < NEVER)
            if year == self.deliveries.schedule.first_year:
                is_of_year = debts[column] < NEVER
            rows = {name: debts[name][is_of_year] for name in (*KEY, "due", "written_off_on", "unpledged_on")}
            size = row_count(rows)
            rows |= {"kind": whole(size, kind), "case_year": whole(size, year), "from_on": debts[column][is_of_year]}
            rows |= {"to_on": ends["to_on"][is_of_year], "end_reason": ends["end_reason"][is_of_year]}
            rows["until_on"] = rows["from_on"] + (GRACE_DAYS if kind == GRACE else 0)
            rows["is_at_once"] = debts["write_off_reason"][is_of_year] == _AT_ONCE
            before = _paid_before(shares, rows)
            rows["yen"] = carried["yen"][is_of_year] - before
            tables.append(rows)
        rows = stack(tables)
        rows["to_on"] = np.where(rows["kind"] == GRACE, np.minimum(rows["to_on"], rows["until_on"]), rows["to_on"])
        is_broken = (rows["kind"] == PLEDGE) & (rows["unpledged_on"] < NEVER)
        rows["to_on"] = np.where(is_broken, np.minimum(rows["to_on"], rows["unpledged_on"]), rows["to_on"])
        # What was paid in the meantime by a payment that became known later needs no measure.
        return take(rows, rows["to_on"] >= rows["from_on"])

    def _end(self, group: Group, ends: Columns) -> None:
        """End the measures of earlier years on debts that are now cleared."""
        rows = self.in_force.get(group, {})
        if not row_count(rows):
            return
        order = np.argsort(ends["uid"], kind="stable")
        place = np.minimum(np.searchsorted(ends["uid"][order], rows["uid"]), len(order) - 1)
        place = order[place]
        is_found = ends["uid"][place] == rows["uid"]
        rows["to_on"] = np.where(is_found, ends["to_on"][place], rows["to_on"])
        rows["end_reason"] = np.where(is_found, ends["end_reason"][place], rows["end_reason"])
        is_ended = rows["to_on"] < NEVER
        self._queue_measures(take(rows, is_ended), ("to_on",))
        self.in_force[group] = take(rows, ~is_ended)

    def _queue_measures(self, measures: Columns, events: tuple[str, ...]) -> None:
        """Every measure as a disposition and in its own feed, when it begins and when its end is news there."""
        self.deliveries.queue_events("disposition", measures, *events)
        for feed, kind in _FEEDS.items():
            rows = take(measures, measures["kind"] == kind)
            is_told = (rows["to_on"] < rows["until_on"]) if kind == GRACE else np.full(row_count(rows), kind != STAY)
            rows["told_on"] = np.where(is_told, rows["to_on"], NEVER)
            self.deliveries.queue_events(feed, rows, *("told_on" if event == "to_on" else event for event in events))
        graced = take(measures, (measures["kind"] == GRACE) & (measures["to_on"] < NEVER))
        charge = self.trade.charges.unrounded(graced["yen"], graced["due"], graced["from_on"], graced["to_on"])
        graced |= {"reduction_yen": charge // 2, "kind": whole(row_count(graced), REDUCTION)}
        graced["known"] = graced["to_on"]
        self.deliveries.queue("late_charge_reduction", graced, graced["known"])


def _is_filed(filed: Columns, rows: Columns) -> Array:
    """True where an instalment is on file with the same yen."""
    if not row_count(filed):
        return np.zeros(row_count(rows), dtype=bool)
    order = np.argsort(filed["uid"], kind="stable")
    place = order[np.minimum(np.searchsorted(filed["uid"][order], rows["uid"]), len(order) - 1)]
    return np.asarray((filed["uid"][place] == rows["uid"]) & (filed["yen"][place] == rows["yen"]))


def _paid_before(shares: Columns, rows: Columns) -> Array:
    """Principal paid of each row's instalment before its measure."""
    before = whole(row_count(rows), 0)
    if not row_count(shares) or not row_count(rows):
        return before
    order = np.argsort(rows["uid"], kind="stable")
    place = order[np.minimum(np.searchsorted(rows["uid"][order], shares["uid"]), len(order) - 1)]
    is_before = (rows["uid"][place] == shares["uid"]) & (shares["paid"] < rows["from_on"][place])
    np.add.at(before, place[is_before], shares["principal_yen"][is_before])
    return before
