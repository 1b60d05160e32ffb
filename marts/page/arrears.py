"""Sections of the stock of arrears: when levied, how much each owes, in which state, where, and until when it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.disclosure.table import TOTAL
from marts.page.bars import yen_chart
from marts.page.curves import Words, concentration_chart
from marts.page.sections import Grid, Row, Section, grid, subtitle
from marts.page.shares import cumulative_shares

if TYPE_CHECKING:
    from datetime import date

    from marts.page.bars import BarChart
    from marts.page.sections import PageTable
    from marts.released_table import Figure

CARRYOVER_CODE = "C"
YEN = "outstanding_yen"


def levy_year_section(table: PageTable, as_of: date) -> list[Section]:
    """What is still owed, by the year in which it was levied."""
    dimension = "levy_year_code"
    years = [code for code in table.labels[dimension] if code not in (TOTAL, CARRYOVER_CODE)]
    labels = [table.labels[dimension][year] for year in years]
    return [
        Section(
            anchor="arrears-levy-year",
            title="いまも残る滞納は、いつの年度に課税されたものか",
            subtitle=subtitle("滞納額（円）", f"{as_of}現在", table),
            note="納期限を過ぎて今なお残る本税・保険料の額であり、その年度に生じた額ではない。滞納者は税目や年度の間で重なる。",
            charts=(yen_chart("課税年度別の滞納額（全税目）", labels, table.along(YEN, dimension, years)),),
            grids=_by_measure_and_item(table, dimension),
        )
    ]


def state_section(table: PageTable, as_of: date) -> list[Section]:
    """What is being done about the arrears; one state each."""
    dimension = "arrears_state_code"
    return [
        Section(
            anchor="arrears-state",
            title="滞納は、いまどの処分・猶予の状態にあるか",
            subtitle=subtitle("滞納額（円）", f"{as_of}現在", table),
            note="一つの滞納は、上から順に最初に当てはまる状態に数える。内訳（字下げ）は上の行に含まれる。",
            charts=(_bars(table, dimension),),
            grids=_by_measure_and_item(table, dimension),
        )
    ]


def prescription_section(table: PageTable, as_of: date) -> list[Section]:
    """How long until a claim ends."""
    dimension = "months_ahead_code"
    return [
        Section(
            anchor="prescription-ahead",
            title="滞納は、あと何か月で時効などにより消滅するか",
            subtitle=subtitle("滞納額（円）", f"{as_of}現在", table),
            note="時効の完成と、執行停止の期間満了の、いずれか早い日までの月数。猶予や更新を考慮している。",
            charts=(_bars(table, dimension),),
            grids=_by_measure_and_item(table, dimension),
        )
    ]


def _bars(table: PageTable, dimension: str) -> BarChart:
    parts = table.parts(dimension)
    labels = [table.labels[dimension][code] for code in parts]
    return yen_chart(f"{table.corners[dimension]}別の滞納額（全税目）", labels, table.along(YEN, dimension, parts))


def amount_section(table: PageTable, as_of: date) -> list[Section]:
    """How much is owed by how few."""
    dimension = "amount_band_code"
    bands = table.parts(dimension)
    labels = [table.labels[dimension][band] for band in bands]
    debtors, yen = (
        cumulative_shares(table.along(measure, dimension, bands), table.at(measure))
        for measure in ("debtor_count", YEN)
    )
    words = Words("少額の階層から積み上げた、滞納者と滞納額の累計の割合", "滞納者の累計（%）", "滞納額の累計（%）")
    rows = tuple(Row(label, pair) for label, pair in zip(labels, zip(debtors, yen, strict=True), strict=True))
    shares = Grid(
        "階層の下から積み上げた割合（公表値から計算）", table.corners[dimension], (words.across, words.upward), rows
    )
    return [
        Section(
            anchor="arrears-amount",
            title="滞納額は、少数の滞納者に集中しているか",
            subtitle=subtitle("滞納者数（人）と滞納額（円）", f"{as_of}現在", table),
            note="階層は滞納者一人の全税目の合計額による。曲線は均等（灰色の直線）から離れるほど集中している。"
            "秘匿した階層がある区間は曲線を引かず、斜線と x で示す。",
            charts=(
                _bars(table, dimension),
                concentration_chart(words, labels, debtors, yen),
            ),
            grids=(*_by_measure_and_item(table, dimension), shares),
        )
    ]


def area_age_section(table: PageTable, as_of: date) -> list[Section]:
    """Where and at which ages arrears remain, all tax items together."""
    areas = table.parts("area_code")
    labels = [table.labels["area_code"][area] for area in areas]
    grids = []
    for measure in ("debtor_count", YEN):
        columns = [
            (label, table.along(measure, "area_code", table.listed("area_code"), age_band_code=age))
            for age, label in table.labels["age_band_code"].items()
        ]
        caption = f"地区・年齢別の{table.measures[measure]}・全税目"
        grids.append(grid(caption, table, "area_code", columns))
    return [
        Section(
            anchor="arrears-area-age",
            title="滞納は、どの地区のどの年齢層に残っているか",
            subtitle=subtitle("滞納者数（人）と滞納額（円）", f"{as_of}現在", table),
            note="地区と年齢は宛名による。x は人数が少ないなどの理由で秘匿した欄。税目別は CSV と Excel にある。",
            charts=(yen_chart("地区別の滞納額（全税目・全年齢）", labels, table.along(YEN, "area_code", areas)),),
            grids=tuple(grids),
        )
    ]


def _by_measure_and_item(table: PageTable, dimension: str) -> tuple[Grid, Grid]:
    """One grid of all measures, one of the yen by tax item."""
    codes, corner = table.listed(dimension), table.corners[dimension]
    measures: list[tuple[str, list[Figure]]] = [
        (label, table.along(measure, dimension, codes)) for measure, label in table.measures.items()
    ]
    items = [
        (label, table.along(YEN, dimension, codes, tax_item_code=item))
        for item, label in table.labels["tax_item_code"].items()
    ]
    return (
        grid(f"{corner}別の滞納（全税目）", table, dimension, measures),
        grid(f"{corner}別・税目別の滞納額（円）", table, dimension, items),
    )
