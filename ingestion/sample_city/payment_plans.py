"""Plans: who pays an instalment of the year's own levy, when, and how much of it stays unpaid at the closing on 31 May.

A plan is a set of columns written into the instalments of one group: ``due_yen``, ``short_yen``, ``paid_yen``,
``is_transfer``, ``has_failed``, ``wave``, ``paid`` and ``prepaid_with``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, whole
from ingestion.sample_city.draws import happens, pick
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.instalments import PENSION, SALARY, Group, current_yen
from ingestion.sample_city.shortfalls import current_shortfalls

if TYPE_CHECKING:
    from ingestion.sample_city.trade import Trade

ON_TRANSFER, IN_TIME, BEFORE_DEMAND, AFTER_DEMAND, AFTER_REMINDER, PREPAID, UNPAID = range(7)
LATE = (BEFORE_DEMAND, AFTER_DEMAND, AFTER_REMINDER)
REMINDER_DAYS = 40
"""From the demand notice to the reminder."""

_DAYS_BEFORE_CLOSING = 13
_SALARY_SHARES = np.array([0, 97.5, 2.0, 0.5, 0], dtype=np.float64)
_FAILED_SHARES = np.array([0, 0, 60, 30, 10], dtype=np.float64)


def plan_current(trade: Trade, rows: Columns, group: Group, year: int) -> None:
    """Decide for each instalment of the year what is paid and when. ``rows`` must be sorted by payer."""
    rng = trade.draws.stream("current", group.tax, group.method, year)
    rows["due_yen"] = np.where(rows["pays_first"], rows["original_yen"], current_yen(rows))
    rows["is_transfer"] = trade.uses_transfer(rows, group)
    total = int(current_yen(rows).sum())
    rate = trade.calibration.rate("current_rate", group.tax, group.method)
    target = round(total * (100 - rate) / 100)
    difficulty = trade.city.traits["difficulty"][rows["payer"]]
    rows["short_yen"] = current_shortfalls(rows, target, difficulty, rows["payer"] == trade.city.large_debtor, rng)
    rows["paid_yen"] = rows["due_yen"] - rows["short_yen"]
    failure = happens(rng, len(rows["uid"]), trade.calibration.rate("transfer_failure"))
    rows["has_failed"] = rows["is_transfer"] & ~rows["pays_first"] & (failure | (rows["short_yen"] > 0))
    rows["wave"] = _waves(trade, rows, group, rng)
    rows["paid"] = _paid_days(trade, rows, group, year, rng)
    _prepay(trade, rows, group, rng)


def _waves(trade: Trade, rows: Columns, group: Group, rng: np.random.Generator) -> Array:
    size = len(rows["uid"])
    names = ("slip_in_time", "slip_before_demand", "slip_after_demand", "slip_after_reminder")
    shares = np.array([0.0, *(trade.calibration.rate(name) for name in names)])
    wave = pick(rng, _SALARY_SHARES if group.method == SALARY else shares, size)
    wave = np.where(rows["pays_first"] | (group.method == PENSION), IN_TIME, wave)
    wave = np.where(rows["is_transfer"], ON_TRANSFER, wave)
    wave = np.where(rows["has_failed"], pick(rng, _FAILED_SHARES, size), wave)
    wave = np.where(rows["short_yen"] > 0, AFTER_DEMAND, wave)
    return np.where(rows["paid_yen"] == 0, UNPAID, wave)


def _paid_days(trade: Trade, rows: Columns, group: Group, year: int, rng: np.random.Generator) -> Array:
    size, due = len(rows["uid"]), rows["due"]
    opens = rows["levied_on"] + 4
    is_coming = (rows["reassessed_on"] < NEVER) & ~rows["pays_first"]
    opens = np.where(is_coming, np.maximum(opens, rows["reassessed_on"] + 5), opens)
    early = np.minimum(np.floor(rng.exponential(2.0 if group.is_withheld else 9.0, size)), 60).astype(np.int64)
    in_time = np.minimum(due, np.maximum(opens, due - early))
    demand = trade.demand_days(due)
    last = day(year + 1, 5, 31) - _DAYS_BEFORE_CLOSING
    days: Array = np.select(
        [rows["wave"] == wave for wave in (IN_TIME, BEFORE_DEMAND, AFTER_DEMAND, AFTER_REMINDER)],
        [
            due if group.method == PENSION else in_time,
            due + rng.integers(1, 15, size),
            demand + rng.integers(5, 13, size),
            demand + REMINDER_DAYS + rng.integers(17, 26, size),
        ],
        due,
    )
    return np.where(np.isin(rows["wave"], LATE), np.maximum(due + 1, np.minimum(days, last)), days)


def _prepay(trade: Trade, rows: Columns, group: Group, rng: np.random.Generator) -> None:
    """Payers who pay the whole year with the first instalment: nothing of theirs may be late, short or changed."""
    rows["prepaid_with"] = whole(len(rows["uid"]), -1)
    share = trade.calibration.rate("prepayment_share", group.tax, group.method)
    if not share:
        return
    _, first, place = np.unique(rows["payer"], return_index=True, return_inverse=True)
    is_plain = (
        (rows["wave"] != UNPAID) & (rows["short_yen"] == 0) & (rows["reassessed_on"] == NEVER) & ~rows["is_transfer"]
    )
    is_able = np.bincount(place, ~is_plain) == 0
    luck = rng.random(len(first)) * is_able.sum() / max(1, (~rows["is_transfer"][first]).sum())
    chosen = (is_able & (luck * 100 < share) & (np.bincount(place) > 1))[place]
    opener = first[place]
    in_time = np.minimum(rows["paid"][opener], rows["due"][opener])
    rows["wave"] = np.where(chosen, PREPAID, rows["wave"])
    rows["paid"] = np.where(chosen, in_time, rows["paid"])
    rows["prepaid_with"] = np.where(chosen, opener, rows["prepaid_with"])
