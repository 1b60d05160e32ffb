"""The end of a claim computed a second time, day by day in plain Python, to check the models against.

It walks through the calendar from the due date until the claim is gone: by prescription, or by a stay of execution that
has lasted its years. It shares nothing with the product but the seed of the law's values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from tests.law_case_runner_files import seed_rows

ONE_DAY = timedelta(days=1)
Days = tuple[date, date]


@cache
def whole_number(parameter: str, scope: str) -> int:
    """The value of a parameter that has one for all days."""
    (value,) = (
        row["value"] for row in seed_rows("law_parameters") if row["parameter"] == parameter and row["scope"] == scope
    )
    return int(value)


def years_later(day: date, years: int) -> date:
    """The last day of a period of years that runs from the day after: with the leap day, the end of February."""
    first = day + ONE_DAY
    try:
        return first.replace(year=first.year + years) - ONE_DAY
    except ValueError:
        return date(first.year + years, 3, 1) - ONE_DAY


@dataclass
class Claim:
    """One instalment after its due date."""

    due: date
    scope: str
    acts: list[Days] = field(default_factory=list)
    """Day of an act, and the day from whose morrow the years run anew."""
    graces: list[Days] = field(default_factory=list)
    stays: list[Days] = field(default_factory=list)

    def prescription_date(self) -> date:
        """The last day of the claim, had there been no stay."""
        years = whole_number("prescription_years", self.scope)
        runs_after, stood_still, day = self.due, 0, self.due
        while day <= years_later(runs_after, years) + stood_still * ONE_DAY:
            for act, anew in self.acts:
                if act == day and anew > runs_after:
                    runs_after, stood_still = anew, 0
            if day > runs_after and any(begins <= day <= ends for begins, ends in self.graces):
                stood_still += 1
            day += ONE_DAY
        return day - ONE_DAY

    def stay_end_date(self) -> date | None:
        """The day on which stays without a day between have lasted their years, if they do."""
        years = whole_number("execution_stay_extinction_years", "all")
        for day in sorted({begins for begins, _ in self.stays}):
            ends = years_later(day, years)
            days = (day + n * ONE_DAY for n in range((ends - day).days + 1))
            if all(any(begins <= one <= last for begins, last in self.stays) for one in days):
                return ends
        return None
