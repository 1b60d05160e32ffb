"""Geometry of the page's charts: scales are true, masked is never zero, and what cannot be said is not drawn."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from marts.page.bars import LABEL_WIDTH, MASKED_WIDTH, period_chart, rate_chart, yen_chart
from marts.page.curves import LEFT, PLOT_HEIGHT, PLOT_WIDTH, TOP, Gap, Words, ceiling, concentration_chart, step_chart
from marts.page.sections import Grid, Row, months_of_two_years, year_before
from marts.page.shares import cumulative_shares, share
from marts.released_table import MASKED, Figure

X = Figure(None, MASKED)


def test_a_masked_bar_is_hatched_and_has_a_width_a_zero_has_none() -> None:
    chart = yen_chart("t", ["a", "b", "c"], [Figure(2_500_000), Figure(None, "X"), Figure(0, "-")])
    shown, masked, none = chart.bars
    assert (shown.kind, shown.label) == ("this", "250万円")
    assert (masked.kind, masked.width, masked.label) == ("masked", MASKED_WIDTH, "x")
    assert (none.width, none.label) == (0, "-")
    assert "bは秘匿" in chart.description


def test_rates_lie_on_a_scale_from_zero_to_a_hundred() -> None:
    rates, before = [Figure(Decimal("99.3")), Figure(Decimal("-0.5"))], [Figure(Decimal("50.0")), Figure(None, "…")]
    chart = rate_chart("t", ["a", "国民健康保険税・後期高齢者医療保険料"], rates, before, ("2025", "2024"))
    widths = [bar.width for bar in chart.bars]
    ticks = {tick.label: tick.x - LABEL_WIDTH for tick in chart.ticks}
    assert widths == [int(ticks["100%"] * 993 / 1000), ticks["50%"], 0, 0]
    assert [bar.label for bar in chart.bars] == ["99.3%", "50.0%", "△0.5%", "…"]
    assert [line for _, line in chart.labels[1].lines] == ["国民健康保険税・", "後期高齢者医療保険料"]


def test_two_periods_share_one_scale_and_say_what_is_masked() -> None:
    chart = period_chart(
        "t", ["a", "b"], [("2025年度", [Figure(50), X]), ("2024年度", [Figure(100), Figure(20)])], "件"
    )
    assert [bar.width * 100 // chart.bars[1].width for bar in chart.bars] == [50, 100, 10, 20]
    assert [bar.kind for bar in chart.bars] == ["this", "last", "masked", "last"]
    assert [bar.label for bar in chart.bars] == ["50件", "100件", "x", "20件"]
    assert ("masked", "秘匿（ゼロではない）") in chart.keys
    assert "bは秘匿、2024年度20件" in chart.description


def test_one_period_alone_is_drawn_alone_and_long_labels_break_before_a_bracket() -> None:
    chart = period_chart("t", ["徴収できないことが明らか（即時消滅）"], [("2025年度", [Figure(50)])], "件")
    assert [(bar.kind, bar.label) for bar in chart.bars] == [("this", "50件")]
    assert [line for _, line in chart.labels[0].lines] == ["徴収できないことが明らか", "（即時消滅）"]


def test_a_share_of_something_masked_is_masked_and_of_nothing_is_not_available() -> None:
    assert share(Figure(1), Figure(3)).value == Decimal("33.3")
    assert share(Figure(1), Figure(2000)).value == Decimal("0.1"), "half away from zero"
    assert [share(*pair).flag for pair in ((X, Figure(3)), (Figure(1), X), (Figure(0, "-"), Figure(0, "-")))] == [
        "X",
        "X",
        "…",
    ]


def test_shares_are_summed_from_both_ends_up_to_what_is_masked() -> None:
    parts = [Figure(10), X, X, Figure(20), Figure(30)]
    found = cumulative_shares(parts, Figure(100))
    assert [figure.text for figure in found] == ["10.0", "x", "50.0", "70.0", "100.0"]
    assert [figure.flag for figure in cumulative_shares(parts, X)] == ["X"] * 5


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=8))
def test_shares_with_masked_parts_are_those_without_or_masked(parts: list[tuple[int, bool]]) -> None:
    total = Figure(sum(value for value, _ in parts))
    open_shares = cumulative_shares([Figure(value) for value, _ in parts], total)
    found = cumulative_shares([X if masked else Figure(value) for value, masked in parts], total)
    for there, here in zip(open_shares, found, strict=True):
        assert here == there or here.flag == MASKED
    if sum(masked for _, masked in parts) <= 1:
        assert found == open_shares, "one part alone follows from the total; the engine never masks one alone"


def test_a_curve_is_interrupted_where_a_band_is_masked_and_says_so() -> None:
    debtors = [Figure(Decimal(50)), X, Figure(Decimal(90)), Figure(Decimal(100))]
    yen = [Figure(Decimal(10)), X, Figure(Decimal(40)), Figure(Decimal(100))]
    chart = concentration_chart(Words("t", "滞納者", "滞納額"), ["a", "b", "c", "d"], debtors, yen)
    _, line = chart.lines
    right, top = LEFT + PLOT_WIDTH, TOP
    assert [[(place.x, place.y) for place in run] for run in line.runs] == [
        [(LEFT, TOP + PLOT_HEIGHT), (LEFT + PLOT_WIDTH // 2, TOP + PLOT_HEIGHT * 9 // 10)],
        [(LEFT + PLOT_WIDTH * 9 // 10, TOP + PLOT_HEIGHT * 6 // 10), (right, top)],
    ]
    assert chart.gaps == (Gap(LEFT + PLOT_WIDTH // 2, PLOT_WIDTH * 4 // 10),)
    assert "bまでに滞納者秘匿、滞納額秘匿" in chart.description


def test_a_step_that_is_masked_is_a_gap_and_one_without_a_figure_is_nothing() -> None:
    series = [("2025年度", [Figure(1), X, Figure(3)]), ("2024年度", [Figure(4), Figure(2), Figure(None, "…")])]
    chart = step_chart(Words("t", "月", "人", "人"), ["4月", "5月", "6月"], series, Decimal(4))
    lines = {line.kind: line for line in chart.lines}
    assert [len(run) for run in lines["this"].runs] == [1, 1]
    assert [len(run) for run in lines["last"].runs] == [2]
    assert len(chart.gaps) == 1
    assert chart.lines[0].paths[0].startswith(f"M{LEFT} {TOP}")
    assert "2024年度：4月は4人、5月は2人、6月は…" in chart.description


def test_a_code_of_a_period_and_its_year_before() -> None:
    codes = ("2025-04", "2025Q1", "FY2025", "2025")
    assert [year_before(code) for code in codes] == ["2024-04", "2024Q1", "FY2024", "2024"]
    steps, years = months_of_two_years(["2025-02", "2025-03", "2025-04"])
    assert (steps[0], steps[-1]) == ("4月", "3月")
    assert [(name, codes[0], codes[-1]) for name, codes in years] == [
        ("2025年度", "2025-04", "2026-03"),
        ("2024年度", "2024-04", "2025-03"),
    ]


def test_a_wide_grid_is_printed_on_its_side_and_a_long_one_may_be_cut() -> None:
    narrow = Row("a", (Figure(1),) * 3)
    dense = Row("a", (Figure(10**9),) * 7)
    wide = Row("a", (Figure(10**10),) * 12)
    papers = [Grid("", "", ("h",) * len(row.figures), (row,)).paper for row in (narrow, dense, wide)]
    assert papers == ["short", "dense short", "lying short"]
    assert Grid("", "", ("h",) * 3, (narrow,) * 100).paper == ""


def test_a_scale_ends_at_a_round_number_above_every_figure() -> None:
    ends = [ceiling([("a", [Figure(value), X])]) for value in (0, 1, 2, 3, 26, 41, 99, 1001)]
    assert ends == [1, 1, 2, 4, 40, 100, 100, 2000]
