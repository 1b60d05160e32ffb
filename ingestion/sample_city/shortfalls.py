"""Who does not pay, and how much of it: chosen so that the rate of a year is met to the yen, not left to chance.

The most difficult payers come first; from some instalment on they pay nothing, some of them a part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array, Columns

_NOISE = 0.03
_TRANSFER_EASE = 0.12
_LARGEST_SHARE = 0.02
_PARTIAL_SHARE = 0.05
_UNIT_YEN = 100


def current_shortfalls(
    rows: Columns, target_yen: int, difficulty: Array, never_pays: Array, rng: np.random.Generator
) -> Array:
    """Yen of each instalment that stay unpaid in its year, together ``target_yen`` (or all there is).

    ``rows`` is sorted by payer and has ``due_yen``, ``is_transfer`` and ``pays_first``; ``difficulty`` is per row.
    """
    size = len(rows["uid"])
    payers, place = np.unique(rows["payer"], return_inverse=True)
    noise, start = rng.random(len(payers)) * _NOISE, rng.random(len(payers))
    key = difficulty + noise[place] + np.where(rows["is_transfer"], _TRANSFER_EASE, 0.0)
    position = _positions(place) >= np.floor(start[place] * 1.3 * _counts(place)) - 1
    wanted = rows["due_yen"].copy()
    is_partial = rng.random(size) < _PARTIAL_SHARE
    part = wanted * rng.integers(30, 90, size) // 100 // _UNIT_YEN * _UNIT_YEN
    wanted = np.where(is_partial & (part > 0) & ~never_pays, part, wanted)
    can = (position | never_pays) & ~rows["pays_first"] & (wanted > 0)
    small = can & (wanted <= max(target_yen * _LARGEST_SHARE, 1))
    order = np.lexsort((np.arange(size), key, np.select([never_pays & can, small, can], [-1, 0, 1], 2)))
    wanted = np.where(rows["pays_first"], 0, np.where(can, wanted, rows["due_yen"]))
    return fill_up(wanted, order, target_yen)


def fill_up(wanted: Array, order: Array, target_yen: int) -> Array:
    """Take ``wanted`` in the given order until the target is reached; the last one is taken in part."""
    in_order = wanted[order]
    before = np.cumsum(in_order) - in_order
    taken = np.clip(target_yen - before, 0, in_order)
    result = np.zeros(len(wanted), dtype=np.int64)
    result[order] = taken
    return result


def _counts(place: Array) -> Array:
    return np.asarray(np.bincount(place)[place])


def _positions(place: Array) -> Array:
    """Position of each row within its payer's run."""
    starts = np.flatnonzero(np.concatenate([[True], place[1:] != place[:-1]])) if len(place) else place
    return np.asarray(np.arange(len(place)) - np.repeat(starts, np.diff(np.append(starts, len(place)))))
