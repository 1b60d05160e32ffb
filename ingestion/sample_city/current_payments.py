"""Payments of a year's own levy: slips issued, receipts taken, demand notices sent, as the plans say.

Each function works on all instalments of one group at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.books import DEMAND_NOTICE, REMINDER, SYSTEM_PREMIUM, SYSTEM_RECEIPTS, slip_system
from ingestion.sample_city.channels import (
    PENSION_SLIP,
    PREMIUM_LINE,
    SALARY_SLIP,
    TRANSFER,
    choose_channels,
    credited_days,
    open_paid_days,
)
from ingestion.sample_city.columns import NEVER, Array, Columns, take, whole
from ingestion.sample_city.draws import happens, pick
from ingestion.sample_city.instalments import CORPORATE, PENSION, PREMIUM, SALARY, Group
from ingestion.sample_city.overpayments import choose_doubles, record_overpayments
from ingestion.sample_city.payment_plans import (
    AFTER_REMINDER,
    IN_TIME,
    LATE,
    ON_TRANSFER,
    PREPAID,
    REMINDER_DAYS,
    UNPAID,
)

if TYPE_CHECKING:
    from ingestion.sample_city.trade import Trade

_MINUTES_OF_DAY = 1440


def pay_current(trade: Trade, rows: Columns, group: Group, year: int) -> None:
    """Issue the slips of the plan, take the receipts in, and write down what stays unpaid or is overpaid."""
    rng = trade.draws.stream("receipts", group.tax, group.method, year)
    _changed_slips(trade, rows, group)
    rows["slip_total_yen"] = rows["due_yen"].copy()
    _failed_transfers(trade, rows, rng)
    _choose_channels(trade, rows, group, rng)
    choose_doubles(trade, rows, rng)
    _late_slips(trade, rows, rng)
    _joint_slips(trade, rows)
    _take_receipts(trade, rows, rng)
    _demand(trade, rows)
    rows["remaining_yen"] = rows["short_yen"].copy()
    record_overpayments(trade, rows, group, rng)


def issue_first_slips(trade: Trade, rows: Columns, group: Group) -> None:
    """Issue the slip that is sent with the notice of each instalment; writes ``slip_no``."""
    if group == Group(PREMIUM, PENSION):
        rows["slip_no"] = whole(len(rows["uid"]), 0)
        return
    rows["slip_no"] = _issue(trade, rows, group, rows["levied_on"], rows["original_yen"])


def _changed_slips(trade: Trade, rows: Columns, group: Group) -> None:
    """A new slip where the levy changed before it was paid; that one is paid."""
    is_changed = (rows["reassessed_on"] < NEVER) & ~rows["pays_first"] & (rows["due_yen"] > 0)
    if is_changed.any():
        again = take(rows, is_changed)
        rows["slip_no"][is_changed] = _issue(trade, again, group, again["reassessed_on"], again["due_yen"])


def _issue(trade: Trade, rows: Columns, group: Group, issued_on: Array, yen: Array) -> Array:
    is_transfer = trade.uses_transfer(rows, group)
    can_store = ~is_transfer & (yen <= trade.calibration.whole("store_limit"))
    return trade.books.issue(
        rows,
        system=slip_system(rows, is_transfer),
        issued_on=issued_on,
        expires_on=rows["due"],
        has_barcode=can_store & (not group.is_withheld),
        principal_yen=yen,
    )


def _failed_transfers(trade: Trade, rows: Columns, rng: np.random.Generator) -> None:
    failed = take(rows, rows["has_failed"] & (rows["due_yen"] > 0))
    size = len(failed["uid"])
    funds = trade.calibration.rate("transfer_failure_short_of_funds")
    codes = np.array([1, 2, 3, 4, 9])[pick(rng, np.array([funds, 2.0, 3.0, 2.0, 1.0]), size)]
    trade.books.receive(
        failed,
        slip_no=failed["slip_no"],
        slip_total_yen=failed["due_yen"],
        expires_on=failed["due"],
        channel=whole(size, TRANSFER),
        paid=failed["due"],
        credited=failed["due"],
        amount=failed["due_yen"],
        minute=whole(size, 0),
        result=codes,
    )


def _choose_channels(trade: Trade, rows: Columns, group: Group, rng: np.random.Generator) -> None:
    can_store = np.isin(rows["wave"], (IN_TIME, PREPAID)) & (rows["paid"] <= rows["due"])
    opener = np.where(rows["prepaid_with"] < 0, np.arange(len(rows["uid"])), rows["prepaid_with"])
    joint = np.bincount(opener, rows["paid_yen"], minlength=len(opener)).astype(np.int64)[opener]
    can_store &= joint <= trade.calibration.whole("store_limit")
    can_store &= group.tax != CORPORATE
    channel = choose_channels(trade.calibration, rng, can_store, has_el_qr=group.tax != PREMIUM)[opener]
    if group.is_withheld:
        channel[:] = SALARY_SLIP if group.method == SALARY else PREMIUM_LINE if group.is_premium else PENSION_SLIP
    rows["channel"] = np.where(rows["wave"] == ON_TRANSFER, TRANSFER, channel)
    rows["joint_yen"] = joint
    rows["paid"] = open_paid_days(trade.calendar, rows["channel"], rows["paid"])
    latest = np.where(np.isin(rows["wave"], LATE), rows["paid"], np.minimum(rows["paid"], rows["due"]))
    rows["paid"] = np.where(rows["wave"] == PREPAID, rows["paid"], latest)


def _late_slips(trade: Trade, rows: Columns, rng: np.random.Generator) -> None:
    """New slips for late payments: with the late charge of the paying day, for a part, or after a failed transfer."""
    size = len(rows["uid"])
    is_late, is_partial = np.isin(rows["wave"], LATE), rows["short_yen"] > 0
    charge = trade.charges.accrued(rows["due_yen"], rows["due"], rows["paid"])
    pays_charge = happens(rng, size, trade.calibration.rate("late_charge_paid_share")) & is_late & ~is_partial
    charge = np.where(pays_charge, charge, 0)
    is_new = is_late & (is_partial | rows["is_transfer"] | (charge > 0))
    late = take(rows, is_new)
    rows["slip_no"][is_new] = trade.books.issue(
        late,
        system=np.where(late["tax"] == PREMIUM, SYSTEM_PREMIUM, SYSTEM_RECEIPTS),
        issued_on=late["paid"] - rng.integers(0, 3, len(late["uid"])),
        expires_on=late["paid"],
        has_barcode=np.zeros(len(late["uid"]), dtype=bool),
        principal_yen=late["paid_yen"],
        late_charge_yen=charge[is_new],
    )
    rows["late_charge_yen"] = charge
    rows["slip_total_yen"] = np.where(is_new, rows["paid_yen"] + charge, rows["slip_total_yen"])


def _joint_slips(trade: Trade, rows: Columns) -> None:
    chosen = np.flatnonzero(rows["wave"] == PREPAID)
    if not len(chosen):
        return
    joint = take(rows, chosen)
    _, slip_of_row = np.unique(joint["prepaid_with"], return_inverse=True)
    opener = joint["prepaid_with"]
    numbers = trade.books.issue_joint(
        joint,
        slip_of_row,
        system=slip_system(joint, joint["is_transfer"]),
        issued_on=joint["levied_on"],
        expires_on=rows["due"][opener],
        has_barcode=joint["joint_yen"] <= trade.calibration.whole("store_limit"),
        principal_yen=joint["due_yen"],
        total_yen=joint["joint_yen"],
    )
    rows["slip_no"][chosen] = numbers[slip_of_row]
    rows["slip_total_yen"][chosen] = joint["joint_yen"]


def _take_receipts(trade: Trade, rows: Columns, rng: np.random.Generator) -> None:
    """One receipt for each slip paid; of a joint slip the first instalment stands for all."""
    is_paid = (rows["wave"] != UNPAID) & (rows["due_yen"] > 0)
    is_paid &= (rows["prepaid_with"] < 0) | (rows["prepaid_with"] == np.arange(len(rows["uid"])))
    paid = take(rows, is_paid)
    amount = paid["paid_yen"] + paid["late_charge_yen"]
    amount = np.where(paid["wave"] == PREPAID, paid["joint_yen"], amount)
    size = len(amount)
    trade.books.receive(
        paid,
        slip_no=paid["slip_no"],
        slip_total_yen=paid["slip_total_yen"],
        expires_on=paid["due"],
        channel=paid["channel"],
        paid=paid["paid"],
        credited=credited_days(trade.calendar, paid["channel"], paid["paid"], rng),
        amount=amount,
        minute=rng.integers(0, _MINUTES_OF_DAY, size),
    )


def _demand(trade: Trade, rows: Columns) -> None:
    on_day = trade.demand_days(rows["due"])
    is_open = (rows["wave"] == UNPAID) | ((rows["wave"] != PREPAID) & (rows["paid"] > on_day))
    is_open &= (rows["due_yen"] > 0) & ~rows["pays_first"]
    rows["demanded_on"] = np.where(is_open, on_day, rows["demanded_on"])
    demanded = take(rows, is_open)
    trade.books.notify(demanded, DEMAND_NOTICE, demanded["demanded_on"], demanded["due_yen"])
    is_reminded = np.isin(demanded["wave"], (UNPAID, AFTER_REMINDER))
    reminded = take(demanded, is_reminded)
    trade.books.notify(reminded, REMINDER, reminded["demanded_on"] + REMINDER_DAYS, reminded["due_yen"])
