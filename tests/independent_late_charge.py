"""The law computed a second time, day by day in plain Python with whole numbers, to check the models against.

Deliberately slow and literal: it walks through every day, as an officer would with a calendar. It shares nothing with
the product but the seed of the law's values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from tests.law_case_runner_files import seed_rows

ONE_DAY = timedelta(days=1)


@cache
def tenths_of_percent(parameter: str, day: date) -> int:
    """A yearly rate of the tax law on a day, in tenths of a percent."""
    for row in seed_rows("law_parameters"):
        begins, ends = row["valid_from"] or "0001-01-01", row["valid_to"] or "9999-12-31"
        if (row["parameter"], row["scope"]) == (parameter, "tax") and begins <= day.isoformat() <= ends:
            return int(row["value"].replace(".", ""))
    raise LookupError(f"{parameter} on {day}")


def first_period_end(due: date) -> date:
    """The day before the corresponding day of the day after the due date, or the end of a month without one."""
    begins = due + ONE_DAY
    year, month = divmod(begins.year * 12 + begins.month, 12)
    try:
        return date(year, month + 1, begins.day) - ONE_DAY
    except ValueError:
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1) - ONE_DAY


@dataclass
class Account:
    """One instalment, followed event by event. Yen are whole; ``levies`` holds the day and the new levied amount."""

    due: date
    levies: list[tuple[date, int]]
    payments: list[tuple[date, int]] = field(default_factory=list)
    late_charge_paid: int = 0
    overpayments: list[tuple[date, int]] = field(default_factory=list)
    exempt: list[tuple[date, date]] = field(default_factory=list)
    """First and last days of disaster graces and stays: no charge."""
    reduced: list[tuple[date, date]] = field(default_factory=list)
    """First and last days of other graces: the rate of a grace."""

    @property
    def balance(self) -> int:
        """Principal levied less paid; negative when overpaid."""
        return self.levies[-1][1] - sum(yen for _, yen in self.payments)

    def reassess(self, day: date, yen: int) -> None:
        """Levy another amount."""
        before = max(0, -self.balance)
        self.levies.append((day, yen))
        self._note_overpayment(day, before)

    def pay(self, day: date, yen: int) -> None:
        """Principal first, then the late charge of that day, the rest is overpaid principal."""
        before = max(0, -self.balance)
        remainder = yen - min(yen, max(0, self.balance))
        due_now = max(0, sum_after_cuts(self.segments(day)) - self.late_charge_paid) if remainder else 0
        late_charge = min(remainder, due_now)
        self.late_charge_paid += late_charge
        self.payments.append((day, yen - late_charge))
        self._note_overpayment(day, before)

    def _note_overpayment(self, day: date, before: int) -> None:
        if -self.balance > before:
            self.overpayments.append((day, -self.balance - before))

    def base_on(self, day: date) -> int:
        """Yen on which the charge of a day is computed. A lowered levy counts as lowered from the beginning."""
        known = [yen for since, yen in self.levies[1:] if since < day] or [self.levies[0][1]]
        later = [yen for since, yen in self.levies[1:] if since >= day]
        levied = min([known[-1], *later])
        open_yen = levied - sum(yen for paid, yen in self.payments if paid < day)
        return 0 if open_yen < 2000 else open_yen // 1000 * 1000

    def segments(self, last_day: date) -> list[int]:
        """Yen of each run of days with one base and one rate, up to and including a day."""
        runs: list[tuple[tuple[int, int, str], int]] = []
        first_end = first_period_end(self.due)
        day = self.due + ONE_DAY
        while day <= last_day:
            parameter = f"late_charge_rate_{'first_month' if day <= first_end else 'after'}"
            if any(begins <= day <= ends for begins, ends in self.reduced):
                parameter = "grace_rate"
            is_exempt = any(begins <= day <= ends for begins, ends in self.exempt)
            key = (0 if is_exempt else self.base_on(day), tenths_of_percent(parameter, day), parameter)
            count = runs.pop()[1] if runs and runs[-1][0] == key else 0
            runs.append((key, count + 1))
            day += ONE_DAY
        return [base * rate * count // (1000 * 365) for (base, rate, _), count in runs if base]


def sum_after_cuts(segments: list[int]) -> int:
    """The charge: nothing under 1,000 yen, else cut to 100 yen."""
    total = sum(segments)
    return 0 if total < 1000 else total // 100 * 100
