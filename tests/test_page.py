"""The statistics page in a real browser: what it says, that it asks nobody for anything, that masked is never zero.

Skips with a reason where no browser is installed; what the page says is also tested without one.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from decimal import Decimal
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from marts.page_charts import LABEL_WIDTH, MASKED_WIDTH, rate_chart, yen_chart
from marts.released_table import Figure
from tests.released_home import folder, release_once
from tests.statistics_warehouse import AS_OF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a released city."""
    return folder(release_once(tmp_path_factory.mktemp("page"))) / "index.html"


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
    """The released page in the browser."""
    return browse(page, tmp_path_factory.mktemp("browser"))


@needs_browser
def test_the_browser_shows_title_sections_and_legend(browsed: tuple[str, str, set[str]]) -> None:
    dom = browsed[0]
    assert '<html lang="ja">' in dom
    for text in (
        "現年課税分は、どれだけ納められたか",
        "いまも残る滞納は、いつの年度に課税されたものか",
        "湖南町",
        "記号の意味",
    ):
        assert text in dom
    assert dom.count("<svg role=") == 3


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
    assert re.findall(r'href="(?!#|[a-z_]+\.csv")[^"]*"', source) == []


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
    assert outline.tables == outline.captions == 6
    assert set(outline.references) <= set(outline.ids)
    assert len(outline.ids) == len(set(outline.ids))


def test_a_masked_cell_is_an_x_and_charts_say_so(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    konan = re.search(r'<tr><th scope="row">湖南町</th>(.*?)</tr>', source)
    assert konan is not None
    assert set(re.findall(r"<td[^>]*>(.*?)</td>", konan[1])) == {'<abbr title="秘匿">x</abbr>'}
    assert "秘匿（個人の特定を防ぐため表示しない。ゼロではない）" in source


def test_each_section_names_unit_day_and_source(page: Path) -> None:
    subtitles = re.findall(r'</h2>\s*<p class="subtitle">(.*?)</p>', page.read_text(encoding="utf-8"))
    assert len(subtitles) == 4
    for subtitle in subtitles:
        assert re.search(r"（(%|円|人)）", subtitle)
        assert AS_OF.isoformat() in subtitle
        assert "資料：" in subtitle


def test_a_masked_bar_is_hatched_and_has_a_width_a_zero_has_none() -> None:
    chart = yen_chart("t", ["a", "b", "c"], [Figure(2_500_000), Figure(None, "X"), Figure(0, "-")])
    shown, masked, none = chart.bars
    assert (shown.kind, shown.label) == ("this", "250万円")
    assert (masked.kind, masked.width, masked.label) == ("masked", MASKED_WIDTH, "x")
    assert (none.width, none.label) == (0, "-円")
    assert "bは秘匿" in chart.description


def test_rates_lie_on_a_scale_from_zero_to_a_hundred() -> None:
    rates, before = [Figure(Decimal("99.3")), Figure(Decimal("-0.5"))], [Figure(Decimal("50.0")), Figure(None, "…")]
    chart = rate_chart("t", ["a", "国民健康保険税・後期高齢者医療保険料"], rates, before, ("2025", "2024"))
    widths = [bar.width for bar in chart.bars]
    ticks = {tick.label: tick.x - LABEL_WIDTH for tick in chart.ticks}
    assert widths == [int(ticks["100%"] * 993 / 1000), ticks["50%"], 0, 0]
    assert [bar.label for bar in chart.bars] == ["99.3%", "50.0%", "△0.5%", "…"]
    assert [line for _, line in chart.labels[1].lines] == ["国民健康保険税・", "後期高齢者医療保険料"]
