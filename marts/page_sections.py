"""What the statistics page asks and answers: one section per question, each with a chart and the table under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.disclosure.table import TOTAL
from marts.page_charts import BarChart, rate_chart, yen_chart

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marts.released_table import Figure, ReleasedTable

CARRYOVER_CODE = "C"
RATE, RATE_LAST_YEAR = "collection_rate_gross", "collection_rate_gross_last_year"
COLLECTION_MEASURES = (
    "levied_yen",
    "collected_yen",
    "written_off_yen",
    "refund_pending_yen",
    "outstanding_yen",
    RATE,
    "collection_rate_net",
    RATE_LAST_YEAR,
    "collection_rate_change_points",
)


class PageTable:
    """A released table as the page asks for it: labels by dimension and code, figures by codes and measure."""

    def __init__(self, table: ReleasedTable) -> None:
        """Labels stand in the order of the code lists, the total first."""
        self.source_ja = table.contract.source_ja
        self.keys = table.keys
        self.labels: dict[str, dict[str, str]] = {codes.name: codes.labels_ja for codes in table.code_lists}
        self.measures = {m.name: f"{m.label_ja}（{m.unit_ja}）" for m in table.contract.measures}
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
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]


@dataclass(frozen=True)
class Section:
    """A question, its unit, date and source, a chart if one helps, and the figures under it."""

    anchor: str
    title: str
    subtitle: str
    note: str
    chart: BarChart | None
    grids: tuple[Grid, ...]


def collection_sections(table: PageTable) -> list[Section]:
    """Rates of the newest month end, current and carried-over levy apart: together they cannot be ranked."""
    month_end = max(key[1] for key in table.keys)
    # In April and May two years run side by side; the one that is about to close is the one to compare.
    year = min(key[0] for key in table.keys if key[1] == month_end)
    classes = (("current", "現年課税分は、どれだけ納められたか"), ("carryover", "滞納繰越分は、どれだけ納められたか"))
    return [_collection_section(table, (year, month_end), *words) for words in classes]


def _collection_section(table: PageTable, when: tuple[str, str], levy_class: str, title: str) -> Section:
    year, month_end = when

    def column(measure: str) -> list[Figure]:
        return [table.figure(year, month_end, item, levy_class, measure) for item in items]

    items = [
        item
        for item in table.labels["tax_item_code"]
        if table.figure(year, month_end, item, levy_class, "levied_yen").value
    ]
    labels = [table.labels["tax_item_code"][item] for item in items]
    words = table.labels["levy_class"][levy_class]
    years = (year, str(int(year) - 1))
    return Section(
        anchor=f"rates-{levy_class}",
        title=title,
        subtitle=f"収納率（%）・{year}年度 {month_end}現在、前年は同じ月末・資料：{table.source_ja}",
        note="収納率は調定額に対する収入額の割合。会計年度は納付日ではなく出納整理期間による。",
        chart=rate_chart(f"{words}の収納率", labels, column(RATE), column(RATE_LAST_YEAR), years),
        grids=(
            _grid(
                (f"{words}の収入状況（{year}年度 {month_end}現在）", "税目"),
                labels,
                [(table.measures[measure], column(measure)) for measure in COLLECTION_MEASURES],
            ),
        ),
    )


def levy_year_section(table: PageTable, as_of: date) -> Section:
    """What is still owed, by the year in which it was levied."""
    names = table.labels["levy_year_code"]
    years = [code for code in names if code not in (TOTAL, CARRYOVER_CODE)]
    yen = [table.figure(year, TOTAL, "outstanding_yen") for year in years]
    shown = [*years, *(code for code in (CARRYOVER_CODE, TOTAL) if code in names)]
    shown_labels = [names[code] for code in shown]
    by_item = [
        (label, [table.figure(year, item, "outstanding_yen") for year in shown])
        for item, label in table.labels["tax_item_code"].items()
    ]
    by_measure = [
        (label, [table.figure(year, TOTAL, measure) for year in shown]) for measure, label in table.measures.items()
    ]
    return Section(
        anchor="arrears-levy-year",
        title="いまも残る滞納は、いつの年度に課税されたものか",
        subtitle=f"滞納額（円）・{as_of.isoformat()}現在・資料：{table.source_ja}",
        note="納期限を過ぎて今なお残る本税・保険料の額であり、その年度に生じた額ではない。滞納者は税目や年度の間で重なる。",
        chart=yen_chart("課税年度別の滞納額（全税目）", [names[year] for year in years], yen),
        grids=(
            _grid(("課税年度別の滞納（全税目）", "課税年度"), shown_labels, by_measure),
            _grid(("課税年度別・税目別の滞納額（円）", "課税年度"), shown_labels, by_item),
        ),
    )


def area_age_section(table: PageTable, as_of: date) -> Section:
    """Where and at which ages arrears remain, all tax items together."""
    areas = table.labels["area_code"]
    grids = []
    for measure in ("debtor_count", "outstanding_yen"):
        columns = [
            (label, [table.figure(area, age, TOTAL, measure) for area in areas])
            for age, label in table.labels["age_band_code"].items()
        ]
        caption = f"地区・年齢別の{table.measures[measure]}・全税目"
        grids.append(_grid((caption, "地区"), list(areas.values()), columns))
    return Section(
        anchor="arrears-area-age",
        title="滞納は、どの地区のどの年齢層に残っているか",
        subtitle=f"滞納者数（人）と滞納額（円）・{as_of.isoformat()}現在・資料：{table.source_ja}",
        note="地区と年齢は宛名による。x は人数が少ないなどの理由で秘匿した欄。税目別は CSV にある。",
        chart=None,
        grids=tuple(grids),
    )


def _grid(words: tuple[str, str], row_labels: Sequence[str], columns: Sequence[tuple[str, Sequence[Figure]]]) -> Grid:
    caption, corner = words
    rows = tuple((label, tuple(figures[place] for _, figures in columns)) for place, label in enumerate(row_labels))
    return Grid(caption, corner, tuple(heading for heading, _ in columns), rows)
