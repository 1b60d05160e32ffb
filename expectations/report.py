"""The quality report: one line per expectation, as text and as one self-contained Japanese page.

It shows counts, file names and line numbers; never a value. It asks nothing of any other host.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from expectations.outcome import Finding, Outcome, SuiteResult

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

WORDS = {Outcome.PASSED: "ok", Outcome.FAILED: "failed", Outcome.ERRORED: "errored"}
WORDS_JA = {Outcome.PASSED: "適合", Outcome.FAILED: "不適合", Outcome.ERRORED: "判定不能"}
STYLE = """
body{font-family:"Noto Sans CJK JP","Hiragino Sans","Yu Gothic",sans-serif;margin:2rem auto;max-width:64rem;
color:#1a1a1a;line-height:1.6;padding:0 1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border-bottom:1px solid #d0d0d0;padding:.3rem .5rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
.passed{color:#1b6e3c}.failed{color:#a8201a;font-weight:bold}.errored{color:#8a5a00;font-weight:bold}
summary{cursor:pointer}code{font-family:monospace}
"""
PAGE = """<!DOCTYPE html>
<html lang="ja"><head><meta charset="utf-8"><title>品質報告 {as_of}</title><style>{style}</style></head><body>
<h1>品質報告</h1>
<p>基準日 {as_of} ・ {headline}</p>
<p>「不適合」は定めに反する行があること、「判定不能」は検査そのものが計算できなかったことを示す。
どちらも次の工程を止める。個人の値は載せない。行はファイル名と行番号で探す。</p>
<table><tr><th>検査群</th><th>表</th><th>行数</th><th>検査数</th><th>結果</th></tr>
{overview}
</table>
{sections}
</body></html>
"""


def text_lines(result: SuiteResult) -> list[str]:
    """One line per expectation: ``fct_arrears · 本税未納額は負でない · ok · 48,113 rows``."""
    return [
        " · ".join((result.table, f.label_ja, WORDS[f.outcome], *_details(f, result.row_count)))
        for f in result.findings
    ]


def _details(finding: Finding, row_count: int) -> tuple[str, ...]:
    if finding.outcome is Outcome.PASSED:
        return (f"{row_count:,} rows",)
    if finding.outcome is Outcome.ERRORED:
        return (finding.cause,)
    first = (f"first: {finding.first_place}",) if finding.first_place else ()
    return (f"{finding.failed_row_count:,} rows", *first)


def write_page(results: Sequence[SuiteResult], as_of: date, path: Path) -> Path:
    """Write the page; suites that are not passed stand open. Returns where it was written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page = PAGE.format(
        as_of=as_of,
        style=STYLE,
        headline=_headline(results),
        overview="\n".join(_overview_row(result) for result in results),
        sections="\n".join(_section(result) for result in results),
    )
    path.write_text(page, encoding="utf-8")
    return path


def _headline(results: Sequence[SuiteResult]) -> str:
    counted = {outcome: sum(result.count(outcome) for result in results) for outcome in Outcome}
    words = " ・ ".join(f"{WORDS_JA[outcome]} {counted[outcome]:,}" for outcome in Outcome)
    return f"{len(results)} 検査群、{sum(counted.values()):,} 検査（{words}）"


def _overview_row(result: SuiteResult) -> str:
    return (
        f'<tr><td><a href="#{escape(result.suite)}">{escape(result.title_ja)}</a></td>'
        f'<td><code>{escape(result.table)}</code></td><td class="n">{result.row_count:,}</td>'
        f'<td class="n">{len(result.findings)}</td>{_outcome_cell(result.outcome)}</tr>'
    )


def _outcome_cell(outcome: Outcome) -> str:
    return f'<td class="{outcome}">{WORDS_JA[outcome]}</td>'


def _section(result: SuiteResult) -> str:
    opened = "" if result.outcome is Outcome.PASSED else " open"
    rows = "\n".join(_finding_row(finding) for finding in result.findings)
    return (
        f'<details id="{escape(result.suite)}"{opened}><summary>{escape(result.title_ja)} '
        f"<code>{escape(result.table)}</code> {WORDS_JA[result.outcome]}</summary>\n"
        "<table><tr><th>検査</th><th>結果</th><th>反する行</th><th>最初の場所・原因</th></tr>\n"
        f"{rows}\n</table></details>"
    )


def _finding_row(finding: Finding) -> str:
    count = f"{finding.failed_row_count:,}" if finding.outcome is Outcome.FAILED else ""
    return (
        f"<tr><td>{escape(finding.label_ja)}</td>{_outcome_cell(finding.outcome)}"
        f'<td class="n">{count}</td><td>{escape(finding.first_place or finding.cause)}</td></tr>'
    )
