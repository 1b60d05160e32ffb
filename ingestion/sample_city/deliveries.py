"""The city's deliveries: feed files are opened by day, filled with the rows of all groups, and closed when complete."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from ingestion.contract import load_contract
from ingestion.sample_city.bank_files import BANK_FILES
from ingestion.sample_city.channels import AGENT_CHANNELS, COMMON_TAX_CHANNELS, COUNTER_CHANNELS, PREMIUM_LINE, TRANSFER
from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, stack, take, whole
from ingestion.sample_city.common_tax_payment_rows import common_tax_reports, common_tax_text
from ingestion.sample_city.due_dates import WorkCalendar, as_date
from ingestion.sample_city.instalments import EVENT_DAYS, KEY, PREMIUM, STATE
from ingestion.sample_city.levy_rows import demand_text, levy_text, premium_assessment_text, slip_text
from ingestion.sample_city.premium_rows import collection_lines, collection_text, line_days
from ingestion.sample_city.receipt_record_rows import agent_receipts, transmitted
from ingestion.sample_city.receipt_rows import (
    agent_reports,
    agent_text,
    counter_header,
    counter_text,
    counter_trailer,
    in_bundles,
)
from ingestion.sample_city.receipt_shares import RESULT_WORKING_DAYS, known_on
from ingestion.sample_city.record_feeds import RECORD_FEEDS
from ingestion.sample_city.text import MUNICIPALITY
from ingestion.sample_city.writers import FeedFile

REQUEST_DAYS = 10
"""Days before the debit day by which the bank must have the request."""

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Collected = Callable[[Array, int], tuple[Array, Array]]

    from ingestion.sample_city.books import Books
    from ingestion.sample_city.people import City
    from ingestion.sample_city.schedule import Schedule


def add_collected(rows: Columns, collected: Collected | None, day: int) -> None:
    """Write into instalments what they have brought by a day."""
    nothing = whole(row_count(rows), 0)
    yen = collected(rows["uid"], day) if collected and row_count(rows) else (nothing, nothing)
    rows["collected_yen"], rows["late_collected_yen"] = yen


@dataclass
class Deliveries:
    """Files that are being written, and rows that wait for their day of delivery."""

    out: Path
    city: City
    schedule: Schedule
    calendar: WorkCalendar
    files: dict[tuple[str, int, int], FeedFile] = field(default_factory=dict)
    waiting: dict[str, list[Columns]] = field(default_factory=dict)
    finished: list[FeedFile] = field(default_factory=list)
    bundle_no: int = 0
    flushed_until: int = 0

    def file(self, feed: str, day: int, seq: int = 1) -> FeedFile:
        """The file of a feed and day, opened when it is asked for first."""
        key = (feed, day, seq)
        if key not in self.files:
            contract = load_contract(feed)
            name = f"{feed}.{MUNICIPALITY}.{as_date(day):%Y%m%d}.{seq:03d}.{contract.extension}"
            self.files[key] = FeedFile(self.out / name, contract, has_last_line_end=feed != "convenience_store")
        return self.files[key]

    def queue(self, feed: str, rows: Columns, known: Array) -> None:
        """Let rows wait for the first delivery after the day they are known; what comes after the last drops out."""
        rows = rows | {"delivery": self.schedule.on(feed, np.maximum(known, self.flushed_until + 1))}
        rows = take(rows, rows["delivery"] < NEVER)
        if row_count(rows):
            self.waiting.setdefault(feed, []).append(rows)

    def queue_events(self, feed: str, rows: Columns, *events: str) -> None:
        """Queue the rows once for each of the named days that comes."""
        for event in events:
            self.queue(feed, rows, rows[event])

    def write_levies(self, rows: Columns, day: int, seq: int = 1) -> None:
        """Deliver instalments of taxes or of the premium as they stand on a day."""
        if not row_count(rows) or day > self.schedule.last_day:
            return
        is_premium = rows["tax"] == PREMIUM
        taxes, premiums = take(rows, ~is_premium), take(rows, is_premium)
        if row_count(taxes):
            is_changed = taxes["reassessed_on"] <= day
            levied = np.where(is_changed, taxes["reassessed_yen"], taxes["original_yen"])
            self.file("levy", day, seq).add_lines(taxes, lambda some: levy_text(some, day, self.city), levied)
        if row_count(premiums):
            is_changed = premiums["reassessed_on"] <= day
            levied = np.where(is_changed, premiums["reassessed_yen"], premiums["original_yen"])
            file = self.file("premium_assessment", day, seq)
            file.add_lines(premiums, lambda some: premium_assessment_text(some, day, self.city), levied)

    def queue_versions(self, rows: Columns, after: Array, collected: Collected | None = None) -> None:
        """Queue a version of each instalment for every delivery (later than ``after``) with a new event in it.

        ``collected`` says what principal and late charge instalments have brought by a day.
        """
        premium = rows["tax"] == PREMIUM
        for feed, is_of_feed in (("levy", ~premium), ("premium_assessment", premium)):
            events = EVENT_DAYS if feed == "levy" else ("reassessed_on",)
            before = 0
            for delivery in self.schedule.feed_days(feed).tolist():
                is_new = np.zeros(len(premium), dtype=bool)
                for event in events:
                    is_new |= (rows[event] > np.maximum(before, after)) & (rows[event] <= delivery)
                version = take({name: rows[name] for name in STATE}, is_new & is_of_feed & (after < delivery))
                add_collected(version, collected, delivery)
                self.queue(feed, version, np.full(row_count(version), delivery))
                before = delivery

    def collect(self, books: Books, until: int) -> None:
        """Take what the books hold into the queues of its feeds and empty the books; slips are written at once."""
        for slips in books.slips:
            self.queue("payment_slip", slips, slips["issued_on"])
        for notices in books.notices:
            self.queue("demand", notices, notices["issued_on"])
        for receipts in books.receipts:
            self._collect_receipts(take(receipts, receipts["paid"] <= self.schedule.last_day))
        books.slips, books.notices, books.receipts, books.recorded = [], [], [], 0
        self._write_ready("payment_slip", self._write_slips, until)

    def _collect_receipts(self, receipts: Columns) -> None:
        channel = receipts["channel"]
        reports = agent_reports(take(receipts, np.isin(channel, AGENT_CHANNELS)))
        self.queue("convenience_store", reports, reports["created"])
        common = common_tax_reports(take(receipts, np.isin(channel, COMMON_TAX_CHANNELS)))
        self.queue("common_tax_payment", common, common["created"])
        slips = take(receipts, np.isin(channel, COUNTER_CHANNELS))
        self.queue("counter_slip", slips, slips["credited"])
        transfers = take(receipts, channel == TRANSFER)
        if row_count(transfers):
            self.waiting.setdefault("account_transfer_result", []).append(
                transfers | {"delivery": self._result_days(transfers)}
            )
            asked = {name: transfers[name] for name in (*KEY, "slip_no", "paid", "amount", "result")}
            asked |= {"known": known_on(transfers, self.calendar), "asked_on": transfers["paid"] - REQUEST_DAYS}
            self.queue_events("account_transfer", asked, "asked_on", "known")
        self._keep_reports(receipts)
        premiums = collection_lines(take(receipts, (receipts["tax"] == PREMIUM) | (channel == PREMIUM_LINE)))
        self.queue("premium_collection", premiums, line_days(premiums))

    def _keep_reports(self, receipts: Columns) -> None:
        """What the receipts system keeps of the reports themselves."""
        names = (*KEY, "channel", "paid", "minute", "credited", "cancelled_on")
        reports = agent_receipts({name: receipts[name] for name in names})
        reports["reported_on"] = reports["paid"] + 1
        self.queue_events("convenience_store_status", reports, "reported_on", "credited", "cancelled_on")
        sent = transmitted({name: receipts[name] for name in (*KEY, "channel", "slip_no", "paid", "credited")})
        self.queue_events("slip_transmission", sent, "paid")

    def _result_days(self, transfers: Columns) -> Array:
        days = self.calendar.next_open(transfers["paid"] + RESULT_WORKING_DAYS)
        return np.where(days <= self.schedule.last_day, days, NEVER)

    def flush(self, until: int) -> None:
        """Write everything that is delivered by a day, and close the files."""
        writers: dict[str, Callable[[Columns, int], None]] = {
            "levy": self._write_versions,
            "premium_assessment": self._write_versions,
            "payment_slip": self._write_slips,
            "demand": self._write_demands,
            "premium_collection": self._write_collection,
            "convenience_store": self._write_agent_reports,
            "counter_slip": self._write_counter_slips,
            "common_tax_payment": self._write_common_tax,
        }
        writers |= {feed: partial(self._write_bank_file, feed) for feed in BANK_FILES}
        writers |= {feed: partial(self._write_records, feed) for feed in RECORD_FEEDS}
        for feed, write in writers.items():
            self._write_ready(feed, write, until)
        self._close(until)
        self.flushed_until = until

    def _write_ready(self, feed: str, write: Callable[[Columns, int], None], until: int) -> None:
        rows = stack(self.waiting.pop(feed, []))
        if not row_count(rows):
            return
        is_ready = rows["delivery"] <= until
        self.waiting[feed] = [take(rows, ~is_ready & (rows["delivery"] < NEVER))]
        ready = take(rows, is_ready)
        for day in np.unique(ready["delivery"]).tolist():
            write(take(ready, ready["delivery"] == day), day)

    def _close(self, until: int) -> None:
        for key in sorted(self.files, key=lambda one: (one[1], one[0], one[2])):
            if key[1] <= until:
                self.finished.append(self.files.pop(key))
                self.finished[-1].close()

    def _write_versions(self, rows: Columns, day: int) -> None:
        """One version per instalment and delivery: the one queued last knows everything."""
        _, newest = np.unique(rows["uid"][::-1], return_index=True)
        self.write_levies(take(rows, len(rows["uid"]) - 1 - newest), day)

    def _write_records(self, feed: str, rows: Columns, day: int) -> None:
        """The state of each record on the day: of several rows the one queued last knows everything."""
        kind = RECORD_FEEDS[feed]
        rows = kind.newest(rows)
        self.file(feed, day).add_lines(rows, lambda some: kind.text(some, day, self.city), kind.control_yen(rows))

    def _write_slips(self, rows: Columns, day: int) -> None:
        self.file("payment_slip", day).add_lines(rows, slip_text, rows["principal_yen"])

    def _write_demands(self, rows: Columns, day: int) -> None:
        self.file("demand", day).add_lines(rows, demand_text, rows["yen"])

    def _write_collection(self, rows: Columns, day: int) -> None:
        self.file("premium_collection", day).add_lines(rows, collection_text, rows["amount"])

    def _write_agent_reports(self, rows: Columns, day: int) -> None:
        order = np.lexsort((rows["kind"], rows["slip_no"], rows["minute"], rows["paid"], rows["created"]))
        rows = take(rows, order)
        self.file("convenience_store", day).add_lines(rows, agent_text, rows["amount"])

    def _write_common_tax(self, rows: Columns, day: int) -> None:
        rows = take(rows, np.lexsort((rows["processing"], rows["slip_no"], rows["minute"], rows["paid"])))
        self.file("common_tax_payment", day).add_lines(rows, common_tax_text, rows["amount"])

    def _write_counter_slips(self, rows: Columns, day: int) -> None:
        file = self.file("counter_slip", day)
        for credited, bundle in in_bundles(rows):
            self.bundle_no += 1
            header = counter_header(day, credited, self.bundle_no)
            file.add_block(header, counter_text(bundle), row_count(bundle), counter_trailer(bundle))

    def _write_bank_file(self, feed: str, rows: Columns, day: int) -> None:
        BANK_FILES[feed](self.file(feed, day), rows, self.city, day)
