"""Sections of how claims end: refunds and their backlog, write-offs, dispositions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.page.bars import period_chart, yen_chart
from marts.page.sections import Grid, Section, grid, subtitle

if TYPE_CHECKING:
    from datetime import date

    from marts.page.sections import PageTable


def refund_section(table: PageTable, as_of: date) -> list[Section]:
    """Why too much was paid, and what became of it."""
    return _yearly(
        table,
        ("refund_cause_code", "overpaid_yen", "円"),
        ("refunds-by-cause", "過誤納は、なぜ生じ、どうなったか", "過誤納額（円）"),
        as_of,
        "過誤納・充当・還付は、それぞれの日の属する年度に数える。充当と還付は前の年度に生じたものを含む。",
    )


def write_off_section(table: PageTable, as_of: date) -> list[Section]:
    """By which clause claims were written off."""
    return _yearly(
        table,
        ("write_off_clause_code", "written_off_yen", "円"),
        ("write-offs", "不納欠損は、どの条項によるものか", "不納欠損額（円）"),
        as_of,
        "決算を終えた会計年度だけを示す。",
    )


def disposition_section(table: PageTable, as_of: date) -> list[Section]:
    """What was seized, released and distributed."""
    return _yearly(
        table,
        ("property_kind_code", "seizure_count", "件"),
        ("dispositions", "どの財産が差し押さえられ、いくら配当されたか", "差押件数（件）と配当額（円）"),
        as_of,
        "差押・解除・配当は、それぞれの日の属する年度に数える。",
    )


def backlog_section(table: PageTable, as_of: date) -> list[Section]:
    """How long refunds have been waiting, and which claims are about to lapse."""
    dimension = "days_band_code"
    bands = table.parts(dimension)
    labels = [table.labels[dimension][band] for band in bands]
    chart = yen_chart("発生からの日数別の還付未済額（全税目）", labels, table.along("pending_yen", dimension, bands))
    by_item = [
        (heading, table.along(measure, "tax_item_code", table.listed("tax_item_code")))
        for measure, heading in table.measures.items()
    ]
    return [
        Section(
            anchor="refund-backlog",
            title="還付は、どれだけ待たせているか",
            subtitle=subtitle("還付未済額（円）", f"{as_of}現在", table),
            note="日数は過誤納が生じた日から。12か月以内に請求権が消滅するものを別に示す。",
            charts=(chart,),
            grids=(
                _measures(table, dimension, "発生からの日数別の還付未済（全税目）"),
                grid("税目別の還付未済", table, "tax_item_code", by_item),
            ),
        )
    ]


def _yearly(
    table: PageTable,
    rows: tuple[str, str, str],
    words: tuple[str, str, str],
    as_of: date,
    note: str,
) -> list[Section]:
    """The newest settled year against the one before; ``rows``: dimension, the measure drawn, its unit."""
    years = sorted(table.labels["fiscal_year"])
    if not years:
        return []
    dimension, measure, unit = rows
    corner = table.corners[dimension]
    anchor, title, quantity = words
    periods = table.with_year_before("fiscal_year", years[-1])
    parts = table.parts(dimension)
    labels = [table.labels[dimension][code] for code in parts]
    series = [(name, table.along(measure, dimension, parts, fiscal_year=code)) for code, name in periods]
    chart = period_chart(f"{corner}別の{table.measures[measure]}", labels, series, unit)
    grids = [_measures(table, dimension, f"{corner}別（{name}）", fiscal_year=code) for code, name in periods]
    if "tax_item_code" in table.labels:
        grids.append(_by_item(table, dimension, measure, years[-1]))
    when = f"{'、'.join(name for _, name in periods)}・{as_of}公表"
    return [Section(anchor, title, subtitle(quantity, when, table), note, (chart,), tuple(grids))]


def _measures(table: PageTable, dimension: str, caption: str, **codes: str) -> Grid:
    listed = table.listed(dimension)
    columns = [(heading, table.along(m, dimension, listed, **codes)) for m, heading in table.measures.items()]
    return grid(caption, table, dimension, columns)


def _by_item(table: PageTable, dimension: str, measure: str, year: str) -> Grid:
    """One measure by tax item, the codes of the dimension as columns."""
    items = table.listed("tax_item_code")
    columns = [
        (
            table.labels[dimension][code],
            table.along(measure, "tax_item_code", items, **{dimension: code}, fiscal_year=year),
        )
        for code in table.listed(dimension)
    ]
    caption = f"税目別・{table.corners[dimension]}別の{table.measures[measure]}（{year}年度）"
    return grid(caption, table, "tax_item_code", columns)
