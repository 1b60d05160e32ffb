"""The statistics page of a release: one self-contained HTML file, the same bytes for the same figures.

Reads released tables only, so nothing that is not released can appear on it. Charts are SVG from a template: no script,
no outside request, no font is measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marts.disclosure.table import TOTAL
from marts.page_charts import BarChart, rate_chart, year_chart
from marts.released_table import BELOW_UNIT, FLAGS_JA, MASKED, NONE, NOT_AVAILABLE, Figure, ReleasedTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

LEGEND: tuple[tuple[str, str], ...] = (
    ("x", FLAGS_JA[MASKED]),
    (NONE, FLAGS_JA[NONE]),
    (BELOW_UNIT, FLAGS_JA[BELOW_UNIT]),
    (NOT_AVAILABLE, FLAGS_JA[NOT_AVAILABLE]),
    ("△", "負数"),
    ("p", "速報値"),
    ("r", "訂正値"),
)


class PageTable:
    """A released table as the page asks for it: labels by dimension and code, figures by codes and measure."""

    def __init__(self, table: ReleasedTable) -> None:
        """Labels stand in the order of the code lists, the total first."""
        self.title_ja, self.source_ja = table.contract.title_ja, table.contract.source_ja
        self.labels: dict[str, dict[str, str]] = {codes.name: codes.labels_ja for codes in table.code_lists}
        self.keys = table.keys
        self._table = table

    def figure(self, *codes_and_measure: str) -> Figure:
        """The figure of a cell; not available when the table has no such cell."""
        return self._table.figure(codes_and_measure[:-1], codes_and_measure[-1])


@dataclass(frozen=True)
class Grid:
    """A table as shown: column headings and rows of a row heading with its figures."""

    caption: str
    corner: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Section:
    """A question, its unit, date and source, a chart if one helps, and the figures under it."""

    anchor: str
    title: str
    note: str
    source: str
    chart: BarChart | None
    grids: tuple[Grid, ...]


def render_page(release_id: str, as_of: date, municipality_code: str, released: Mapping[str, ReleasedTable]) -> str:
    """The page as HTML text.

    Raises:
        KeyError: one of the three tables that the page shows is not among ``released``.
    """
    tables = {name: PageTable(table) for name, table in released.items()}
    sections = [
        *_collection_sections(tables["collection_results"]),
        _levy_year_section(tables["arrears_by_levy_year"], as_of),
        _area_age_section(tables["arrears_by_area_age"], as_of),
    ]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("index.html.j2")
    return template.render(
        release_id=release_id,
        as_of=as_of.isoformat(),
        municipality_code=municipality_code,
        sections=sections,
        legend=LEGEND,
    )


def _codes(table: PageTable, dimension: str) -> list[str]:
    return list(table.labels[dimension])


def _collection_sections(table: PageTable) -> list[Section]:
    """Rates of the newest month end, current and carried-over levy apart: together they cannot be ranked."""
    newest = max(key[1] for key in table.keys)
    # In April and May two years run side by side; the one that is about to close is the one to compare.
    year = min(key[0] for key in table.keys if key[1] == newest)
    sections = []
    for levy_class, words in (("current", "現年課税分"), ("carryover", "滞納繰越分")):
        items = [
            code
            for code in _codes(table, "tax_item_code")
            if table.figure(year, newest, code, levy_class, "levied_yen").value
        ]
        labels = [table.labels["tax_item_code"][code] for code in items]

        def column(measure: str, levy_class: str = levy_class, items: Sequence[str] = tuple(items)) -> list[Figure]:
            return [table.figure(year, newest, code, levy_class, measure) for code in items]

        rates, before = column("collection_rate_gross"), column("collection_rate_gross_last_year")
        measures = (
            ("調定額（円）", column("levied_yen")),
            ("収入額（円）", column("collected_yen")),
            ("不納欠損額（円）", column("written_off_yen")),
            ("還付未済額（円）", column("refund_pending_yen")),
            ("収入未済額（円）", column("outstanding_yen")),
            ("収納率（%）", rates),
            ("還付未済を除く収納率（%）", column("collection_rate_net")),
            ("前年同月の収納率（%）", before),
            ("前年同月との差（ポイント）", column("collection_rate_change_points")),
        )
        title = f"{words}はどれだけ納められたか"
        note = f"{year}年度・{newest}現在。収納率は調定額に対する収入額の割合。前年は同じ月末。"
        grid = _grid(f"{words}の収納状況", "税目", labels, measures)
        chart = rate_chart(title, labels, rates, before, year)
        sections.append(Section(f"rates-{levy_class}", title, note, table.source_ja, chart, (grid,)))
    return sections


def _levy_year_section(table: PageTable, as_of: date) -> Section:
    years = [code for code in _codes(table, "levy_year_code") if code not in (TOTAL, "C")]
    labels = [table.labels["levy_year_code"][code] for code in years]
    yen = [table.figure(code, TOTAL, "outstanding_yen") for code in years]
    shown = [*years, *[code for code in ("C", TOTAL) if code in table.labels["levy_year_code"]]]
    measures = tuple(
        (label, [table.figure(code, TOTAL, measure) for code in shown])
        for label, measure in (
            ("滞納者（人）", "debtor_count"),
            ("件数（期別）", "case_count"),
            ("滞納額（円）", "outstanding_yen"),
        )
    )
    items = [code for code in _codes(table, "tax_item_code") if code != TOTAL]
    by_item = tuple(
        (table.labels["tax_item_code"][item], [table.figure(code, item, "outstanding_yen") for code in shown])
        for item in items
    )
    shown_labels = [table.labels["levy_year_code"][code] for code in shown]
    return Section(
        anchor="arrears-levy-year",
        title="いまも残る滞納は、いつの年度に課税されたものか",
        note=f"{as_of.isoformat()}現在。納期限を過ぎて残っている本税・保険料の額。その年度に生じた額ではない。"
        "滞納者は税目や年度の間で重なる。",
        source=table.source_ja,
        chart=year_chart("課税年度別の滞納額（円）", labels, yen),
        grids=(
            _grid("課税年度別の滞納（全税目）", "課税年度", shown_labels, measures),
            _grid("課税年度別・税目別の滞納額（円）", "課税年度", shown_labels, by_item),
        ),
    )


def _area_age_section(table: PageTable, as_of: date) -> Section:
    areas = _codes(table, "area_code")
    ages = _codes(table, "age_band_code")
    area_labels = [table.labels["area_code"][code] for code in areas]
    grids = []
    for caption, measure in (("滞納者（人）", "debtor_count"), ("滞納額（円）", "outstanding_yen")):
        columns = tuple(
            (table.labels["age_band_code"][age], [table.figure(area, age, TOTAL, measure) for area in areas])
            for age in ages
        )
        grids.append(_grid(f"地区・年齢別の{caption}（全税目）", "地区", area_labels, columns))
    return Section(
        anchor="arrears-area-age",
        title="滞納は、どの地区のどの年齢層に残っているか",
        note=f"{as_of.isoformat()}現在。地区と年齢は宛名による。"
        "x は人数が少ないなどの理由で秘匿した欄。税目別は CSV にある。",
        source=table.source_ja,
        chart=None,
        grids=tuple(grids),
    )


def _grid(
    caption: str, corner: str, row_labels: Sequence[str], columns: Sequence[tuple[str, Sequence[Figure]]]
) -> Grid:
    rows = tuple(
        (label, tuple(figures[place].text for _, figures in columns)) for place, label in enumerate(row_labels)
    )
    return Grid(caption, corner, tuple(heading for heading, _ in columns), rows)
