"""What a section of the statistics page is made of: a released table as the page asks for it, grids, charts, words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.disclosure.table import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.page.bars import BarChart
    from marts.page.curves import CurveChart
    from marts.released_table import Figure, ReleasedTable

FIRST_MONTH = 4  # of a fiscal year
MOST_ROWS_TOGETHER = 30
PRINT_WIDTH, MARGINS, LABEL_WIDTH = 527, 7, 110  # points: A4 between its margins, beside a figure, a row's label
DIGIT_WIDTH, SMALL_DIGIT_WIDTH = 4.2, 3.7
_YEAR, _MONTH = re.compile(r"\d{4}"), re.compile(r"\d{4}-\d{2}")


class PageTable:
    """A released table as the page asks for it: labels by dimension and code, figures by codes and measure."""

    def __init__(self, table: ReleasedTable) -> None:
        """Labels stand in the order of the code lists, the total first; a corner is what a dimension is called."""
        self.source_ja = table.contract.source_ja
        self.keys = table.keys
        self.corners = {codes.name: codes.label_ja for codes in table.code_lists}
        self.labels: dict[str, dict[str, str]] = {codes.name: codes.labels_ja for codes in table.code_lists}
        self.parents = {codes.name: {code.code: code.parent for code in codes.codes} for codes in table.code_lists}
        self.depths = {codes.name: dict(codes.as_read) for codes in table.code_lists}
        self.measures = {m.name: f"{m.label_ja}（{m.unit_ja}）" for m in table.contract.measures}
        self._names = table.contract.dimension_names
        self._table = table

    def figure(self, *codes_and_measure: str) -> Figure:
        """The figure of a cell; not available when the table has no such cell."""
        return self._table.figure(codes_and_measure[:-1], codes_and_measure[-1])

    def at(self, measure: str, **codes: str) -> Figure:
        """The figure at some codes, and at the total of every other dimension."""
        return self.figure(*(codes.get(name, TOTAL) for name in self._names), measure)

    def along(self, measure: str, dimension: str, row_codes: Sequence[str], **codes: str) -> list[Figure]:
        """The figures of some codes of a dimension, in their order."""
        return [self.at(measure, **{**codes, dimension: code}) for code in row_codes]

    def parts(self, dimension: str) -> list[str]:
        """The codes directly under the total."""
        return [code for code, parent in self.parents[dimension].items() if not parent]

    def listed(self, dimension: str) -> list[str]:
        """Every code in the order in which it is read: parts under their whole, the total last, where there is one."""
        return list(self.depths[dimension])

    def with_year_before(self, dimension: str, period: str) -> list[tuple[str, str]]:
        """A period and the same one of the year before, where that is listed: codes with their labels."""
        labels = self.labels[dimension]
        return [(code, labels[code]) for code in (period, year_before(period)) if code in labels]

    def months(self) -> list[str]:
        """The months that are listed, oldest first."""
        return sorted(code for code in self.labels["period_code"] if _MONTH.fullmatch(code))


@dataclass(frozen=True)
class Row:
    """A row of a grid. ``depth`` is how far its code lies below the parts of the total."""

    label: str
    figures: tuple[Figure, ...]
    depth: int = 0
    is_total: bool = False


@dataclass(frozen=True)
class Grid:
    """A table as shown: column headings and rows of a row heading with its figures."""

    caption: str
    corner: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def paper(self) -> str:
        """How it is printed: as it is, ``dense``, or on a sheet ``lying`` on its side; ``short`` is never cut."""
        columns = [max((len(row.figures[i].text) for row in self.rows), default=0) for i in range(len(self.headings))]
        fits, fits_small = (
            LABEL_WIDTH + sum(MARGINS + digit * letters for letters in columns) <= PRINT_WIDTH
            for digit in (DIGIT_WIDTH, SMALL_DIGIT_WIDTH)
        )
        width = [] if fits else ["dense" if fits_small else "lying"]
        return " ".join([*width, *(["short"] if len(self.rows) <= MOST_ROWS_TOGETHER else [])])


@dataclass(frozen=True)
class Section:
    """A question, its unit, date and source, charts where they help, and the figures under them."""

    anchor: str
    title: str
    subtitle: str
    note: str
    charts: tuple[BarChart | CurveChart, ...]
    grids: tuple[Grid, ...]

    @property
    def symbols(self) -> set[str]:
        """The symbols that a reader of its grids meets."""
        shown = {figure.mark or figure.text for grid in self.grids for row in grid.rows for figure in row.figures}
        return {text[0] for text in shown if not text[0].isdigit()}


def subtitle(what: str, when: str, table: PageTable) -> str:
    """Quantity with its unit, day or period, and source."""
    return f"{what}・{when}・資料：{table.source_ja}"


def grid(caption: str, table: PageTable, dimension: str, columns: Sequence[tuple[str, Sequence[Figure]]]) -> Grid:
    """A grid of all codes of a dimension, as ``listed`` has them."""
    return grid_of(caption, table, (dimension, table.listed(dimension)), columns)


def grid_of(
    caption: str, table: PageTable, rows: tuple[str, Sequence[str]], columns: Sequence[tuple[str, Sequence[Figure]]]
) -> Grid:
    """A grid of some codes of a dimension."""
    dimension, codes = rows
    labels, depths = table.labels[dimension], table.depths[dimension]
    return Grid(
        caption,
        table.corners[dimension],
        tuple(heading for heading, _ in columns),
        tuple(
            Row(labels[code], tuple(figures[i] for _, figures in columns), depths[code], code == TOTAL)
            for i, code in enumerate(codes)
        ),
    )


def year_before(code: str) -> str:
    """The code of the same month, quarter or year of the year before."""
    return _YEAR.sub(lambda year: str(int(year[0]) - 1), code, count=1)


def fiscal_year(month: str) -> int:
    """The fiscal year of a month code."""
    return int(month[:4]) - (int(month[5:]) < FIRST_MONTH)


def months_of_two_years(months: Sequence[str]) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """The months of a fiscal year as words, and of the newest two years the name with the month codes in that order.

    A month that is not listed has its code all the same: its figure is not available.
    """
    numbers = [(FIRST_MONTH + step - 1) % 12 + 1 for step in range(12)]
    years = sorted({fiscal_year(month) for month in months}, reverse=True)[:2]
    codes = [[f"{year + (number < FIRST_MONTH)}-{number:02}" for number in numbers] for year in years]
    return [f"{number}月" for number in numbers], [(f"{y}年度", c) for y, c in zip(years, codes, strict=True)]
