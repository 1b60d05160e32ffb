"""Money the city has to give back: paid twice, or paid before the levy fell; and when it is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.channels import AGENT_CHANNELS, SMARTPHONE, STORE, credited_days
from ingestion.sample_city.columns import NEVER, Array, Columns, take, whole
from ingestion.sample_city.instalments import CORPORATE, Group
from ingestion.sample_city.payment_plans import IN_TIME, UNPAID

if TYPE_CHECKING:
    from ingestion.sample_city.trade import Trade

_LONGEST_WAIT_DAYS = 150
_SHORTEST_WAIT_DAYS = 12
_LATE_EVENING = 1439


def choose_doubles(trade: Trade, rows: Columns, rng: np.random.Generator) -> None:
    """Mark who will pay at the store what has already been paid by smartphone."""
    can = (rows["wave"] == IN_TIME) & np.isin(rows["channel"], AGENT_CHANNELS[:2]) & ~rows["pays_first"]
    can &= (rows["paid"] < rows["due"] - 1) & (rows["short_yen"] == 0)
    wanted = trade.calibration.rate("double_payment") / 100 * float((rows["wave"] != UNPAID).sum())
    rows["is_double"] = can & (rng.random(len(can)) * max(1, int(can.sum())) < wanted)
    rows["channel"] = np.where(rows["is_double"], SMARTPHONE, rows["channel"])


def record_overpayments(trade: Trade, rows: Columns, group: Group, rng: np.random.Generator) -> None:
    """Take the second payments in, and set what is overpaid on each instalment, since when, and when it is settled."""
    second_paid = np.minimum(rows["due"], rows["paid"] + rng.integers(1, 9, len(rows["uid"])))
    _take_doubles(trade, rows, second_paid, rng)
    is_over = rows["pays_first"] & (rows["reassessed_yen"] < rows["paid_yen"])
    over = np.where(is_over, rows["paid_yen"] - rows["reassessed_yen"], 0)
    rows["overpaid_yen"] = np.where(rows["is_double"], rows["paid_yen"], over)
    since = np.where(rows["is_double"], second_paid, rows["reassessed_on"])
    rows["overpaid_on"] = np.where(rows["overpaid_yen"] > 0, since, NEVER)
    mean = trade.calibration.rate("refund_days") - _SHORTEST_WAIT_DAYS
    wait = np.minimum(_SHORTEST_WAIT_DAYS + rng.exponential(mean, len(since)), _LONGEST_WAIT_DAYS).astype(np.int64)
    needs_claim = trade.calibration.rate("refund_needs_claim") / 100
    is_unclaimed = rng.random(len(since)) < needs_claim * trade.calibration.rate("unclaimed_share") / 100
    is_settled = (rows["overpaid_yen"] > 0) & (~is_unclaimed | (group.tax == CORPORATE))
    rows["settled_on"] = np.where(is_settled, trade.calendar.next_open(np.minimum(since, NEVER // 100) + wait), NEVER)


def _take_doubles(trade: Trade, rows: Columns, second_paid: Array, rng: np.random.Generator) -> None:
    twice = take(rows, rows["is_double"])
    size = len(twice["uid"])
    paid = second_paid[rows["is_double"]]
    trade.books.receive(
        twice,
        slip_no=twice["slip_no"],
        slip_total_yen=twice["slip_total_yen"],
        expires_on=twice["due"],
        channel=whole(size, STORE),
        paid=paid,
        credited=credited_days(trade.calendar, whole(size, STORE), paid, rng),
        amount=twice["paid_yen"],
        minute=rng.integers(0, _LATE_EVENING, size),
    )
