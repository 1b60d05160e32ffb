"""What the receipts system keeps of each final receipt: which instalment got how many yen of it, and refunds.

Grain: one row per instalment and receipt, one per refund. The levies' collected totals are sums over these rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.books import TRANSFERRED
from ingestion.sample_city.channels import TRANSFER
from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, run_lengths, stack, take, whole
from ingestion.sample_city.instalments import KEY

if TYPE_CHECKING:
    from ingestion.sample_city.books import Books
    from ingestion.sample_city.due_dates import WorkCalendar
    from ingestion.sample_city.instalments import Group

PAYMENT, REFUND = 0, 1
RESULT_WORKING_DAYS = 3
"""Days after which the bank's result of a transfer is here; until then nobody knows whether it was paid."""

_OF_RECEIPT = ("slip_no", "channel", "paid", "credited", "known", "minute")


def known_on(receipts: Columns, calendar: WorkCalendar) -> Array:
    """Day on which the city knows that a receipt is final."""
    result_day = calendar.next_open(np.minimum(receipts["paid"], NEVER // 100) + RESULT_WORKING_DAYS)
    return np.where(receipts["channel"] == TRANSFER, result_day, receipts["credited"])


def shares_of(receipts: Columns, slips: Columns, calendar: WorkCalendar) -> Columns:
    """Final receipts divided over the instalments of their slips, in the order in which they stand on the slip.

    A receipt whose slip is not among ``slips`` pays the one instalment it names. What exceeds the slip goes to its
    last line, what is missing is missing there.
    """
    is_final = (receipts["result"] == TRANSFERRED) & (receipts["credited"] < NEVER) & receipts["has_slip"]
    receipts = take(receipts, is_final)
    receipts["known"] = known_on(receipts, calendar)
    if not row_count(slips):
        return _direct(receipts)
    slips = take(slips, np.lexsort((slips["uid"], slips["slip_no"])))
    first = np.searchsorted(slips["slip_no"], receipts["slip_no"])
    counts = np.searchsorted(slips["slip_no"], receipts["slip_no"], side="right") - first
    counts[receipts["slip_no"] == 0] = 0
    return stack([_direct(take(receipts, counts == 0)), _over_lines(receipts, slips, first, counts)])


def _direct(receipts: Columns) -> Columns:
    rows = {name: receipts[name] for name in (*KEY, *_OF_RECEIPT)}
    size = row_count(rows)
    return rows | {"class": whole(size, PAYMENT), "principal_yen": receipts["amount"], "late_yen": whole(size, 0)}


def _over_lines(receipts: Columns, slips: Columns, first: Array, counts: Array) -> Columns:
    receipt, place = np.repeat(np.arange(len(counts)), counts), run_lengths(counts)
    lines = take(slips, np.repeat(first, counts) + place)
    payable = lines["principal_yen"] + lines["late_charge_yen"]
    run_starts = np.flatnonzero(place == 0)
    before = np.cumsum(payable) - payable
    before -= np.repeat(before[run_starts], counts[counts > 0])
    left = np.maximum(0, receipts["amount"][receipt] - before)
    share = np.where(place == counts[receipt] - 1, left, np.minimum(payable, left))
    late = np.clip(share - lines["principal_yen"], 0, lines["late_charge_yen"])
    rows = {name: lines[name] for name in KEY} | {name: receipts[name][receipt] for name in _OF_RECEIPT}
    rows |= {"class": whole(len(share), PAYMENT), "principal_yen": share - late, "late_yen": late}
    return take(rows, share > 0)


def refunds_of(rows: Columns) -> Columns:
    """What was given back of overpaid instalments, as negative yen on the day of settlement."""
    paid_back = take(rows, (rows["overpaid_yen"] > 0) & (rows["settled_on"] < NEVER))
    size, days = row_count(paid_back), paid_back["settled_on"]
    refunds = {name: paid_back[name] for name in KEY}
    refunds |= {"slip_no": whole(size, 0), "channel": whole(size, 0), "minute": whole(size, 0)}
    refunds |= {"paid": days, "credited": days, "known": days, "class": whole(size, REFUND)}
    return refunds | {"principal_yen": -paid_back["overpaid_yen"], "late_yen": whole(size, 0)}


@dataclass
class ReceiptShares:
    """Shares of everything that can still change: those of the year's levies and of open debts."""

    calendar: WorkCalendar
    by_group: dict[Group, Columns] = field(default_factory=dict)

    def record(self, group: Group, books: Books, settled: Columns | None = None) -> Columns:
        """Divide the receipts that came into the books since the last time; returns the new rows.

        ``settled`` are the instalments whose refunds belong to the same rows. Each row gets its ``seq`` within the
        instalment, in the order in which it became known.
        """
        receipts = stack(books.receipts[books.recorded :])
        books.recorded = len(books.receipts)
        tables = []
        if row_count(receipts):
            names = ("slip_no", *KEY, "principal_yen", "late_charge_yen")
            slips = stack([{name: table[name] for name in names} for table in books.slips])
            tables.append(shares_of(receipts, slips, self.calendar))
        if settled is not None:
            tables.append(refunds_of(settled))
        rows = stack(tables)
        if not row_count(rows):
            return {}
        rows = take(rows, np.lexsort((rows["slip_no"], rows["paid"], rows["class"], rows["known"], rows["uid"])))
        rows["seq"] = 1 + _places(rows["uid"]) + self._count_of(group, rows["uid"])
        self.by_group[group] = stack([self.by_group.get(group, {}), rows])
        return rows

    def collected(self, group: Group, uid: Array, until: int) -> tuple[Array, Array]:
        """Principal and late charge received for instalments by a day, less what was refunded."""
        rows = self.by_group.get(group, {})
        if not row_count(rows):
            return whole(len(uid), 0), whole(len(uid), 0)
        rows = take({name: rows[name] for name in ("uid", "principal_yen", "late_yen")}, rows["known"] <= until)
        order = np.argsort(rows["uid"], kind="stable")
        keys = rows["uid"][order]
        first, end = np.searchsorted(keys, uid), np.searchsorted(keys, uid, side="right")
        sums = [np.concatenate([[0], np.cumsum(rows[name][order])]) for name in ("principal_yen", "late_yen")]
        return sums[0][end] - sums[0][first], sums[1][end] - sums[1][first]

    def keep(self, group: Group, uid: Array) -> None:
        """Forget all instalments but those; what is paid or given up for good is never asked for again."""
        rows = self.by_group.pop(group, {})
        if row_count(rows) and len(uid):
            self.by_group[group] = take(rows, np.isin(rows["uid"], uid))

    def _count_of(self, group: Group, uid: Array) -> Array:
        known = np.sort(self.by_group.get(group, {}).get("uid", whole(0, 0)))
        return np.searchsorted(known, uid, side="right") - np.searchsorted(known, uid)


def _places(values: Array) -> Array:
    _, counts = np.unique(values, return_counts=True)
    return run_lengths(counts)
