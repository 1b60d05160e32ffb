"""What the city's systems have on record while the sample is made: slips issued, receipts taken, notices sent.

Grain of the tables: slips one row per slip and instalment; receipts one row per payment (or failed transfer); notices
one row per instalment and notice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, whole
from ingestion.sample_city.instalments import KEY, PREMIUM

SYSTEM_RECEIPTS, SYSTEM_TRANSFER, SYSTEM_PREMIUM = 1, 2, 3
TRANSFERRED = 0
DEMAND_NOTICE, REMINDER = 1, 2


@dataclass
class Books:
    """Collects rows of all feeds that hang on instalments; ``deliveries`` empties the lists.

    ``recorded`` counts the tables of receipts that have been divided over their instalments.
    """

    slips: list[Columns] = field(default_factory=list)
    receipts: list[Columns] = field(default_factory=list)
    notices: list[Columns] = field(default_factory=list)
    recorded: int = 0
    _last_slip_no: int = 1_000_000

    def slip_numbers(self, count: int) -> Array:
        """So many new slip numbers. A number that is not issued stands on no slip the city knows."""
        first = self._last_slip_no + 1
        self._last_slip_no += count
        return np.arange(first, first + count, dtype=np.int64)

    def issue(self, rows: Columns, **given: Array) -> Array:
        """One slip for each instalment; returns their numbers. Given as for :meth:`issue_joint`, without totals."""
        total = given["principal_yen"] + given.get("late_charge_yen", 0)
        return self.issue_joint(rows, np.arange(len(total)), total_yen=total, **given)

    def issue_joint(self, rows: Columns, slip_of_row: Array, **given: Array) -> Array:
        """Slips for several instalments; ``slip_of_row`` counts them from 0. Returns the number for each slip.

        ``given``: ``system``, ``issued_on``, ``expires_on``, ``has_barcode``, ``principal_yen``, ``total_yen`` per row,
        and ``late_charge_yen`` where there is one.
        """
        size = len(slip_of_row)
        numbers = self.slip_numbers(int(slip_of_row.max()) + 1 if size else 0)
        table = {name: rows[name] for name in KEY}
        table |= {"late_charge_yen": whole(size, 0), "slip_no": numbers[slip_of_row]}
        table |= given
        self.slips.append(table)
        return numbers

    def receive(self, rows: Columns, **given: Array) -> None:
        """Payments of instalments (the first of a joint slip). ``given``: the columns of :func:`new_receipts`."""
        if len(rows["uid"]):
            self.receipts.append(new_receipts(rows, **given))

    def notify(self, rows: Columns, issue_type: int, issued_on: Array, yen: Array) -> None:
        """Demand notices or reminders for instalments."""
        table = {name: rows[name] for name in KEY}
        self.notices.append(table | {"issue_type": whole(len(yen), issue_type), "issued_on": issued_on, "yen": yen})


def new_receipts(rows: Columns, **given: Array) -> Columns:
    """Receipts of slips.

    ``given``: ``slip_no``, ``slip_total_yen``, ``expires_on``, ``channel``, ``paid``, ``credited``, ``amount``,
    ``minute``. ``result`` is the bank's code, ``cancelled_on`` the day an agent takes a provisional report back,
    ``first_reported_yen`` what a postal receipt said before its correction, ``has_slip`` false where the number paid
    stands on no slip.
    """
    size = len(rows["uid"])
    table = {name: rows[name] for name in KEY}
    table |= {
        "result": whole(size, TRANSFERRED),
        "cancelled_on": whole(size, NEVER),
        "first_reported_yen": whole(size, 0),
        "has_slip": np.ones(size, dtype=bool),
    }
    return table | given


def slip_system(rows: Columns, is_transfer: Array) -> Array:
    """Which system issues the slip of an instalment."""
    system = np.where(rows["tax"] == PREMIUM, SYSTEM_PREMIUM, SYSTEM_RECEIPTS)
    return np.where(is_transfer, SYSTEM_TRANSFER, system)


def overlaps(payments: Array, debts: Array) -> tuple[Array, Array, Array]:
    """Money spread over debts in order: which payment meets which debt with how many yen. Neither may be empty.

    The two lists must add up so that the payments do not exceed the debts.
    """
    payment_ends, debt_ends = np.cumsum(payments), np.cumsum(debts)
    ends = np.union1d(payment_ends, debt_ends)
    ends = ends[ends <= payment_ends[-1]]
    yen = np.diff(ends, prepend=0)
    return np.searchsorted(payment_ends, ends), np.searchsorted(debt_ends, ends), yen
