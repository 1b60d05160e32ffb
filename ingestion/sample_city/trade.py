"""Everything that payments need at hand: the city, its figures, its calendar and its books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ingestion.sample_city.books import Books
    from ingestion.sample_city.calibration import Calibration
    from ingestion.sample_city.columns import Array, Columns
    from ingestion.sample_city.draws import Draws
    from ingestion.sample_city.due_dates import WorkCalendar
    from ingestion.sample_city.instalments import Group
    from ingestion.sample_city.late_charges import LateCharges
    from ingestion.sample_city.people import City

NOTICE_DAYS = 20


@dataclass(frozen=True)
class Trade:
    """The parts of one run of the sample; none of them changes but the books."""

    city: City
    calibration: Calibration
    calendar: WorkCalendar
    draws: Draws
    charges: LateCharges
    books: Books

    def demand_days(self, due: Array) -> Array:
        """Day of the demand notice: the last working day of the twenty days the law gives."""
        return self.calendar.previous_open(due + NOTICE_DAYS)

    def uses_transfer(self, rows: Columns, group: Group) -> Array:
        """True where the payer has given the city a transfer mandate for this tax; it stays so over the years."""
        share = self.calibration.rate("transfer_share", group.tax, group.method)
        luck = self.draws.stream("transfer mandates", group.tax).random(self.city.size)
        return np.asarray(luck[rows["payer"]] * 100 < share)
