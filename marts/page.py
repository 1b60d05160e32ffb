"""The statistics page of a release: one self-contained HTML file, the same bytes for the same figures.

Reads released tables only, so nothing that is not released can appear on it. Charts are SVG from a template: no script,
no outside request, no font is measured.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marts.page_sections import PageTable, area_age_section, collection_sections, levy_year_section
from marts.released_table import BELOW_UNIT, FLAGS_JA, MASKED, NONE, NOT_AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from marts.released_table import ReleasedTable

LEGEND: tuple[tuple[str, str], ...] = (
    ("x", FLAGS_JA[MASKED]),
    (NONE, FLAGS_JA[NONE]),
    (BELOW_UNIT, FLAGS_JA[BELOW_UNIT]),
    (NOT_AVAILABLE, FLAGS_JA[NOT_AVAILABLE]),
    ("△", "負数"),
    ("p", "速報値"),
    ("r", "訂正値"),
)


def render_page(release_id: str, as_of: date, municipality_code: str, released: Mapping[str, ReleasedTable]) -> str:
    """The page as HTML text.

    Raises:
        KeyError: one of the three tables that the page shows is not among ``released``.
    """
    sections = [
        *collection_sections(PageTable(released["collection_results"])),
        levy_year_section(PageTable(released["arrears_by_levy_year"]), as_of),
        area_age_section(PageTable(released["arrears_by_area_age"]), as_of),
    ]
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("index.html.j2").render(
        release_id=release_id,
        as_of=as_of.isoformat(),
        municipality_code=municipality_code,
        sections=sections,
        legend=LEGEND,
        tables=[(table.contract.title_ja, table.name) for table in released.values()],
        masked_flag=MASKED,
    )
