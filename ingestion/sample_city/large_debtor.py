"""The company that owes more than a third of the city's carried-over taxes: its levy and the pledge it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.books import SYSTEM_RECEIPTS, overlaps
from ingestion.sample_city.channels import COUNTER
from ingestion.sample_city.columns import Array, Columns, take, whole
from ingestion.sample_city.due_dates import APRIL, day, fiscal_year
from ingestion.sample_city.instalments import FIXED_ASSET, ORDINARY, Group, new_instalments

if TYPE_CHECKING:
    from ingestion.sample_city.levies import Levies
    from ingestion.sample_city.trade import Trade

_MONTHS = 12
_PAYMENT_DAY = 10
_DAYS_AFTER_ISSUE = 5
_TEN_O_CLOCK = 600
_YEARLY_UNIT_YEN = 400


def year_of_large_debtor(levies: Levies, group: Group, year: int, yearly: float) -> Columns:
    """The instalments of the large debtor in one year, all equal; none of them will be paid when due."""
    days = levies.calendar.due_days(group.tax, group.method, year)
    size = len(days)
    each = max(_YEARLY_UNIT_YEN, int(yearly) // _YEARLY_UNIT_YEN * _YEARLY_UNIT_YEN) // size
    rows = new_instalments(
        group,
        year,
        np.full(size, levies.city.large_debtor),
        no=np.array([one.instalment_no for one in days]),
        due=np.array([one.due for one in days]),
        nominal_year=np.array([fiscal_year(one.nominal) for one in days]),
        statutory_due=np.full(size, days[0].due),
        levied_on=np.full(size, levies.levied_on(group, year)),
        original_yen=np.full(size, each),
    )
    return rows | {"pays_first": np.zeros(size, dtype=bool)}


def yearly_levy(levies: Levies) -> float:
    """Yen it is levied in a year: a share of all that stays unpaid of the fixed asset tax."""
    figures = levies.calibration
    unpaid_percent = 100 - figures.rate("current_rate", FIXED_ASSET, ORDINARY)
    share = figures.rate("large_debtor_current_share", FIXED_ASSET, ORDINARY) / 100
    return figures.scaled("current_levy", FIXED_ASSET, ORDINARY) * unpaid_percent / 100 * share


def keep_pledge(trade: Trade, debts: Columns, group: Group, target: int, year: int) -> Array:
    """Twelve equal payments a year on its oldest debts, each with one slip. Returns the yen paid of each debt."""
    paid_yen = whole(len(debts["uid"]), 0)
    share = trade.calibration.rate("large_debtor_carryover_share", group.tax, group.method) / 100
    own = np.flatnonzero(debts["payer"] == trade.city.large_debtor)
    own = own[np.argsort(debts["due"][own], kind="stable")]
    monthly = min(int(target * share), int(debts["remaining_yen"][own].sum())) // _MONTHS
    if monthly <= 0:
        return paid_yen
    payment, place, yen = overlaps(np.full(_MONTHS, monthly), debts["remaining_yen"][own])
    np.add.at(paid_yen, own[place], yen)
    _pay_monthly(trade, take(debts, own[place]), payment, yen, year)
    return paid_yen


def _pay_monthly(trade: Trade, rows: Columns, payment: Array, yen: Array, year: int) -> None:
    """Slips and receipts of the twelve payments; ``payment`` says to which of them each row belongs."""
    monthly = int(yen.sum()) // _MONTHS
    months = [(APRIL + month - 1) % _MONTHS + 1 for month in range(_MONTHS)]
    days = trade.calendar.next_open(np.array([day(year + (one < APRIL), one, _PAYMENT_DAY) for one in months]))
    numbers = trade.books.issue_joint(
        rows,
        payment,
        system=whole(len(yen), SYSTEM_RECEIPTS),
        issued_on=days[payment] - _DAYS_AFTER_ISSUE,
        expires_on=days[payment],
        has_barcode=np.zeros(len(yen), dtype=bool),
        principal_yen=yen,
        total_yen=whole(len(yen), monthly),
    )
    trade.books.receive(
        take(rows, np.searchsorted(payment, np.arange(_MONTHS))),
        slip_no=numbers,
        slip_total_yen=whole(_MONTHS, monthly),
        expires_on=days,
        channel=whole(_MONTHS, COUNTER),
        paid=days,
        credited=trade.calendar.next_open(days + 1),
        amount=whole(_MONTHS, monthly),
        minute=whole(_MONTHS, _TEN_O_CLOCK),
    )
