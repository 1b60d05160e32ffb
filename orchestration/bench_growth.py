"""``osamari bench marts --growth``: cities of several sizes; with linear growth seconds per instalment stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.bench import MEBIBYTE
from orchestration.bench_marts import aligned, say, take_turn
from orchestration.bench_models import MARTS, busy_seconds
from orchestration.bench_warehouse import invented_warehouse

if TYPE_CHECKING:
    from orchestration.bench_marts import Turn

LEAST_PERSONS = 100
PARTS = (0.1, 0.32, 1.0)
"""Sizes of the cities as parts of the largest: steps of about half a power of ten."""
_HEADER = ("persons", "instalments", "floor s", "models s", "/ floor", "s/million", "marts", "late", "peak MiB")
_WIDTHS = (12, 14, 10, 10, 10, 12, 10, 10, 10)


def bench_growth(persons: int, years: int) -> list[str]:
    """Seconds per million instalments for cities up to ``persons``: all models, marts alone, late charges alone.

    Raises:
        ConfigurationError: A step did not succeed; its own words are on stderr.
    """
    turns: dict[int, Turn] = {}
    for size in sorted({max(LEAST_PERSONS, round(persons * part)) for part in PARTS}):
        with invented_warehouse(size, years) as warehouse:
            turns[size] = take_turn(warehouse, ["models"], f"{size:,} persons")
    lines = [
        f"growth, {years} years; s/million: seconds of models per million instalments, of late: per million late ones"
    ]
    lines += [aligned(_HEADER, _WIDTHS), *(_line(size, turn) for size, turn in turns.items())]
    small, large = turns[min(turns)], turns[max(turns)]
    ratio = _per_million(large) / _per_million(small)
    say("1.00 is linear growth, less is better; small cities are dear by what every model costs once")
    return [*lines, f"seconds per instalment, largest / smallest city = {ratio:.2f} (linear is 1.00)"]


def _per_million(turn: Turn) -> float:
    return busy_seconds(turn.built.models) / turn.instalments * 1e6


def _line(size: int, turn: Turn) -> str:
    models = busy_seconds(turn.built.models)
    marts = busy_seconds(turn.built.layer(MARTS)) / turn.instalments * 1e6
    late = turn.late.ways["models"].computed.seconds / turn.late.late_count * 1e6
    cells = (
        *(f"{size:,}", f"{turn.instalments:,}", f"{turn.scan.seconds:.2f}", f"{models:.1f}"),
        *(f"{models / turn.scan.seconds:.1f}", f"{_per_million(turn):,.1f}", f"{marts:,.1f}", f"{late:,.1f}"),
        f"{turn.built.process.peak_bytes / MEBIBYTE:,.0f}",
    )
    return aligned(cells, _WIDTHS)
