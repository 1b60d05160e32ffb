"""What the city's systems write down beside levies and channel files: receipts by instalment, refunds, arrears.

One object per run; ``CityYears`` tells it what happened, it queues the rows of all record feeds.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.arrears_file import ArrearsFile
from ingestion.sample_city.books import REMINDER
from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, stack, take
from ingestion.sample_city.instalments import KEY, PREMIUM, current_yen
from ingestion.sample_city.levy_record_rows import levy_history_states
from ingestion.sample_city.outgoing_rows import with_account
from ingestion.sample_city.receipt_shares import ReceiptShares
from ingestion.sample_city.refund_rows import Overpayments, fiscal_years

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.instalments import Group
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.trade import Trade


class CityRecords:
    """Keeps the records of one run; what one year hands to the next is in its parts."""

    def __init__(self, trade: Trade, deliveries: Deliveries, tags: Tags) -> None:
        """Start with empty records."""
        self._trade, self._deliveries = trade, deliveries
        self._shares = ReceiptShares(trade.calendar)
        self._overpayments = Overpayments()
        self._arrears = ArrearsFile(trade, deliveries, tags)
        self._last_reminder: dict[int, int] = {}

    def carry_over(self, group: Group, debts: Columns, year: int) -> Columns:
        """Record what is carried over into a year; returns it for :meth:`settle`."""
        return self._arrears.carry_over(group, debts, year)

    def settle(self, group: Group, debts: Columns, carried: Columns, year: int) -> None:
        """Record a year's payments and measures of carried-over debts."""
        shares = self._record_receipts(group)
        self._arrears.settle(group, debts, carried, shares, year)

    def levy_paid(self, group: Group, rows: Columns) -> None:
        """Record payments, changes and overpayments of a year's own levies, once everything about them is decided."""
        self._record_receipts(group, rows)
        self._queue_overpayments(rows)
        self._queue_reminders()
        unpaid = np.isin(rows["notice"], rows["notice"][rows["remaining_yen"] > 0])
        self._queue_bases(take(rows, unpaid))
        if group.tax != PREMIUM:
            changes = levy_history_states(rows)
            self._deliveries.queue("levy_history", changes, changes["known"])
            changed = take(changes, changes["change_count"] > 0)
            self._deliveries.queue("reassessment", changed, changed["known"])

    def collected(self, group: Group) -> Callable[[Array, int], tuple[Array, Array]]:
        """Principal and late charge that instalments of a group have brought by a day."""
        return partial(self._shares.collected, group)

    def forget(self, group: Group, debts: Columns) -> None:
        """Keep only what concerns open debts."""
        self._shares.keep(group, debts.get("uid", np.zeros(0, dtype=np.int64)))

    def close_year(self, year: int) -> None:
        """Queue what is recorded for all taxes together."""
        self._arrears.close_year(year)

    def _record_receipts(self, group: Group, settled: Columns | None = None) -> Columns:
        shares = self._shares.record(group, self._trade.books, settled)
        if row_count(shares):
            self._deliveries.queue("receipt_history", shares, shares["known"])
        return shares

    def _queue_overpayments(self, rows: Columns) -> None:
        over = self._overpayments.of(rows)
        if row_count(over):
            self._deliveries.queue_events("overpayment", over, "known", "settled_on")
            self._deliveries.queue_events("overpayment_detail", over, "known")
            self._deliveries.queue_events("treatment", over, "settled_on")
            paid_out = with_account(over, self._trade.city)
            self._deliveries.queue_events("refund_transfer", paid_out, "settled_on")

    def _queue_reminders(self) -> None:
        """Reminders of the group, numbered within the fiscal year of issue."""
        notices = stack([take(table, table["issue_type"] == REMINDER) for table in self._trade.books.notices])
        if not row_count(notices):
            return
        notices = take(notices, np.lexsort((notices["uid"], notices["issued_on"])))
        notices["issue_year"] = fiscal_years(notices["issued_on"])
        notices["seq"] = np.zeros(row_count(notices), dtype=np.int64)
        for year in np.unique(notices["issue_year"]).tolist():
            places = np.flatnonzero(notices["issue_year"] == year)
            before = self._last_reminder.get(year, 0)
            notices["seq"][places] = before + 1 + np.arange(len(places))
            self._last_reminder[year] = before + len(places)
        self._deliveries.queue("reminder", notices, notices["issued_on"])

    def _queue_bases(self, rows: Columns) -> None:
        """What the tax of each debtor rests on: one row per notice, known when its last instalment fell due."""
        if not row_count(rows):
            return
        notices, first, place = np.unique(rows["notice"], return_index=True, return_inverse=True)
        bases = {name: rows[name][first] for name in KEY}
        bases["yen"] = np.bincount(place, current_yen(rows), minlength=len(notices)).astype(np.int64)
        known = np.zeros(len(notices), dtype=np.int64)
        np.maximum.at(known, place, np.where(rows["due"] < NEVER, rows["due"], 0))
        self._deliveries.queue("levy_basis", bases, known)
