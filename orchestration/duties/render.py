"""The evidence as Markdown and as one self-contained HTML page, in Japanese, for a self-check or an audit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orchestration.duties.evidence import Evidence

TEMPLATES = Path(__file__).parent / "templates"
MARKDOWN, PAGE = "evidence.md", "evidence.html"


def rendered(evidence: Sequence[Evidence], written_at: str, tested_at: str) -> dict[str, str]:
    """The texts of both files by name. ``tested_at`` is when the tests began, or empty when none were run."""
    counts = {word: sum(one.verdict == word for one in evidence) for word in ("充足", "不適合", "未確認")}
    return {
        name: _environment(is_html=name == PAGE)
        .get_template(f"{name}.j2")
        .render(evidence=evidence, counts=counts, written_at=written_at, tested_at=tested_at)
        for name in (MARKDOWN, PAGE)
    }


def _environment(*, is_html: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=is_html,  # noqa: S701  (Markdown is no HTML)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
