"""Carried-over arrears in one accounting year: what is collected, what is written off, what remains.

The calibrated rates are met to the yen. New debts are collected rather than old ones; old ones and stayed ones are written off.
"""

from __future__ import annotations

import numpy as np

from ingestion.sample_city.arrears_cases import take_measures
from ingestion.sample_city.books import SYSTEM_PREMIUM, SYSTEM_RECEIPTS, overlaps
from ingestion.sample_city.channels import COUNTER, PAY_EASY, choose_channels, credited_days, open_paid_days
from ingestion.sample_city.columns import NEVER, Array, Columns, take, whole
from ingestion.sample_city.draws import happens
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.instalments import PREMIUM, Group
from ingestion.sample_city.shortfalls import fill_up
from ingestion.sample_city.tags import Tags
from ingestion.sample_city.trade import Trade

_PLEDGED_PARTS_SHARE = 25
_SMALLEST_SPLIT_YEN = 4000
_OLD_PENALTY = 0.2
_OLDEST_COLLECTED_YEARS = 3
_MONTHS = 12
_BY_STAY, _AT_ONCE, _BY_TIME = 1, 2, 3
_LAST_DAY = (3, 18)
_MINUTES_OF_DAY = 1440


def settle_carryover(trade: Trade, debts: Columns, group: Group, year: int, tags: Tags) -> Columns:
    """Collect and write off the debts of one group in an accounting year; returns them with what remains.

    ``debts`` are instalments of earlier levy years with something remaining.
    """
    rng = trade.draws.stream("carryover", group.tax, group.method, year)
    opening = int(debts["remaining_yen"].sum())
    is_large = debts["payer"] == trade.city.large_debtor
    wanted = round(opening * trade.calibration.rate("write_off_rate", group.tax, group.method) / 100)
    written_off = _write_offs(debts, is_large, wanted, year, rng)
    target = round(opening * trade.calibration.rate("carryover_rate", group.tax, group.method) / 100)
    by_large = _large_debtor_pays(trade, debts, is_large, group, target, year)
    collected = _collections(debts, is_large, written_off, target - int(by_large.sum()), year, rng)
    last_paid = _pay(trade, debts, collected, year, rng)
    on_first_of_june = (last_paid == day(year, 6, 1)) & (collected > 0)
    tags.add("paid_on_1_june", "counter_slip", take(debts, on_first_of_june), days=last_paid[on_first_of_june])
    rest = debts["remaining_yen"] - collected - by_large - written_off
    take_measures(trade, debts, year, np.where((rest == 0) & (collected > 0), last_paid, day(year + 1, 3, 31)))
    _record_write_offs(debts, written_off, year, rng)
    debts["remaining_yen"] = rest
    return debts


def _write_offs(debts: Columns, is_large: Array, wanted: int, year: int, rng: np.random.Generator) -> Array:
    """Yen written off: stayed debts first, then the oldest; only of the last one a part."""
    is_stayed = debts["stayed_on"] < day(year, 4, 1)
    order = np.lexsort((rng.random(len(is_large)), debts["nominal_year"], ~is_stayed, is_large))
    return fill_up(np.where(is_large, 0, debts["remaining_yen"]), order, wanted)


def _record_write_offs(debts: Columns, written_off: Array, year: int, rng: np.random.Generator) -> None:
    is_written_off = written_off > 0
    days = day(year + 1, 3, 20) + rng.integers(0, 8, len(is_written_off))
    is_stayed = debts["stayed_on"] < NEVER
    reason = np.where(is_stayed, np.where(debts["nominal_year"] < year - 3, _BY_STAY, _AT_ONCE), _BY_TIME)
    debts["written_off_on"] = np.where(is_written_off, days, debts["written_off_on"])
    debts["write_off_yen"] = np.where(is_written_off, written_off, debts["write_off_yen"])
    debts["write_off_reason"] = np.where(is_written_off, reason, debts["write_off_reason"])


def _collections(
    debts: Columns, is_large: Array, written_off: Array, target: int, year: int, rng: np.random.Generator
) -> Array:
    """Yen collected of each debt. What a part was written off of is paid up to that part before."""
    rest = np.where(is_large, 0, debts["remaining_yen"] - written_off)
    is_cut = (written_off > 0) & (rest > 0)
    age = np.minimum(year - 1 - debts["nominal_year"], _OLDEST_COLLECTED_YEARS)
    key = rng.random(len(rest)) + _OLD_PENALTY * age + np.where(debts["stayed_on"] < NEVER, 1.0, 0.0)
    order = np.lexsort((key, ~is_cut))
    return fill_up(rest, order, max(0, target))


def _pay(trade: Trade, debts: Columns, collected: Array, year: int, rng: np.random.Generator) -> Array:
    """Slips and receipts of the collected yen, some in two parts. Returns the last paid day of each debt."""
    size = len(collected)
    first_day = np.where(debts["nominal_year"] == year - 1, day(year, 6, 1), day(year, 4, 2))
    span = day(year + 1, *_LAST_DAY) - first_day
    moments = np.sort(first_day[:, None] + (rng.random((size, 2)) * span[:, None]).astype(np.int64), axis=1)
    channel = choose_channels(
        trade.calibration, rng, np.zeros(size, dtype=bool), has_el_qr=not (size and debts["tax"][0] == PREMIUM)
    )
    early = open_paid_days(trade.calendar, channel, moments[:, 0])
    late = np.maximum(early + 1, open_paid_days(trade.calendar, channel, moments[:, 1]))
    late = open_paid_days(trade.calendar, channel, late)
    _someone_pays_on_first_of_june(debts, collected, year, (channel, early, late))
    is_split = happens(rng, size, _PLEDGED_PARTS_SHARE) & (collected >= _SMALLEST_SPLIT_YEN) & (late != day(year, 6, 1))
    part = np.where(is_split, collected // 200 * 100, 0)
    charge = _charges(trade, debts, (collected, part), (early, late), rng)
    _issue_and_receive(trade, debts, part, whole(size, 0), (early, channel), rng)
    _issue_and_receive(trade, debts, collected - part, charge, (late, channel), rng)
    return late


def _someone_pays_on_first_of_june(
    debts: Columns, collected: Array, year: int, plan: tuple[Array, Array, Array]
) -> None:
    """The first day on which an unpaid levy of last year counts as carried over must occur."""
    channel, early, late = plan
    can = np.flatnonzero((debts["nominal_year"] == year - 1) & (collected > 0) & (collected < _SMALLEST_SPLIT_YEN * 10))
    channel[can[:1]], early[can[:1]], late[can[:1]] = PAY_EASY, day(year, 6, 1) - 1, day(year, 6, 1)


def _charges(
    trade: Trade, debts: Columns, yen: tuple[Array, Array], days: tuple[Array, Array], rng: np.random.Generator
) -> Array:
    """Late charge asked for with the last payment of debts that are paid in full."""
    collected, part = yen
    early, late = days
    owed, due = debts["remaining_yen"], debts["due"]
    pays = happens(rng, len(owed), trade.calibration.rate("late_charge_paid_share"))
    pays &= (collected == owed) & (debts["stayed_on"] == NEVER)
    split_at = np.where(part > 0, early, late)
    before = trade.charges.unrounded(owed, due, due + 1, split_at)
    after = trade.charges.unrounded(owed - part, due, split_at + 1, late)
    return np.where(pays, trade.charges.rounded(before + after), 0)


def _issue_and_receive(
    trade: Trade, debts: Columns, principal: Array, charge: Array, when: tuple[Array, Array], rng: np.random.Generator
) -> None:
    paid_on, channel = when
    chosen = principal > 0
    rows, paid, by = take(debts, chosen), paid_on[chosen], channel[chosen]
    size = len(paid)
    amount = principal[chosen] + charge[chosen]
    numbers = trade.books.issue(
        rows,
        system=np.where(rows["tax"] == PREMIUM, SYSTEM_PREMIUM, SYSTEM_RECEIPTS),
        issued_on=paid - rng.integers(0, 4, size),
        expires_on=paid,
        has_barcode=np.zeros(size, dtype=bool),
        principal_yen=principal[chosen],
        late_charge_yen=charge[chosen],
    )
    trade.books.receive(
        rows,
        slip_no=numbers,
        slip_total_yen=amount,
        expires_on=paid,
        channel=by,
        paid=paid,
        credited=credited_days(trade.calendar, by, paid, rng),
        amount=amount,
        minute=rng.integers(0, _MINUTES_OF_DAY, size),
    )


def _large_debtor_pays(trade: Trade, debts: Columns, is_large: Array, group: Group, target: int, year: int) -> Array:
    """The large debtor keeps a pledge: twelve equal payments a year on its oldest debts, each with one slip."""
    paid_yen = np.zeros(len(is_large), dtype=np.int64)
    share = trade.calibration.rate("large_debtor_carryover_share", group.tax, group.method) / 100
    own = np.flatnonzero(is_large)
    own = own[np.argsort(debts["due"][own], kind="stable")]
    yearly = min(int(target * share), int(debts["remaining_yen"][own].sum())) // _MONTHS * _MONTHS
    if not len(own) or not yearly:
        return paid_yen
    payment, place, yen = overlaps(np.full(_MONTHS, yearly // _MONTHS), debts["remaining_yen"][own])
    np.add.at(paid_yen, own[place], yen)
    months = [(month + 2) % 12 + 1 for month in range(1, _MONTHS + 1)]
    days = trade.calendar.next_open(np.array([day(year + (month < 4), month, 10) for month in months]))  # noqa: PLR2004  April
    rows = take(debts, own[place])
    numbers = trade.books.issue_joint(
        rows,
        payment,
        system=whole(len(yen), SYSTEM_RECEIPTS),
        issued_on=days[payment] - 5,
        expires_on=days[payment],
        has_barcode=np.zeros(len(yen), dtype=bool),
        principal_yen=yen,
        total_yen=np.full(len(yen), yearly // _MONTHS),
    )
    opener = np.searchsorted(payment, np.arange(_MONTHS))
    trade.books.receive(
        take(rows, opener),
        slip_no=numbers,
        slip_total_yen=np.full(_MONTHS, yearly // _MONTHS),
        expires_on=days,
        channel=whole(_MONTHS, COUNTER),
        paid=days,
        credited=trade.calendar.next_open(days + 1),
        amount=np.full(_MONTHS, yearly // _MONTHS),
        minute=whole(_MONTHS, 600),
    )
    return paid_yen
