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
}


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
