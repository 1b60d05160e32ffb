"""Sections of the public accounts: what share of what was levied has come in, against the same month last year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.page.bars import rate_chart
from marts.page.curves import Words, ceiling, step_chart
from marts.page.sections import Grid, PageTable, Row, Section, grid_of, subtitle, year_before

if TYPE_CHECKING:
    from datetime import date

    from marts.released_table import Figure

CLASSES = (("current", "現年課税分は、どれだけ納められたか"), ("carryover", "滞納繰越分は、どれだけ納められたか"))
RATE, RATE_LAST_YEAR = "collection_rate_gross", "collection_rate_gross_last_year"
MONTHLY_MEASURES = (
    "levied_yen",
    "collected_yen",
    "outstanding_yen",
    RATE,
    RATE_LAST_YEAR,
    "collection_rate_change_points",
)


def collection_sections(table: PageTable, _as_of: date) -> list[Section]:
    """Current and carried-over levy apart: together they cannot be ranked. First the newest month end, then all."""
    month_end = max(key[1] for key in table.keys)
    # In April and May two years run side by side; the one that is about to close is the one to compare.
    year = min(key[0] for key in table.keys if key[1] == month_end)
    by_item = [_by_item(table, (year, month_end), *words) for words in CLASSES]
    return [*by_item, _by_month(table, year, month_end)]


def _by_item(table: PageTable, when: tuple[str, str], levy_class: str, title: str) -> Section:
    year, month_end = when
    place = {"accounting_year": year, "month_end_date": month_end, "levy_class": levy_class}

    def column(measure: str) -> list[Figure]:
        return table.along(measure, "tax_item_code", items, **place)

    items = [
        item for item in table.labels["tax_item_code"] if table.at("levied_yen", **place, tax_item_code=item).value
    ]
    labels = [table.labels["tax_item_code"][item] for item in items]
    words = table.labels["levy_class"][levy_class]
    names = (f"{year}年度", f"{year_before(year)}年度")
    columns = [(heading, column(measure)) for measure, heading in table.measures.items()]
    caption = f"{words}の収入状況（{year}年度 {month_end}現在）"
    return Section(
        anchor=f"rates-{levy_class}",
        title=title,
        subtitle=subtitle("収納率（%）", f"{year}年度 {month_end}現在、前年は同じ月末", table),
        note="収納率は調定額に対する収入額の割合。会計年度は納付日ではなく出納整理期間による。",
        charts=(rate_chart(f"{words}の収納率", labels, column(RATE), column(RATE_LAST_YEAR), names),),
        grids=(grid_of(caption, table, ("tax_item_code", items), columns),),
    )


def _by_month(table: PageTable, year: str, month_end: str) -> Section:
    """All tax items together, month by month."""
    months = sorted({key[1] for key in table.keys if key[0] == year})
    charts, grids = [], []
    names = (f"{year}年度", f"{year_before(year)}年度")
    for levy_class, _ in CLASSES:
        words = f"{table.labels['levy_class'][levy_class]}（全税目）"
        codes = {"accounting_year": year, "levy_class": levy_class}
        columns = {measure: table.along(measure, "month_end_date", months, **codes) for measure in MONTHLY_MEASURES}
        rows = tuple(Row(month, tuple(columns[m][i] for m in MONTHLY_MEASURES)) for i, month in enumerate(months))
        headings = tuple(table.measures[measure] for measure in MONTHLY_MEASURES)
        grids.append(Grid(f"{words}の月別の収納（{year}年度、累計）", table.corners["month_end_date"], headings, rows))
        series = list(zip(names, (columns[RATE], columns[RATE_LAST_YEAR]), strict=True))
        labels = [f"{int(month[5:7])}月" for month in months]
        charts.append(
            step_chart(Words(f"{words}の収納率の推移", "月末", "収納率（%）"), labels, series, ceiling(series))
        )
    return Section(
        anchor="rates-months",
        title="収納率は、前年の同じ月と比べてどう進んでいるか",
        subtitle=subtitle("収納率（%）・累計", f"{year}年度 {month_end}現在、前年は同じ月末", table),
        note="会計年度は4月から翌年5月（出納整理期間）まで。現年課税分と滞納繰越分を合わせた率では比べられない。",
        charts=tuple(charts),
        grids=tuple(grids),
    )
