"""Deliveries of the address and qualification feeds: everybody each first of April, changes in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import whole
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.people_rows import (
    addressee_text,
    changed_addressees,
    changed_insured,
    insured,
    qualification_text,
)

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array
    from ingestion.sample_city.deliveries import Deliveries


def deliver_people(deliveries: Deliveries, year: int) -> None:
    """Write all deliveries of both feeds in a fiscal year, as far as the schedule goes."""
    city, schedule = deliveries.city, deliveries.schedule
    first = day(year, 4, 1)
    if year <= schedule.last_year:
        _write(deliveries, "addressee", np.arange(city.size), first)
        _write(deliveries, "qualification", insured(city, first), first)
    for feed, changed in (("addressee", changed_addressees), ("qualification", changed_insured)):
        before = day(year, 3, 31) if year > schedule.last_year else first
        for delivery in schedule.feed_days(feed).tolist():
            if first < delivery <= day(year + 1, 3, 31):
                _write(deliveries, feed, changed(city, before, delivery), delivery)
                before = delivery


def _write(deliveries: Deliveries, feed: str, who: Array, on_day: int) -> None:
    to_text = addressee_text if feed == "addressee" else qualification_text
    if len(who):
        file = deliveries.file(feed, on_day)
        file.add_lines({"who": who}, lambda some: to_text(deliveries.city, some["who"], on_day), whole(len(who), 0))
