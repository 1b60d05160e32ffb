"""Percentages that readers could work out themselves: of published figures only, where those suffice."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from typing import TYPE_CHECKING

from marts.released_table import MASKED, NOT_AVAILABLE, Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

_TENTH = Decimal("0.1")
_UNKNOWN = Figure(None, MASKED)


def share(part: Figure, whole: Figure) -> Figure:
    """A part in percent of its whole, one decimal; masked where either is."""
    if MASKED in (part.flag, whole.flag):
        return _UNKNOWN
    if part.value is None or not whole.value:
        return Figure(None, NOT_AVAILABLE)
    return Figure((100 * Decimal(part.value) / Decimal(whole.value)).quantize(_TENTH, ROUND_HALF_UP))


def cumulative_shares(parts: Sequence[Figure], total: Figure) -> list[Figure]:
    """Percent of the total in the parts up to each one.

    Summed from the first part on and, where a part is masked, from the last one back: what lies between two masked
    parts is not known and stays masked.
    """
    if total.value is None:
        return [Figure(None, total.flag or NOT_AVAILABLE)] * len(parts)
    forward = _sums(parts)
    backward = [None if rest is None else int(total.value) - rest for rest in reversed(_sums(parts[:0:-1], first=0))]
    known = (here if here is not None else there for here, there in zip(forward, backward, strict=True))
    return [_UNKNOWN if value is None else share(Figure(value), total) for value in known]


def _sums(parts: Sequence[Figure], first: int | None = None) -> list[int | None]:
    """Running sums; none from the first part without a value on. ``first`` stands in front when it is given."""
    values = [None if part.value is None else int(part.value) for part in parts]
    return list(accumulate(values if first is None else [first, *values], _plus))


def _plus(so_far: int | None, value: int | None) -> int | None:
    return None if so_far is None or value is None else so_far + value
