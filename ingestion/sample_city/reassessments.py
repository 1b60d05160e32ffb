"""Levies that change after the notice: down or up before the due date, or down when they have already been paid.

``pays_first`` marks the rows that must be paid as first levied before the change comes; the others pay the new amount.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns
from ingestion.sample_city.due_dates import day
from ingestion.sample_city.instalments import (
    CORPORATE,
    FIXED_ASSET,
    HEALTH,
    INTERIM_RETURN,
    ORDINARY,
    RESIDENT,
    VEHICLE,
    Group,
)

if TYPE_CHECKING:
    from ingestion.sample_city.calibration import Calibration

_NOTICE_DAYS = 25
"""A change comes at least so many days before the due date it changes, and after the one it follows."""

_LAST_DAY = (3, 20)
_INTERIM_TO_FINAL_DAYS = 182
_SHARE_AFTER_PAYMENT = {RESIDENT: 0.5, HEALTH: 0.25, FIXED_ASSET: 1.0}
_BY_MISTAKE, _ON_REQUEST, _BY_INCOME_TAX = 4, 2, 3
_UNIT_YEN = 100
_SHARE_ON_REQUEST, _SHARE_BY_INCOME_TAX = 0.2, 0.2


def reassess(rows: Columns, group: Group, year: int, calibration: Calibration, rng: np.random.Generator) -> None:
    """Decide which instalments of a year change; writes the reassessment columns and ``pays_first`` into ``rows``."""
    rows["pays_first"] = np.zeros(len(rows["uid"]), dtype=bool)
    if group.method != ORDINARY or not len(rows["uid"]):
        return
    if group.tax == CORPORATE:
        _refund_interims(rows, year, calibration, rng)
    elif group.tax == VEHICLE:
        _cancel_levies(rows, calibration, rng)
    else:
        _change_levies(rows, group, year, calibration, rng)


def _change_levies(rows: Columns, group: Group, year: int, calibration: Calibration, rng: np.random.Generator) -> None:
    payers, place = np.unique(rows["payer"], return_inverse=True)
    down = calibration.rate("reduction_share", group.tax, group.method) / 100
    up = calibration.rate("increase_share", group.tax, group.method) / 100
    luck = rng.random(len(payers))
    is_down = luck < down
    is_up = (luck >= down) & (luck < down + up)
    is_after = is_down & (rng.random(len(payers)) < _SHARE_AFTER_PAYMENT.get(group.tax, 0.5))
    first = int(rows["levied_on"][0]) + 2 * _NOTICE_DAYS
    on_day = rng.integers(first, max(first + 1, day(year + 1, *_LAST_DAY)), len(payers))
    factor = np.where(is_up, 1 + rng.uniform(0.1, 0.6, len(payers)), 1 - rng.uniform(0.1, 0.7, len(payers)))
    days, due = on_day[place], rows["due"]
    is_coming = (is_up | (is_down & ~is_after))[place] & (due >= days + _NOTICE_DAYS)
    is_past = is_after[place] & (due <= days - _NOTICE_DAYS)
    changed = np.round(rows["original_yen"] * factor[place] / _UNIT_YEN).astype(np.int64) * _UNIT_YEN
    is_changed = (is_coming | is_past) & (changed != rows["original_yen"])
    _write(rows, is_changed, days, changed)
    rows["pays_first"] = is_changed & is_past
    _give_reasons(rows, is_changed, group, rng.random(len(payers))[place])


def _give_reasons(rows: Columns, is_changed: Array, group: Group, luck: Array) -> None:
    if group.tax == FIXED_ASSET:
        rows["reassessment_reason"] = np.where(is_changed, _BY_MISTAKE, rows["reassessment_reason"])
    elif group.tax == RESIDENT:
        reasons = np.where(
            luck < _SHARE_ON_REQUEST, _ON_REQUEST, np.where(luck > 1 - _SHARE_BY_INCOME_TAX, _BY_INCOME_TAX, 1)
        )
        rows["reassessment_reason"] = np.where(is_changed, reasons, rows["reassessment_reason"])


def _refund_interims(rows: Columns, year: int, calibration: Calibration, rng: np.random.Generator) -> None:
    """The final return shows less than the interim one paid in advance: the interim levy falls when it is filed."""
    share = calibration.rate("interim_refund_share", CORPORATE, ORDINARY) / 100
    days = rows["due"] + _INTERIM_TO_FINAL_DAYS
    is_early = (rows["return_class"] == INTERIM_RETURN) & (days <= day(year + 1, *_LAST_DAY))
    is_chosen = is_early & (rng.random(len(days)) < share * 3)
    kept = rng.choice(np.array([0.0, 0.3, 0.5, 0.7]), len(days))
    changed = np.round(rows["original_yen"] * kept / _UNIT_YEN).astype(np.int64) * _UNIT_YEN
    _write(rows, is_chosen, days, changed)
    rows["pays_first"] = is_chosen


def _cancel_levies(rows: Columns, calibration: Calibration, rng: np.random.Generator) -> None:
    """A levy that should not have been falls to zero after it has been paid. At least one, so that it can be found."""
    size = len(rows["uid"])
    is_chosen = rng.random(size) * 100 < calibration.rate("zeroed_share", VEHICLE, ORDINARY)
    is_chosen[int(rng.integers(0, size))] = True
    days = rows["due"] + rng.integers(30, 150, size)
    _write(rows, is_chosen, days, np.zeros(size, dtype=np.int64))
    rows["pays_first"] = is_chosen


def _write(rows: Columns, is_changed: Array, days: Array, changed: Array) -> None:
    rows["reassessed_on"] = np.where(is_changed, days, NEVER)
    rows["reassessed_yen"] = np.where(is_changed, changed, rows["original_yen"])
