"""What the city does about debtors in a year: seizure, stay of execution, pledge of instalments, demand for delivery.

A measure takes all of a debtor's open debts on one day; days are kept per instalment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns
from ingestion.sample_city.due_dates import day

if TYPE_CHECKING:
    from ingestion.sample_city.trade import Trade

MEASURES = {
    "seized_on": "seizure_share",
    "stayed_on": "stay_share",
    "pledged_on": "pledge_share",
    "delivery_demanded_on": "delivery_demand_share",
    "graced_on": "grace_share",
}
GRACE_DAYS = 364
"""A grace of conversion is granted for a year. Source: 地方税法 第15条の5, 第15条の6."""

_SHORTEST_PLEDGE_DAYS, _LONGEST_PLEDGE_DAYS = 60, 120


def take_measures(trade: Trade, debts: Columns, year: int, cleared_on: Array) -> None:
    """Set the days of the year's measures on debts that are still open on them; the large debtor has pledged."""
    for column, share in MEASURES.items():
        rng = trade.draws.stream("measures", column, year)
        is_hit = rng.random(trade.city.size) * 100 < trade.calibration.rate(share)
        on_day = rng.integers(day(year, 6, 3), day(year + 1, 3, 10), trade.city.size)
        if column == "pledged_on":
            is_hit[trade.city.large_debtor] = True
            on_day[trade.city.large_debtor] = day(year, 6, 5)
        days = np.where(is_hit, on_day, NEVER)[debts["payer"]]
        is_new = (debts[column] == NEVER) & (days < cleared_on)
        if column != "stayed_on":
            is_new &= debts["stayed_on"] == NEVER
        debts[column] = np.where(is_new, days, debts[column])
        if column == "pledged_on":
            debts["unpledged_on"] = np.where(is_new, _broken_on(trade, debts, year, cleared_on), debts["unpledged_on"])
        if column == "graced_on":
            debts["grace_ended_on"] = np.where(is_new, days + GRACE_DAYS, debts["grace_ended_on"])


def _broken_on(trade: Trade, debts: Columns, year: int, cleared_on: Array) -> Array:
    """Day on which the city takes a pledge as broken: some months after it, where the debt is still open then."""
    rng = trade.draws.stream("broken pledges", year)
    is_broken = rng.random(trade.city.size) * 100 < trade.calibration.rate("pledge_broken_share")
    is_broken[trade.city.large_debtor] = False
    after = rng.integers(_SHORTEST_PLEDGE_DAYS, _LONGEST_PLEDGE_DAYS, trade.city.size)
    days = debts["pledged_on"] + after[debts["payer"]]
    return np.where(is_broken[debts["payer"]] & (days < cleared_on), days, NEVER)
