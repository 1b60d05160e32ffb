"""Corporate resident tax: interim and final returns of each company's business year, each one instalment.

The due date is two months after the half or the whole business year and stands in the levy as the designated due date.
"""

from __future__ import annotations

import numpy as np

from ingestion.sample_city.columns import Array, Columns, stack, take
from ingestion.sample_city.draws import pick
from ingestion.sample_city.due_dates import APRIL, day
from ingestion.sample_city.instalments import (
    CORPORATE,
    FINAL_RETURN,
    INTERIM_RETURN,
    ORDINARY,
    Group,
    new_instalments,
)
from ingestion.sample_city.levies import Levies, scaled_to

GROUP = Group(CORPORATE, ORDINARY)
_CLOSING_MONTH_SHARES = np.array([4, 4, 40, 5, 6, 8, 5, 6, 8, 4, 3, 7], dtype=np.float64)
_SHARE_WITH_INTERIM = 0.4
_SMALLEST_YEN = 50_000
_DAYS_BEFORE_DUE = 12


def corporate_returns(levies: Levies, year: int) -> Columns:
    """The returns that fall due in a fiscal year, in order of company, interim before final."""
    payers = levies.base_payers(GROUP)
    rng = levies.draws.stream("closing months")
    closing_month = pick(rng, _CLOSING_MONTH_SHARES, levies.city.size)[payers] + 1
    has_interim = (rng.random(levies.city.size) < _SHARE_WITH_INTERIM)[payers]
    yearly = _yearly_yen(levies, year, payers, has_interim)
    interim = np.where(has_interim, yearly * 45 // 100 // 100 * 100, 0)
    rows = stack(
        [
            _returns(levies, year, payers, closing_month, (FINAL_RETURN, yearly - interim)),
            take(_returns(levies, year, payers, closing_month, (INTERIM_RETURN, interim)), has_interim),
        ]
    )
    return take(rows, np.argsort(rows["uid"], kind="stable"))


def _yearly_yen(levies: Levies, year: int, payers: Array, has_interim: Array) -> Array:
    spread = levies.calibration.rate("levy_spread", CORPORATE, ORDINARY)
    base = levies.draws.stream("levy", CORPORATE).normal(0, spread, levies.city.size)[payers]
    noise = levies.draws.stream("levy", CORPORATE, year).normal(0, 0.15, levies.city.size)[payers]
    weights = np.exp(base + noise) * np.where(has_interim, 4.0, 1.0)
    target = levies.calibration.scaled("current_levy", CORPORATE, ORDINARY)
    return scaled_to(weights, target, _SMALLEST_YEN, max(target * 0.06, 4 * _SMALLEST_YEN))


def _returns(levies: Levies, year: int, payers: Array, closing_month: Array, kind: tuple[int, Array]) -> Columns:
    """Returns of one kind: final ones two months after the closing month, interim ones eight months after it."""
    return_class, amounts = kind
    months_after_start = 14 if return_class == FINAL_RETURN else 8
    nominal_by_month, start_by_month = [], []
    for month in range(1, 13):
        due_month = (month + months_after_start - 1) % 12 + 1
        nominal = day(year + (due_month < APRIL), due_month, 0)
        nominal_by_month.append(nominal)
        start_by_month.append(_months_before(nominal, months_after_start))
    due = np.array([levies.calendar.due(nominal) for nominal in nominal_by_month])[closing_month - 1]
    return new_instalments(
        GROUP,
        year,
        payers,
        no=np.ones(len(payers), dtype=np.int64),
        due=due,
        nominal_year=np.full(len(payers), year),
        statutory_due=due,
        levied_on=due - _DAYS_BEFORE_DUE,
        original_yen=amounts,
        return_class=np.full(len(payers), return_class),
        business_year_start=np.array(start_by_month)[closing_month - 1],
        has_designated_due=np.ones(len(payers), dtype=bool),
    )


def _months_before(month_end: int, months: int) -> int:
    """First day of the month ``months`` months before the month after ``month_end``."""
    after = np.datetime64(month_end + 1, "D").astype("datetime64[M]")
    return int((after - months).astype("datetime64[D]").astype(np.int64))
