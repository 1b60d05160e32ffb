"""Chance, bound to a seed and a purpose: a change in one part of the city leaves the draws of the others alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array


class Draws:
    """Hands out one independent generator for each purpose."""

    def __init__(self, seed: int) -> None:
        """Any whole number is a seed."""
        self._seed = seed

    def stream(self, *purpose: str | int) -> np.random.Generator:
        """The generator of a purpose; the same seed and purpose give the same numbers in every process."""
        words = [abs(self._seed), int(self._seed < 0), *(crc32(str(part).encode()) for part in purpose)]
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(words)))


def pick(rng: np.random.Generator, shares: Array, size: int) -> Array:
    """Positions 0.. drawn with the given shares, which need not add up to one."""
    bounds = np.cumsum(shares, dtype=np.float64)
    return np.minimum(np.searchsorted(bounds / bounds[-1], rng.random(size), side="right"), len(shares) - 1)


def happens(rng: np.random.Generator, size: int, percent: float) -> Array:
    """True for about ``percent`` of ``size`` rows."""
    return rng.random(size) * 100 < percent
