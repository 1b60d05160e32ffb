"""The statistics page in a real browser: what it says, that it asks nobody for anything, that masked is never zero.

Skips with a reason where no browser is installed; what the page says is also tested without one.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from marts.certificate import PROMISE_JA
from marts.page.render import SECTIONS, page_sections, render_page
from marts.released_table import REVISED, Figure
from tests.statistics_warehouse import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from marts.released_table import ReleasedTable

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="No Chromium or Chrome is installed (Debian: apt-get install chromium fonts-noto-cjk)."
)


@pytest.fixture(scope="module")
def page(released: dict[str, ReleasedTable], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of all tables."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    path.write_text(render_page(f"{AS_OF}.1", AS_OF, "072036", released), encoding="utf-8")
    return path


def browse(page: Path, folder: Path) -> tuple[str, str, set[str]]:
    """What the browser makes of a page, what it says on its console, and the addresses the page made it ask for.

    The browser has errands of its own, whatever it shows; those have no page as their initiator.
    """
    assert BROWSER is not None
    net_log = folder / "net.json"
    done = subprocess.run(
        [
            BROWSER,
            *FLAGS,
            "--enable-logging=stderr",
            f"--log-net-log={net_log}",
            f"--user-data-dir={folder / 'profile'}",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    console = "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return done.stdout, console, set(_asked_by_the_page(net_log))


def _asked_by_the_page(net_log: Path) -> Iterator[str]:
    for line in net_log.read_text(encoding="utf-8", errors="replace").splitlines():
        if '"initiator":"null"' in line:
            address = json.loads(line.rstrip(","))["params"]["url"]
            if not address.startswith("file:"):
                yield address


@pytest.fixture(scope="module")
def browsed(page: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, set[str]]:
    """It in the browser."""
    return browse(page, tmp_path_factory.mktemp("browser"))


@needs_browser
def test_the_browser_shows_title_sections_and_legend(browsed: tuple[str, str, set[str]]) -> None:
    dom = browsed[0]
    assert '<html lang="ja">' in dom
    titles = ("現年課税分は、どれだけ納められたか", "いまも残る滞納は、いつの年度に課税されたものか")
    for text in (*titles, "湖南町", "記号の意味"):
        assert text in dom
    assert dom.count("<svg role=") == 18


@needs_browser
def test_nothing_is_reported_on_the_console_and_nobody_is_asked_for_anything(
    browsed: tuple[str, str, set[str]],
) -> None:
    _, console, asked = browsed
    assert console == ""
    assert asked == set()


@needs_browser
def test_a_page_that_asks_outside_would_be_noticed(page: Path, tmp_path: Path) -> None:
    image = '<img src="http://outside.invalid/x.png">'
    source = page.read_text(encoding="utf-8").replace("<main", f"{image}<main")
    guarded, open_page = tmp_path / "guarded.html", tmp_path / "open.html"
    guarded.write_text(source, encoding="utf-8")
    open_page.write_text(source.replace("default-src 'none'; ", ""), encoding="utf-8")
    _, console, asked = browse(guarded, tmp_path)
    assert "Content Security Policy" in console
    assert asked == set(), "the page's own policy stops it"
    assert browse(open_page, tmp_path)[2] == {"http://outside.invalid/x.png"}


def test_the_source_names_no_address_and_no_script(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'unsafe-inline'" in source
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\((?!#)|https?:", source)
    assert re.findall(r'href="(?!#|[a-z_]+\.csv"|statistics\.xlsx")[^"]*"', source) == []


class Outline(HTMLParser):
    """Counts what matters to someone who does not see the page."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.header_scopes: list[str | None] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids, references, scopes, tables and captions."""
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        self.references += str(given.get("aria-labelledby") or "").split()
        if (given.get("href") or "").startswith("#"):
            self.references.append(str(given["href"])[1:])
        if tag == "th":
            self.header_scopes.append(given.get("scope"))
        self.tables += tag == "table"
        self.captions += tag == "caption"


def test_screen_readers_find_headings_labels_and_scopes(page: Path) -> None:
    outline = Outline()
    outline.feed(page.read_text(encoding="utf-8"))
    assert set(outline.header_scopes) == {"col", "row"}
    assert outline.tables == outline.captions == 33
    assert set(outline.references) <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_a_masked_cell_is_an_x_and_charts_say_so(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    konan = re.search(r'<tr><th scope="row">湖南町</th>(.*?)</tr>', source)
    assert konan is not None
    assert set(re.findall(r"<td[^>]*>(.*?)</td>", konan[1])) == {'<abbr title="秘匿">x</abbr>'}
    assert "秘匿（個人の特定を防ぐため表示しない。ゼロではない）" in source
    assert PROMISE_JA in source


def test_each_section_names_unit_day_and_source(page: Path, released: dict[str, ReleasedTable]) -> None:
    subtitles = re.findall(r'</h2>\s*<p class="subtitle">(.*?)</p>', page.read_text(encoding="utf-8"))
    assert len(subtitles) == len(page_sections(AS_OF, released))
    for subtitle in subtitles:
        assert re.search(r"（(%|円|人|件)）", subtitle)
        assert AS_OF.isoformat() in subtitle
        assert "資料：" in subtitle


def test_every_table_has_a_section_and_a_table_that_is_not_released_has_none(
    released: dict[str, ReleasedTable],
) -> None:
    assert {name for name, _ in SECTIONS} == set(released)
    anchors = [section.anchor for section in page_sections(AS_OF, released)]
    assert len(anchors) == len(set(anchors)) == 16
    for name, table in released.items():
        without = [section.anchor for section in page_sections(AS_OF, {n: t for n, t in released.items() if n != name})]
        assert 0 < len(anchors) - len(without) <= 3, name
        emptied = {**released, name: replace(table, keys=(), figures={})}
        assert [section.anchor for section in page_sections(AS_OF, emptied)] == without, name


def test_every_section_has_a_chart_its_table_and_the_meaning_of_its_symbols(
    page: Path, released: dict[str, ReleasedTable]
) -> None:
    source = page.read_text(encoding="utf-8")
    for section in page_sections(AS_OF, released):
        assert section.charts, section.anchor
        assert section.grids, section.anchor
        place = source[source.index(f'<h2 id="{section.anchor}"') :]
        told = re.search(r'<p class="symbols">記号：(.*?)</p>', place[: place.index("</section>")])
        assert bool(told) == bool(section.symbols), section.anchor
        assert all(f"{symbol} " in (told[1] if told else "") for symbol in section.symbols), section.anchor


def test_parts_stand_under_what_they_add_up_to_and_the_total_last(released: dict[str, ReleasedTable]) -> None:
    section = next(s for s in page_sections(AS_OF, released) if s.anchor == "arrears-levy-year")
    rows = [(row.label, row.depth) for row in section.grids[0].rows]
    assert rows == [
        ("滞納繰越分", 0),
        ("2024年度課税分", 1),
        ("それより前の課税分", 1),
        ("2025年度課税分", 0),
        ("計", 0),
    ]


def test_periods_are_compared_with_the_same_period_of_the_year_before(released: dict[str, ReleasedTable]) -> None:
    section = next(s for s in page_sections(AS_OF, released) if s.anchor == "payment-channels")
    table = released["payment_channels"]
    (row,) = [row for row in section.grids[0].rows if row.label == "口座振替"]
    wanted = [
        table.figure(("T", "TRF", month), measure)
        for measure in ("payment_count", "paid_yen")
        for month in ("2026-03", "2025-03")
    ]
    assert list(row.figures) == wanted
    assert len({figure.value for figure in wanted}) == 4
    *others, periods = table.code_lists
    alone = replace(table, code_lists=(*others, replace(periods, codes=periods.codes[4:])))
    (section,) = page_sections(AS_OF, {"payment_channels": alone})
    assert [heading[:7] for heading in section.grids[0].headings] == ["2026年3月"] * 2, (
        "no year before, no column of it"
    )


def test_a_revised_figure_has_an_r_before_it_and_the_section_says_what_that_means(
    released: dict[str, ReleasedTable],
) -> None:
    table = released["dispositions"]
    revised = replace(table, figures={**table.figures, (("T", "2024"), "seizure_count"): Figure(77, REVISED)})
    source = render_page(f"{AS_OF}.2", AS_OF, "072036", {"dispositions": revised})
    assert source.count('<td><abbr title="訂正値">r</abbr> 77</td>') == 1
    assert re.search(r'<p class="symbols">記号：.*?r 訂正した値', source)
