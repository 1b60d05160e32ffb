"""The statistics page of a release: one self-contained HTML file, the same bytes for the same figures.

Reads released tables only, so nothing that is not released can appear on it. Charts are SVG from a template: no script,
no outside request, no font is measured.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marts.certificate import PROMISE_JA
from marts.page.accounts import collection_sections
from marts.page.arrears import amount_section, area_age_section, levy_year_section, prescription_section, state_section
from marts.page.outcomes import backlog_section, disposition_section, refund_section, write_off_section
from marts.page.payments import channel_section, new_debtor_section, response_section, transfer_section
from marts.page.sections import PageTable, Section
from marts.release_files import WORKBOOK
from marts.release_words import LICENCE, TITLE_JA
from marts.released_table import LEGEND, MASKED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from marts.released_table import ReleasedTable

# In the order of the page; a table that is not released has no section.
SECTIONS: tuple[tuple[str, Callable[[PageTable, date], list[Section]]], ...] = (
    ("collection_results", collection_sections),
    ("arrears_by_levy_year", levy_year_section),
    ("arrears_by_amount", amount_section),
    ("arrears_by_state", state_section),
    ("arrears_by_area_age", area_age_section),
    ("prescription_ahead", prescription_section),
    ("new_debtors", new_debtor_section),
    ("response_to_demand", response_section),
    ("payment_channels", channel_section),
    ("transfer_failures", transfer_section),
    ("refunds_by_cause", refund_section),
    ("refund_backlog", backlog_section),
    ("write_offs", write_off_section),
    ("dispositions", disposition_section),
)


def page_sections(as_of: date, released: Mapping[str, ReleasedTable]) -> list[Section]:
    """The sections of the tables that are released and hold anything."""
    return [
        section
        for name, sections in SECTIONS
        if name in released and released[name].keys
        for section in sections(PageTable(released[name]), as_of)
    ]


def render_page(release_id: str, as_of: date, municipality_code: str, released: Mapping[str, ReleasedTable]) -> str:
    """The page as HTML text."""
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
        sections=page_sections(as_of, released),
        legend=LEGEND,
        tables=[(table.contract.title_ja, table.name) for table in released.values()],
        masked_flag=MASKED,
        workbook=WORKBOOK,
        title=TITLE_JA,
        licence=LICENCE.short,
        promise=PROMISE_JA,
    )
