"""Sections of what came in and what did not: channels, failed transfers, responses to demands, new debtors."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from marts.page.bars import period_chart
from marts.page.curves import Words, ceiling, step_chart
from marts.page.sections import Grid, Row, Section, grid, grid_of, months_of_two_years, subtitle
from marts.page.shares import cumulative_shares

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from marts.page.bars import BarChart
    from marts.page.curves import CurveChart
    from marts.page.sections import PageTable
    from marts.released_table import Figure

MONTHS_IN_A_TABLE = 13
PERIOD, CHANNEL, KIND = "period_code", "channel_code", "transfer_failure_code"
SETTLED = "確定した月だけを示す（その後の公表で通常は変わらない）。"


def channel_section(table: PageTable, as_of: date) -> list[Section]:
    """By which way the money comes; the newest settled month against the same month last year."""
    months = table.months()
    if not months:
        return []
    newest, chart, whole = _newest_month(table, "納付方法別の納付", (CHANNEL, "paid_yen", "円"), "納付方法別の納付額")
    return [
        Section(
            anchor="payment-channels",
            title="どの納付方法で、どれだけ納められたか",
            subtitle=subtitle("納付額（円）", f"{newest}・{as_of}公表", table),
            note=f"市に入金された日の月による。前年同月は、公表する期間にある場合に示す。{SETTLED}",
            charts=(chart,),
            grids=(whole, _months_grid(table, "月別の納付")),
        )
    ]


def transfer_section(table: PageTable, as_of: date) -> list[Section]:
    """How many transfers fail, and why; the newest settled month against the same month last year."""
    months = table.months()
    if not months:
        return []
    words = "理由別の口座振替の不能"
    newest, chart, whole = _newest_month(table, words, (KIND, "failure_count", "件"), words)
    return [
        Section(
            anchor="transfer-failures",
            title="口座振替は、どれだけ、なぜ不能になったか",
            subtitle=subtitle("不能件数（件）", f"{newest}・{as_of}公表", table),
            note=f"振替済の件数は、納付方法別の口座振替にある。{SETTLED}",
            charts=(chart,),
            grids=(whole, _months_grid(table, "月別の不能")),
        )
    ]


def _newest_month(
    table: PageTable, caption: str, shown: tuple[str, str, str], chart_title: str
) -> tuple[str, BarChart, Grid]:
    """The newest settled month by the codes of a dimension, beside the same month last year: its name, chart, table.

    ``shown`` is the dimension, the measure of the chart and its unit.
    """
    dimension, charted, unit = shown
    periods = table.with_year_before(PERIOD, table.months()[-1])
    newest, parts = periods[0][1], table.parts(dimension)
    series = [(name, table.along(charted, dimension, parts, period_code=code)) for code, name in periods]
    columns = [
        (f"{name} {heading}", table.along(measure, dimension, table.listed(dimension), period_code=code))
        for measure, heading in table.measures.items()
        for code, name in periods
    ]
    labels = [table.labels[dimension][part] for part in parts]
    chart = period_chart(f"{chart_title}（全税目、{newest}）", labels, series, unit)
    years = "と".join(name for _, name in periods)
    return newest, chart, grid(f"{caption}（全税目、{years}）", table, dimension, columns)


def response_section(table: PageTable, as_of: date) -> list[Section]:
    """How soon a demand is followed by payment in full."""
    kinds, bands = table.parts("notice_kind_code"), table.parts("days_band_code")
    labels = [table.labels["days_band_code"][band] for band in bands[:-1]]
    series = [(table.labels["notice_kind_code"][kind], _paid_shares(table, kind, bands)) for kind in kinds]
    words = Words("通知から完納までの日数別の、完納した通知の累計の割合", "通知からの日数", "完納（%）")
    rows = tuple(Row(label, tuple(figures[i] for _, figures in series)) for i, label in enumerate(labels))
    shares = Grid(
        "完納した通知の累計の割合（%、公表値から計算）", "通知からの日数", tuple(name for name, _ in series), rows
    )
    counts = [
        (
            f"{name} {heading}",
            table.along(measure, "days_band_code", table.listed("days_band_code"), notice_kind_code=kind),
        )
        for kind, name in ((kind, table.labels["notice_kind_code"][kind]) for kind in kinds)
        for measure, heading in table.measures.items()
    ]
    return [
        Section(
            anchor="response-to-demand",
            title="督促や催告のあと、どれだけ早く納められるか",
            subtitle=subtitle("完納した通知の割合（%）", f"{as_of}までの12か月に出した通知", table),
            note="最近の通知は、まだ日数がたっていないものを含む。割合はその分だけ低く見える。",
            charts=(step_chart(words, labels, series, Decimal(100)),),
            grids=(shares, grid("日数別の通知（全税目）", table, "days_band_code", counts)),
        )
    ]


def new_debtor_section(table: PageTable, as_of: date) -> list[Section]:
    """Who fell into arrears for the first time in two years, and how many settled soon."""
    months = table.months()
    if not months:
        return []
    newest = table.labels[PERIOD][months[-1]]
    columns = [
        (heading, table.along(measure, "tax_item_code", table.listed("tax_item_code"), period_code=months[-1]))
        for measure, heading in table.measures.items()
    ]
    return [
        Section(
            anchor="new-debtors",
            title="新たに滞納した人は、どれだけ早く納めたか",
            subtitle=subtitle("新たな滞納者（人）", f"{newest}まで・{as_of}公表", table),
            note=f"過去24か月に滞納がなかった人の最初の滞納。税目の間では重なる。{SETTLED}",
            charts=(_new_debtor_chart(table),),
            grids=(
                _months_grid(table, "月別の新たな滞納者"),
                grid(f"税目別の新たな滞納者（{newest}）", table, "tax_item_code", columns),
            ),
        )
    ]


def _new_debtor_chart(table: PageTable) -> CurveChart:
    words = Words("新たに滞納した人の数（全税目）", "滞納が始まった月", "人", "人")
    steps, years = months_of_two_years(table.months())
    series = [(name, table.along("debtor_count", PERIOD, months)) for name, months in years]
    return step_chart(words, steps, series, ceiling(series))


def _months_grid(table: PageTable, title: str) -> Grid:
    months = table.months()[-MONTHS_IN_A_TABLE:]
    columns = [(heading, table.along(m, PERIOD, months)) for m, heading in table.measures.items()]
    return _flat(grid_of(f"{title}（全税目）", table, (PERIOD, months), columns))


def _flat(months: Grid) -> Grid:
    """Months without the quarters and years that they add up to are not set in."""
    return Grid(months.caption, months.corner, months.headings, tuple(replace(row, depth=0) for row in months.rows))


def _paid_shares(table: PageTable, kind: str, bands: Sequence[str]) -> list[Figure]:
    """Shares up to each band of days; the last band holds what is not yet paid."""
    notices = table.along("notice_count", "days_band_code", bands, notice_kind_code=kind)
    return cumulative_shares(notices, table.at("notice_count", notice_kind_code=kind))[:-1]
