"""Geometry of the page's bar charts: numbers in, rectangles and labels out. Knows no table and no file."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.released_table import Figure

LABEL_WIDTH = 210
BAR_WIDTH = 420
ROW_HEIGHT = 46
BAR_HEIGHT = 16
VALUE_WIDTH = 170
TOP = 8
UNKNOWN_WIDTH = 40
TEN_THOUSAND = 10_000


@dataclass(frozen=True)
class Bar:
    """A bar: where it lies, how it is drawn (``this``, ``last`` or ``hatched``) and the label behind its end."""

    x: int
    y: int
    width: int
    kind: str
    label: str


@dataclass(frozen=True)
class BarChart:
    """A horizontal bar chart. ``description`` is what a screen reader says."""

    title: str
    description: str
    width: int
    height: int
    row_labels: tuple[tuple[int, str], ...]
    bars: tuple[Bar, ...]


def rate_chart(
    title: str, labels: Sequence[str], rates: Sequence[Figure], before: Sequence[Figure], year: str
) -> BarChart:
    """Rates in percent, this year in colour and last year in grey beneath, on a scale from 0 to 100."""
    bars: list[Bar] = []
    sentences = []
    for row, (label, rate, last) in enumerate(zip(labels, rates, before, strict=True)):
        y = TOP + row * ROW_HEIGHT
        bars.append(_bar(rate, y, "this", Decimal(100), f"{rate.text} %"))
        bars.append(_bar(last, y + BAR_HEIGHT + 2, "last", Decimal(100), f"前年 {last.text} %"))
        sentences.append(f"{label} {rate.text} %、前年 {last.text} %")
    return _chart(f"{title}（{year}年度、%）", "。".join(sentences), labels, bars, ROW_HEIGHT)


def year_chart(title: str, labels: Sequence[str], yen: Sequence[Figure]) -> BarChart:
    """Yen per row on a common scale; a suppressed figure is a hatched gap with x, never a zero."""
    largest = max([Decimal(figure.value) for figure in yen if figure.value is not None], default=Decimal(1))
    height = BAR_HEIGHT + 12
    bars = []
    for row, figure in enumerate(yen):
        label = "x" if figure.flag == "X" else _in_ten_thousands(figure)
        bars.append(_bar(figure, TOP + row * height, "this", max(largest, Decimal(1)), label))
    sentences = [f"{label} {figure.text}円" for label, figure in zip(labels, yen, strict=True)]
    return _chart(title, "。".join(sentences), labels, bars, height)


def _in_ten_thousands(figure: Figure) -> str:
    if figure.value is None or abs(Decimal(figure.value)) < TEN_THOUSAND:
        return f"{figure.text} 円"
    return f"{int(figure.value) // TEN_THOUSAND:,} 万円"


def _bar(figure: Figure, y: int, kind: str, scale: Decimal, label: str) -> Bar:
    if figure.value is None:
        return Bar(LABEL_WIDTH, y, UNKNOWN_WIDTH if figure.flag == "X" else 0, "hatched", label)
    share = max(Decimal(0), min(Decimal(figure.value) / scale, Decimal(1)))
    return Bar(LABEL_WIDTH, y, int(share * BAR_WIDTH), kind, label)


def _chart(title: str, description: str, labels: Sequence[str], bars: Sequence[Bar], row_height: int) -> BarChart:
    places = tuple((TOP + row * row_height + BAR_HEIGHT - 4, label) for row, label in enumerate(labels))
    height = TOP * 2 + row_height * len(labels)
    return BarChart(title, description, LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH, height, places, tuple(bars))
