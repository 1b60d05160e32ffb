"""Cases that seldom happen and must work: put into the receipts of a group after its ordinary payments, and tagged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.books import DEMAND_NOTICE, REMINDER
from ingestion.sample_city.channels import COUNTER, POSTAL, STORE
from ingestion.sample_city.columns import NEVER, Array, Columns, take, whole
from ingestion.sample_city.due_dates import as_date, day
from ingestion.sample_city.instalments import FIXED_ASSET, Group
from ingestion.sample_city.payment_plans import IN_TIME, REMINDER_DAYS, UNPAID

if TYPE_CHECKING:
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.trade import Trade

_PEOPLE_PER_CASE = 10_000
_MISREAD_YEN = 90
_UNKNOWN_SLIP_YEN = 12_300
_NEW_YEAR_DAYS = 7


def add_awkward_cases(trade: Trade, rows: Columns, group: Group, year: int, tags: Tags) -> None:
    """Change receipts and what remains unpaid accordingly. ``rows`` are the paid instalments of a year's own levy."""
    if group.tax == FIXED_ASSET:
        rng = trade.draws.stream("awkward", year)
        count = max(1, trade.city.persons // _PEOPLE_PER_CASE)
        plain = (rows["wave"] == IN_TIME) & ~rows["pays_first"] & ~rows["is_double"] & (rows["paid"] < rows["due"])
        stores = rng.permutation(np.flatnonzero(plain & (rows["channel"] == STORE)))
        counters = rng.permutation(np.flatnonzero(plain & (rows["channel"] == COUNTER)))
        _one_yen_short(trade, rows, counters[:count], tags)
        _provisional_cancelled(trade, rows, stores[:count], tags)
        _postal_correction(trade, rows, stores[count : 2 * count], tags)
        _provisional_unconfirmed(trade, rows, count, tags)
        _unknown_slips(trade, rows, counters[count : 2 * count], tags)
        is_free = plain & (rows["channel"] == COUNTER)
        is_free[counters[: 2 * count]] = False
        _wrong_instalment(trade, rows, is_free, count, tags)
        owners = np.flatnonzero(trade.city.traits["co_owners"][rows["payer"]] > 0)
        tags.add("joint_owners", "levy", take(rows, owners[:3]))
    _tag_ordinary(rows, tags)


def stay_for_three_years(rows: Columns, first_year: int, tags: Tags) -> None:
    """One of the oldest debts had its execution stayed three years before the first year, in which it will be gone."""
    oldest = np.flatnonzero(rows["nominal_year"] == rows["nominal_year"].min())
    chosen = oldest[np.argsort(rows["original_yen"][oldest], kind="stable")[:1]]
    rows["stayed_on"][chosen] = day(first_year - 3, 6, 10)
    tags.add("three_year_stay", "execution_stay", take(rows, chosen), days=rows["stayed_on"][chosen])


def _one_yen_short(trade: Trade, rows: Columns, places: Array, tags: Tags) -> None:
    for table, at in _receipts_of(trade, rows["slip_no"][places]):
        table["amount"][at] -= 1
    rows["remaining_yen"][places] += 1
    tags.add("one_yen_short", "counter_slip", take(rows, places), rows["slip_no"][places], rows["paid"][places])


def _wrong_instalment(trade: Trade, rows: Columns, is_free: Array, count: int, tags: Tags) -> None:
    """The slip of the next instalment is handed in first: that one is paid too early, the one meant is paid late."""
    is_pair = is_free[:-1] & is_free[1:] & (rows["payer"][:-1] == rows["payer"][1:])
    is_pair &= (rows["no"][1:] == rows["no"][:-1] + 1) & (rows["paid"][:-1] < rows["paid"][1:])
    is_pair &= trade.demand_days(rows["due"][:-1]) + REMINDER_DAYS < rows["paid"][1:]
    meant = np.flatnonzero(is_pair)[: count * 2 : 2]
    for one in meant.tolist():
        first, second = (_receipts_of(trade, rows["slip_no"][place : place + 1])[0] for place in (one, one + 1))
        for column in ("paid", "credited", "minute"):
            early, late = first[0][column][first[1]], second[0][column][second[1]]
            first[0][column][first[1]], second[0][column][second[1]] = late.copy(), early.copy()
    rows["paid"][meant], rows["paid"][meant + 1] = rows["paid"][meant + 1], rows["paid"][meant]
    rows["demanded_on"][meant] = trade.demand_days(rows["due"][meant])
    unpaid = take(rows, meant)
    trade.books.notify(unpaid, DEMAND_NOTICE, unpaid["demanded_on"], unpaid["due_yen"])
    trade.books.notify(unpaid, REMINDER, unpaid["demanded_on"] + REMINDER_DAYS, unpaid["due_yen"])
    paid = take(rows, meant + 1)
    tags.add("wrong_instalment", "counter_slip", paid, paid["slip_no"], paid["paid"])


def _postal_correction(trade: Trade, rows: Columns, places: Array, tags: Tags) -> None:
    for table, at in _receipts_of(trade, rows["slip_no"][places]):
        table["channel"][at] = POSTAL
        table["first_reported_yen"][at] = np.maximum(1, table["amount"][at] - _MISREAD_YEN)
    tags.add(
        "postal_correction", "convenience_store", take(rows, places), rows["slip_no"][places], rows["paid"][places]
    )


def _provisional_cancelled(trade: Trade, rows: Columns, places: Array, tags: Tags) -> None:
    """Rung up, taken back, rung up again: one provisional report is cancelled, the payment itself is another report."""
    cancelled = take(rows, places)
    days = cancelled["paid"]
    _receive_again(
        trade, cancelled, minute=trade.draws.stream("minutes").integers(480, 540, len(days)), cancelled_on=days + 1
    )
    tags.add("provisional_cancelled", "convenience_store", cancelled, cancelled["slip_no"], days)


def _provisional_unconfirmed(trade: Trade, rows: Columns, count: int, tags: Tags) -> None:
    """The store reported a payment, the money never came: the instalment stays unpaid."""
    limit = trade.calibration.whole("store_limit")
    can = (rows["wave"] == UNPAID) & ~rows["is_transfer"] & (rows["due_yen"] > 0) & (rows["original_yen"] <= limit)
    can &= rows["reassessed_on"] == NEVER
    open_rows = take(rows, np.flatnonzero(can)[:count])
    open_rows["paid"] = open_rows["due"] - 2
    _receive_again(
        trade, open_rows, minute=whole(len(open_rows["uid"]), 615), cancelled_on=whole(len(open_rows["uid"]), NEVER)
    )
    tags.add("provisional_unconfirmed", "convenience_store", open_rows, open_rows["slip_no"], open_rows["paid"])


def _receive_again(trade: Trade, rows: Columns, minute: Array, cancelled_on: Array) -> None:
    size = len(minute)
    trade.books.receive(
        rows,
        slip_no=rows["slip_no"],
        slip_total_yen=rows["due_yen"],
        expires_on=rows["due"],
        channel=whole(size, STORE),
        paid=rows["paid"],
        credited=whole(size, NEVER),
        amount=rows["due_yen"],
        minute=minute,
        cancelled_on=cancelled_on,
    )


def _unknown_slips(trade: Trade, rows: Columns, places: Array, tags: Tags) -> None:
    """Money with a payment number that stands on no slip."""
    payers = take(rows, places)
    slips = trade.books.slip_numbers(len(places))
    trade.books.receive(
        payers,
        slip_no=slips,
        slip_total_yen=whole(len(places), _UNKNOWN_SLIP_YEN),
        expires_on=payers["due"],
        channel=whole(len(places), COUNTER),
        paid=payers["paid"],
        credited=trade.calendar.next_open(payers["paid"] + 1),
        amount=whole(len(places), _UNKNOWN_SLIP_YEN),
        minute=whole(len(places), 600),
        has_slip=np.zeros(len(places), dtype=bool),
    )
    tags.add("unknown_slip", "counter_slip", payers, slips, payers["paid"])


def _receipts_of(trade: Trade, slips: Array) -> list[tuple[Columns, Array]]:
    """The receipt tables and the places in them that belong to slips."""
    found = [(table, np.flatnonzero(np.isin(table["slip_no"], slips))) for table in trade.books.receipts]
    return [(table, at) for table, at in found if len(at)]


def _tag_ordinary(rows: Columns, tags: Tags) -> None:
    """Tag what happens anyway."""
    dates = [as_date(due) for due in np.unique(rows["due"]).tolist()]
    over_new_year = [(one - as_date(0)).days for one in dates if one.month == 1 and one.day <= _NEW_YEAR_DAYS]
    leap_days = [(one - as_date(0)).days for one in dates if (one.month, one.day) == (2, 29)]
    is_reduced = rows["pays_first"] & (rows["wave"] != UNPAID)
    cases = {
        "double_payment": rows["is_double"],
        "reassessment_after_payment": is_reduced & (rows["reassessed_yen"] > 0),
        "reassessment_to_zero": is_reduced & (rows["reassessed_yen"] == 0),
        "partial_payment": (rows["short_yen"] > 0) & (rows["paid_yen"] > 0),
        "due_date_over_new_year": np.isin(rows["due"], over_new_year),
        "leap_day_due_date": np.isin(rows["due"], leap_days),
    }
    for tag, mask in cases.items():
        found = take(rows, np.flatnonzero(mask)[:3])
        days = found["due"] if tag.endswith("due_date") or "new_year" in tag else found["paid"]
        tags.add(tag, "levy", found, found["slip_no"], days)
