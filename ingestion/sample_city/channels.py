"""By which way money arrives, and how long it takes from the payer to the city's account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.draws import happens, pick

if TYPE_CHECKING:
    from ingestion.sample_city.calibration import Calibration
    from ingestion.sample_city.columns import Array
    from ingestion.sample_city.due_dates import WorkCalendar

TRANSFER, STORE, SMARTPHONE, POSTAL, COUNTER, EL_QR, PAY_EASY, CARD, SALARY_SLIP, PENSION_SLIP, PREMIUM_LINE = range(
    1, 12
)
AGENT_CHANNELS = (STORE, SMARTPHONE, POSTAL)
"""Reported by the collection agent; a barcode is needed, so not above its limit and not after the due date."""

COUNTER_CHANNELS = (COUNTER, CARD, SALARY_SLIP, PENSION_SLIP)
"""Reported on paid slips by the designated financial institution."""

COMMON_TAX_CHANNELS = (EL_QR, PAY_EASY)
"""Reported by the common tax payment system, at once and again when the money is here."""

_BY_CODE = {"CVS": STORE, "CNT": COUNTER, "SMP": SMARTPHONE, "ELQ": EL_QR, "PEZ": PAY_EASY, "CRD": CARD}


def choose_channels(
    calibration: Calibration, rng: np.random.Generator, is_store_possible: Array, *, has_el_qr: bool
) -> Array:
    """A channel for each slip payment. Without a store the shares of the others hold among themselves."""
    size = len(is_store_possible)
    shares = calibration.scopes("slip_channel_share")
    channels = np.array([_BY_CODE[code] for code in shares])
    weights = np.array(list(shares.values()))
    chosen = channels[pick(rng, weights, size)]
    elsewhere = np.where(np.isin(channels, AGENT_CHANNELS), 0.0, weights)
    chosen = np.where(
        is_store_possible | ~np.isin(chosen, AGENT_CHANNELS), chosen, channels[pick(rng, elsewhere, size)]
    )
    is_postal = happens(rng, size, calibration.rate("postal_share")) & (chosen == STORE)
    chosen = np.where(is_postal, POSTAL, chosen)
    return chosen if has_el_qr else np.where(chosen == EL_QR, COUNTER, chosen)


def open_paid_days(calendar: WorkCalendar, channel: Array, paid: Array) -> Array:
    """Paid days, moved to a working day where somebody has to stand behind a counter."""
    needs_clerk = np.isin(channel, (COUNTER, SALARY_SLIP, PENSION_SLIP, TRANSFER))
    return np.where(needs_clerk, calendar.next_open(paid), paid)


def credited_days(calendar: WorkCalendar, channel: Array, paid: Array, rng: np.random.Generator) -> Array:
    """Days on which the city has the money: agents take one to two weeks, banks one or two working days."""
    agent = calendar.next_open(paid + rng.integers(7, 13, len(paid)))
    bank = calendar.next_open(paid + rng.integers(1, 3, len(paid)))
    at_once = np.isin(channel, (TRANSFER, PENSION_SLIP, PREMIUM_LINE))
    return np.where(at_once, paid, np.where(np.isin(channel, AGENT_CHANNELS), agent, bank))
