"""Carried-over arrears in one accounting year: what is collected, what is written off, what remains.

The calibrated rates are met to the yen. New debts are collected rather than old ones; stayed and old ones are written
off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.arrears_cases import take_measures
from ingestion.sample_city.books import SYSTEM_PREMIUM, SYSTEM_RECEIPTS
from ingestion.sample_city.channels import PAY_EASY, choose_channels, credited_days, open_paid_days
from ingestion.sample_city.columns import NEVER, Array, Columns, take, whole
from ingestion.sample_city.draws import happens
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.instalments import PREMIUM, Group
from ingestion.sample_city.large_debtor import keep_pledge
from ingestion.sample_city.shortfalls import fill_up

if TYPE_CHECKING:
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.trade import Trade

_PLEDGED_PARTS_SHARE = 25
_SMALLEST_SPLIT_YEN = 4000
_LARGEST_ON_FIRST_OF_JUNE_YEN = 40_000
_PART_UNIT_YEN = 100
_OLD_PENALTY = 0.2
_OLDEST_COLLECTED_YEARS = 3
_STAY_YEARS = 3
_BY_STAY, _AT_ONCE, _BY_TIME = 1, 2, 3
_LAST_DAY = (3, 18)
_MINUTES_OF_DAY = 1440


@dataclass
class CarryoverYear:
    """The debts of one group in one accounting year. ``debts`` are instalments of earlier levy years, not yet paid."""

    trade: Trade
    debts: Columns
    group: Group
    year: int

    def settle(self, tags: Tags) -> Columns:
        """Collect and write off; returns the debts with what remains of each."""
        debts = self.debts
        written_off = self._write_offs(self._share_of_opening("write_off_rate"))
        target = self._share_of_opening("carryover_rate")
        by_large = keep_pledge(self.trade, debts, self.group, target, self.year)
        collected = self._collections(written_off, target - int(by_large.sum()))
        last_paid = self._pay(collected)
        on_first_of_june = (last_paid == day(self.year, 6, 1)) & (collected > 0)
        tags.add(
            "paid_on_1_june", "common_tax_payment", take(debts, on_first_of_june), days=last_paid[on_first_of_june]
        )
        rest = debts["remaining_yen"] - collected - by_large - written_off
        is_cleared = (rest == 0) & (collected > 0)
        take_measures(self.trade, debts, self.year, np.where(is_cleared, last_paid, day(self.year + 1, 3, 31)))
        self._record_write_offs(written_off)
        debts["remaining_yen"] = rest
        return debts

    @cached_property
    def _rng(self) -> np.random.Generator:
        return self.trade.draws.stream("carryover", self.group.tax, self.group.method, self.year)

    @cached_property
    def _is_large(self) -> Array:
        return np.asarray(self.debts["payer"] == self.trade.city.large_debtor)

    def _share_of_opening(self, parameter: str) -> int:
        percent = self.trade.calibration.rate(parameter, self.group.tax, self.group.method)
        return round(int(self.debts["remaining_yen"].sum()) * percent / 100)

    def _write_offs(self, wanted: int) -> Array:
        """Yen written off: stayed debts first, then the oldest; only of the last one a part."""
        is_stayed = self.debts["stayed_on"] < day(self.year, 4, 1)
        luck = self._rng.random(len(is_stayed))
        order = np.lexsort((luck, self.debts["nominal_year"], ~is_stayed, self._is_large))
        return fill_up(np.where(self._is_large, 0, self.debts["remaining_yen"]), order, wanted)

    def _record_write_offs(self, written_off: Array) -> None:
        debts, is_written_off = self.debts, written_off > 0
        days = day(self.year + 1, 3, 20) + self._rng.integers(0, 8, len(is_written_off))
        is_old = debts["nominal_year"] < self.year - _STAY_YEARS
        reason = np.where(debts["stayed_on"] < NEVER, np.where(is_old, _BY_STAY, _AT_ONCE), _BY_TIME)
        debts["written_off_on"] = np.where(is_written_off, days, debts["written_off_on"])
        debts["write_off_yen"] = np.where(is_written_off, written_off, debts["write_off_yen"])
        debts["write_off_reason"] = np.where(is_written_off, reason, debts["write_off_reason"])

    def _collections(self, written_off: Array, target: int) -> Array:
        """Yen collected of each debt. What a part was written off of is paid up to that part before."""
        rest = np.where(self._is_large, 0, self.debts["remaining_yen"] - written_off)
        is_cut = (written_off > 0) & (rest > 0)
        age = np.minimum(self.year - 1 - self.debts["nominal_year"], _OLDEST_COLLECTED_YEARS)
        is_stayed = np.where(self.debts["stayed_on"] < NEVER, 1.0, 0.0)
        key = self._rng.random(len(rest)) + _OLD_PENALTY * age + is_stayed
        return fill_up(rest, np.lexsort((key, ~is_cut)), max(0, target))

    def _pay(self, collected: Array) -> Array:
        """Slips and receipts of the collected yen, some in two parts. Returns the last paid day of each debt."""
        size = len(collected)
        channel = choose_channels(
            self.trade.calibration, self._rng, np.zeros(size, dtype=bool), has_el_qr=self.group.tax != PREMIUM
        )
        early, late = self._paid_days(channel)
        june = self._someone_pays_on_first_of_june(collected, channel)
        early[june], late[june] = day(self.year, 6, 1) - 1, day(self.year, 6, 1)
        is_split = happens(self._rng, size, _PLEDGED_PARTS_SHARE) & (collected >= _SMALLEST_SPLIT_YEN)
        is_split[june] = False
        part = np.where(is_split, collected // 2 // _PART_UNIT_YEN * _PART_UNIT_YEN, 0)
        charge = self._charges(collected, part, early, late)
        self._receive(part, whole(size, 0), early, channel)
        self._receive(collected - part, charge, late, channel)
        return late

    def _paid_days(self, channel: Array) -> tuple[Array, Array]:
        """Two days of the year for each debt, in order; of last year's levy only after its closing."""
        is_new = self.debts["nominal_year"] == self.year - 1
        first = np.where(is_new, day(self.year, 6, 1), day(self.year, 4, 2))
        span = day(self.year + 1, *_LAST_DAY) - first
        moments = first[:, None] + (self._rng.random((len(first), 2)) * span[:, None]).astype(np.int64)
        moments = np.sort(moments, axis=1)
        early = open_paid_days(self.trade.calendar, channel, moments[:, 0])
        late = open_paid_days(self.trade.calendar, channel, np.maximum(early + 1, moments[:, 1]))
        return early, late

    def _someone_pays_on_first_of_june(self, collected: Array, channel: Array) -> Array:
        """The first day on which last year's levy counts as carried over must occur; online, it may be a Sunday."""
        is_new = self.debts["nominal_year"] == self.year - 1
        chosen = np.flatnonzero(is_new & (collected > 0) & (collected < _LARGEST_ON_FIRST_OF_JUNE_YEN))[:1]
        channel[chosen] = PAY_EASY
        return chosen

    def _charges(self, collected: Array, part: Array, early: Array, late: Array) -> Array:
        """Late charge asked for with the last payment of debts that are paid in full."""
        owed, due = self.debts["remaining_yen"], self.debts["due"]
        pays = happens(self._rng, len(owed), self.trade.calibration.rate("late_charge_paid_share"))
        pays &= (collected == owed) & (self.debts["stayed_on"] == NEVER)
        split_at = np.where(part > 0, early, late)
        before = self.trade.charges.unrounded(owed, due, due + 1, split_at)
        after = self.trade.charges.unrounded(owed - part, due, split_at + 1, late)
        return np.where(pays, self.trade.charges.rounded(before + after), 0)

    def _receive(self, principal: Array, charge: Array, paid_on: Array, channel: Array) -> None:
        chosen = principal > 0
        rows, paid, by = take(self.debts, chosen), paid_on[chosen], channel[chosen]
        size = len(paid)
        amount = principal[chosen] + charge[chosen]
        numbers = self.trade.books.issue(
            rows,
            system=np.where(rows["tax"] == PREMIUM, SYSTEM_PREMIUM, SYSTEM_RECEIPTS),
            issued_on=paid - self._rng.integers(0, 4, size),
            expires_on=paid,
            has_barcode=np.zeros(size, dtype=bool),
            principal_yen=principal[chosen],
            late_charge_yen=charge[chosen],
        )
        self.trade.books.receive(
            rows,
            slip_no=numbers,
            slip_total_yen=amount,
            expires_on=paid,
            channel=by,
            paid=paid,
            credited=credited_days(self.trade.calendar, by, paid, self._rng),
            amount=amount,
            minute=self._rng.integers(0, _MINUTES_OF_DAY, size),
        )
