"""When feeds are delivered: in full with the yearly levies, changes each quarter, money monthly, all on one last day.

After that day every feed may deliver its changes daily, as long as somebody wants them.

A day handed to :meth:`Schedule.on` comes back as the first delivery day of the feed that is not before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingestion.sample_city.columns import NEVER, Array
from ingestion.sample_city.due_dates import day

QUARTER_MONTHS = (6, 9, 12, 3)
HALF_YEAR_MONTHS = (9, 3)
PENSION_MONTHS = (5, 7, 9, 11, 1, 3)
MONTHLY_FEEDS = ("convenience_store", "counter_slip", "common_tax_payment", "receipt_history")
ARREARS_FILE = ("arrears_case", "contact_history", "field_survey", "property", "public_auction", "levy_basis",
                "instalment_plan", "instalment_plan_part", "grace", "late_charge_reduction", "seizure",
                "delivery_demand", "execution_stay", "write_off", "arrears_levy", "arrears_receipt", "distribution",
                "legal_proceeding", "bankruptcy")  # fmt: skip
NOTICE_DAYS = ((4, 1), (5, 10), (7, 5))


@dataclass(frozen=True)
class Schedule:
    """Delivery days from the first of April of the first year on; ``as_of`` delivers everything known by then.

    ``daily`` are the later days on which changes are delivered, in order.
    """

    first_year: int
    last_year: int
    as_of: int
    daily: tuple[int, ...] = ()

    @property
    def last_day(self) -> int:
        """The last day of any delivery; what is known later is never delivered."""
        return self.daily[-1] if self.daily else self.as_of

    def feed_days(self, feed: str) -> Array:
        """Delivery days of a feed for changes and money, in order."""
        months = {
            **dict.fromkeys(MONTHLY_FEEDS, tuple(range(1, 13))),
            **dict.fromkeys(ARREARS_FILE, HALF_YEAR_MONTHS),
            "premium_collection": PENSION_MONTHS,
            "premium_assessment": HALF_YEAR_MONTHS,
            "qualification": HALF_YEAR_MONTHS,
        }.get(feed, QUARTER_MONTHS)
        days = {day(year, month, 0) for year in range(self.first_year, self.last_year + 3) for month in months}
        if feed == "payment_slip":
            days |= {day(year, *one) for year in range(self.first_year, self.last_year + 1) for one in NOTICE_DAYS}
        usual = {one for one in days if self.first_day <= one < self.as_of}
        return np.array([*sorted(usual), self.as_of, *self.daily])

    @cached_property
    def first_day(self) -> int:
        """Day of the first delivery."""
        return day(self.first_year, 4, 1)

    def on(self, feed: str, known: Array) -> Array:
        """Delivery day for what is known on a day; NEVER when that is after the last delivery."""
        days = np.append(self.feed_days(feed), NEVER)
        return np.asarray(days[np.searchsorted(days[:-1], known)])
