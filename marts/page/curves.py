"""Geometry of the page's line charts: shares in, paths and marks out. Knows no table and no file.

Lines differ by their marks and dashes as well as by colour, and are named at their end. A point that cannot be said is
a hatched gap with x; no line runs across it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from marts.released_table import MASKED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.released_table import Figure

LEFT, PLOT_WIDTH, RIGHT = 64, 560, 150
TOP, PLOT_HEIGHT, BOTTOM = 20, 240, 40
GAP_WIDTH = 16
LABEL_DISTANCE, LABEL_ROOM = 16, 150
KINDS = ("this", "last", "third")


@dataclass(frozen=True)
class Place:
    """A point in pixels with what stands at it."""

    x: int
    y: int
    label: str = ""


@dataclass(frozen=True)
class Line:
    """A line of one kind in unbroken runs, and the name at its end."""

    kind: str
    runs: tuple[tuple[Place, ...], ...]
    name: Place

    @property
    def paths(self) -> tuple[str, ...]:
        """Each run as the path of an SVG."""
        return tuple("M" + " L".join(f"{place.x} {place.y}" for place in run) for run in self.runs)

    @property
    def marks(self) -> tuple[Place, ...]:
        """Every point."""
        return tuple(place for run in self.runs for place in run)


@dataclass(frozen=True)
class Gap:
    """A hatched strip in which nothing can be said."""

    x: int
    width: int


@dataclass(frozen=True)
class CurveChart:
    """A line chart. ``description`` is what a screen reader says."""

    title: str
    description: str
    across: str
    upward: str
    x_ticks: tuple[Place, ...]
    y_ticks: tuple[Place, ...]
    lines: tuple[Line, ...]
    gaps: tuple[Gap, ...]
    form: str = "curve"
    left: int = LEFT
    right: int = LEFT + PLOT_WIDTH
    top: int = TOP
    bottom: int = TOP + PLOT_HEIGHT
    width: int = LEFT + PLOT_WIDTH + RIGHT
    height: int = TOP + PLOT_HEIGHT + BOTTOM


@dataclass(frozen=True)
class Words:
    """Title of a chart, what runs across and upward, and the unit of what is said."""

    title: str
    across: str
    upward: str
    unit: str = "%"


def step_chart(
    words: Words, labels: Sequence[str], series: Sequence[tuple[str, Sequence[Figure]]], top: Decimal
) -> CurveChart:
    """Named series over the same steps (months, bands) on a scale from 0 to ``top``."""
    steps = max(1, len(labels) - 1)
    across = [Decimal(place) / steps for place in range(len(labels))]
    x_ticks = tuple(Place(_x(share), TOP + PLOT_HEIGHT, label) for share, label in zip(across, labels, strict=True))
    lines = [
        _line(kind, name, [(x, _height(figure, top)) for x, figure in zip(across, figures, strict=True)])
        for kind, (name, figures) in zip(KINDS, series, strict=False)
    ]
    masked = {i for _, figures in series for i, figure in enumerate(figures) if figure.flag == MASKED}
    gaps = tuple(Gap(_x(across[i]) - GAP_WIDTH // 2, GAP_WIDTH) for i in sorted(masked))
    said = "。".join(f"{name}：{_said(labels, figures, words.unit)}" for name, figures in series)
    return _chart(words, said, (x_ticks, _y_ticks(top, words.unit)), (_apart(lines), gaps))


def ceiling(series: Sequence[tuple[str, Sequence[Figure]]]) -> Decimal:
    """The end of a scale: the smallest of 1, 2, 4, 10, 20, 40 ... that no figure exceeds."""
    values = [Decimal(figure.value) for _, figures in series for figure in figures if figure.value is not None]
    largest, power = max(values, default=Decimal(1)), Decimal(1)
    while power * 10 < largest:
        power *= 10
    return next(power * step for step in (1, 2, 4, 10) if power * step >= largest)


def concentration_chart(
    words: Words, labels: Sequence[str], across: Sequence[Figure], upward: Sequence[Figure]
) -> CurveChart:
    """Percent upward over percent across, both cumulative, from nothing to everything; the diagonal is equality."""
    points = [(Decimal(0), Decimal(0)), *((_height(x), _height(y)) for x, y in zip(across, upward, strict=True))]
    runs = _runs(points, ["", *labels])
    gaps = tuple(Gap(before[-1].x, after[0].x - before[-1].x) for before, after in pairwise(runs))
    line = Line("this", _legible(runs), Place(0, 0))
    start, middle, end = (Place(_x(share), _y(share)) for share in (Decimal(0), Decimal("0.5"), Decimal(1)))
    equal = Line("last", ((start, end),), Place(middle.x - 44, middle.y - 6, "均等"))
    ticks = [Decimal(quarter) / 4 for quarter in range(5)]
    x_ticks = tuple(Place(_x(tick), TOP + PLOT_HEIGHT, f"{tick * 100:.0f}%") for tick in ticks)
    said = "。".join(
        f"{label}までに{words.across}{_text(x, '%')}、{words.upward}{_text(y, '%')}"
        for label, x, y in zip(labels, across, upward, strict=True)
    )
    return _chart(words, said, (x_ticks, _y_ticks(Decimal(100), "%")), ((equal, line), gaps))


def _chart(
    words: Words,
    said: str,
    ticks: tuple[tuple[Place, ...], tuple[Place, ...]],
    drawn: tuple[Sequence[Line], tuple[Gap, ...]],
) -> CurveChart:
    return CurveChart(words.title, said, words.across, words.upward, *ticks, tuple(drawn[0]), drawn[1])


def _said(labels: Sequence[str], figures: Sequence[Figure], unit: str) -> str:
    return "、".join(f"{label}は{_text(figure, unit)}" for label, figure in zip(labels, figures, strict=True))


def _text(figure: Figure, unit: str) -> str:
    if figure.flag == MASKED:
        return "秘匿"
    return figure.text if figure.value is None else f"{figure.text}{unit}"


def _height(figure: Figure, top: Decimal = Decimal(100)) -> Decimal | None:
    return None if figure.value is None else max(Decimal(0), min(Decimal(1), Decimal(figure.value) / top))


def _line(kind: str, name: str, points: Sequence[tuple[Decimal, Decimal | None]]) -> Line:
    runs = _runs(points)
    end = runs[-1][-1] if runs else Place(LEFT + PLOT_WIDTH, TOP + PLOT_HEIGHT)
    return Line(kind, tuple(runs), Place(end.x + 10, end.y + 5, name))


def _runs(
    points: Sequence[tuple[Decimal | None, Decimal | None]], labels: Sequence[str] = ()
) -> list[tuple[Place, ...]]:
    """The points in unbroken runs, each with its label where there are labels."""
    runs: list[list[Place]] = [[]]
    for (x, y), label in zip(points, labels or [""] * len(points), strict=True):
        if x is None or y is None:
            runs.append([])
        else:
            runs[-1].append(Place(_x(x), _y(y), label))
    return [tuple(run) for run in runs if run]


def _legible(runs: Sequence[tuple[Place, ...]]) -> tuple[tuple[Place, ...], ...]:
    """The runs without labels that would lie upon the one before."""
    kept: list[Place] = []
    for place in (place for run in runs for place in run if place.label):
        if not kept or abs(place.y - kept[-1].y) >= LABEL_DISTANCE or place.x - kept[-1].x >= LABEL_ROOM:
            kept.append(place)
    return tuple(tuple(p if p in kept else Place(p.x, p.y) for p in run) for run in runs)


def _apart(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines with names that do not lie upon each other."""
    placed: list[Line] = []
    for line in sorted(lines, key=lambda one: one.name.y):
        y = max([line.name.y, *(other.name.y + LABEL_DISTANCE for other in placed)])
        placed.append(Line(line.kind, line.runs, Place(line.name.x, y, line.name.label)))
    return tuple(placed)


def _y_ticks(top: Decimal, unit: str) -> tuple[Place, ...]:
    marks = [top * quarter / 4 for quarter in range(5)]
    return tuple(Place(LEFT, _y(mark / top), f"{mark.normalize():,f}{unit}") for mark in marks)


def _x(share: Decimal) -> int:
    return LEFT + int(share * PLOT_WIDTH)


def _y(share: Decimal) -> int:
    return TOP + PLOT_HEIGHT - int(share * PLOT_HEIGHT)
