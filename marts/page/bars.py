"""Geometry of the page's bar charts: figures in, rectangles and labels out. Knows no table and no file.

No text is measured, since fonts differ from machine to machine: long labels are broken at their middle dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from marts.released_table import MASKED, NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from marts.released_table import Figure

LABEL_WIDTH = 210
BAR_WIDTH = 440
VALUE_WIDTH = 150
BAR_HEIGHT = 15
GAP = 3
TOP = 26
LONGEST_LABEL = 15
MASKED_WIDTH = 44
LINE = 15
TEN_THOUSAND = 10_000
HUNDRED = Decimal(100)
YEN_JA = "円"


@dataclass(frozen=True)
class Bar:
    """A bar: where it lies, how it is drawn (``this``, ``last`` or ``masked``) and the label behind its end."""

    y: int
    width: int
    kind: str
    label: str

    @property
    def label_x(self) -> int:
        """Where the label begins."""
        return LABEL_WIDTH + self.width + 6


@dataclass(frozen=True)
class RowLabel:
    """The label of a row, in one line or two, each with its base line."""

    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Tick:
    """A grid line with its label on top."""

    x: int
    label: str


@dataclass(frozen=True)
class BarChart:
    """A horizontal bar chart. ``description`` is what a screen reader says."""

    title: str
    description: str
    keys: tuple[tuple[str, str], ...]
    height: int
    labels: tuple[RowLabel, ...]
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    form: str = "bars"
    left: int = LABEL_WIDTH
    width: int = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH
    bar_height: int = BAR_HEIGHT
    top: int = TOP


def rate_chart(
    title: str, labels: Sequence[str], rates: Sequence[Figure], before: Sequence[Figure], names: tuple[str, str]
) -> BarChart:
    """Rates in percent on a scale from 0 to 100: this year in colour, last year in grey beneath."""
    pairs = list(zip(labels, rates, before, strict=True))
    texts = [(_with_unit(rate, "%"), _with_unit(last, "%")) for _, rate, last in pairs]
    ticks = tuple(Tick(LABEL_WIDTH + BAR_WIDTH * share // 100, f"{share}%") for share in (0, 25, 50, 75, 100))
    return _pairs(title, pairs, texts, names, (HUNDRED, ticks))


def period_chart(
    title: str, labels: Sequence[str], periods: Sequence[tuple[str, Sequence[Figure]]], unit: str
) -> BarChart:
    """One period, or two on one scale with the earlier one in grey beneath; ``periods`` are their names and figures."""
    label = _yen_label if unit == YEN_JA else _with_unit
    if len(periods) == 1:
        return _singles(title, labels, periods[0][1], (unit, label))
    (name, this), (name_before, before) = periods
    pairs = list(zip(labels, this, before, strict=True))
    texts = [(label(now, unit), label(last, unit)) for _, now, last in pairs]
    axis = (_scale([*this, *before]), (Tick(LABEL_WIDTH, "0"),))
    return _pairs(title, pairs, texts, (name, name_before), axis)


def _pairs(
    title: str,
    pairs: Sequence[tuple[str, Figure, Figure]],
    texts: Sequence[tuple[str, str]],
    names: tuple[str, str],
    axis: tuple[Decimal, tuple[Tick, ...]],
) -> BarChart:
    row_height = 2 * BAR_HEIGHT + GAP + 14
    scale, ticks = axis
    bars: list[Bar] = []
    for row, ((_, now, last), (text, last_text)) in enumerate(zip(pairs, texts, strict=True)):
        y = TOP + row * row_height
        bars.append(_bar(now, y, "this", scale, text))
        bars.append(_bar(last, y + BAR_HEIGHT + GAP, "last", scale, last_text))
    said = [
        f"{label}は{_said(now, text)}、{names[1]}{_said(last, last_text)}"
        for (label, now, last), (text, last_text) in zip(pairs, texts, strict=True)
    ]
    keys = (("this", names[0]), ("last", names[1]), *_masked_key([one for pair in pairs for one in pair[1:]]))
    return _chart((title, "。".join(said), keys), [label for label, *_ in pairs], ticks, bars, row_height)


def yen_chart(title: str, labels: Sequence[str], yen: Sequence[Figure]) -> BarChart:
    """Yen per row on one scale; a masked figure is a hatched gap with x, never a zero."""
    return _singles(title, labels, yen, (YEN_JA, _yen_label))


def _singles(
    title: str,
    labels: Sequence[str],
    figures: Sequence[Figure],
    unit_and_label: tuple[str, Callable[[Figure, str], str]],
) -> BarChart:
    row_height = BAR_HEIGHT + 13
    scale = _scale(figures)
    unit, label = unit_and_label
    bars = [_bar(one, TOP + row * row_height, "this", scale, label(one, unit)) for row, one in enumerate(figures)]
    said = [f"{name}は{_said(one, _with_unit(one, unit))}" for name, one in zip(labels, figures, strict=True)]
    return _chart((title, "。".join(said), _masked_key(figures)), labels, (Tick(LABEL_WIDTH, "0"),), bars, row_height)


def _scale(figures: Sequence[Figure]) -> Decimal:
    largest = max([Decimal(figure.value) for figure in figures if figure.value is not None], default=Decimal(0))
    return max(largest, Decimal(1))


def _masked_key(figures: Sequence[Figure]) -> tuple[tuple[str, str], ...]:
    return (("masked", "秘匿（ゼロではない）"),) if any(figure.flag == MASKED for figure in figures) else ()


def _said(figure: Figure, text: str) -> str:
    return "秘匿" if figure.flag == MASKED else text


def _with_unit(figure: Figure, unit: str) -> str:
    return figure.text if figure.value is None or figure.flag == NONE else f"{figure.text}{unit}"


def _yen_label(figure: Figure, unit: str) -> str:
    if figure.value is None or abs(Decimal(figure.value)) < TEN_THOUSAND:
        return _with_unit(figure, unit)
    return f"{int(figure.value) // TEN_THOUSAND:,}万円"


def _bar(figure: Figure, y: int, kind: str, scale: Decimal, label: str) -> Bar:
    if figure.flag == MASKED:
        return Bar(y, MASKED_WIDTH, "masked", label)
    if figure.value is None:
        return Bar(y, 0, kind, label)
    share = max(Decimal(0), min(Decimal(figure.value) / scale, Decimal(1)))
    return Bar(y, int(share * BAR_WIDTH), kind, label)


def _chart(
    words: tuple[str, str, tuple[tuple[str, str], ...]],
    labels: Sequence[str],
    ticks: tuple[Tick, ...],
    bars: Sequence[Bar],
    row_height: int,
) -> BarChart:
    title, description, keys = words
    placed = tuple(_row_label(label, TOP + row * row_height, row_height) for row, label in enumerate(labels))
    return BarChart(title, description, keys, TOP + row_height * len(labels) + GAP, placed, ticks, tuple(bars))


def _row_label(label: str, y: int, row_height: int) -> RowLabel:
    lines = _broken(label)
    first = y + (row_height - 13 - LINE * (len(lines) - 1)) // 2 + 5
    return RowLabel(tuple((first + LINE * number, line) for number, line in enumerate(lines)))


def _broken(label: str) -> list[str]:
    """The label, or its two parts: after a middle dot or before a bracket, whichever is nearest to the middle."""
    breaks = [place + (letter == "・") for place, letter in enumerate(label) if letter in "・（"]
    if len(label) <= LONGEST_LABEL or not breaks:
        return [label]
    place = min(breaks, key=lambda one: abs(2 * one - len(label)))
    return [label[:place], label[place:]]
