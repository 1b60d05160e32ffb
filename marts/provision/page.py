"""The answer on paper: one self-contained HTML page for A4, without script or outside request."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marts.provision.items import PERSON, TAX, ordered
from marts.provision.words import day_ja, shown

if TYPE_CHECKING:
    from jinja2 import Template

    from marts.provision.answer import Answer
    from marts.provision.rules import Rule

TEMPLATES = Path(__file__).parent / "templates"


def render_page(answer: Answer, rule: Rule, scope: str, by: str) -> str:
    """The page as HTML text; the same answer gives the same bytes.

    ``scope`` says the levy years in words, ``by`` is the account of the officer.
    """
    given, role = ordered(answer.items), ""
    if answer.person_role:
        from marts.provision.inquiry_file import role_labels  # noqa: PLC0415  (the layout is needed for a role only)

        role = role_labels().get(answer.person_role, "")
    taxes = [item for item in given if item.grain == TAX]
    return _template().render(
        answer=answer,
        rule=rule,
        scope=scope,
        by=by,
        role=role,
        day=day_ja(answer.answered_at.date()),
        as_of=day_ja(answer.as_of),
        person=[(item.title, shown(item, answer.person.get(item.name))) for item in given if item.grain == PERSON],
        headings=taxes,
        rows=[[(item, shown(item, row[item.name]).removesuffix("円")) for item in taxes] for row in answer.taxes],
    )


@cache
def _template() -> Template:
    """The template, read once for all pages of a batch."""
    loader = FileSystemLoader(TEMPLATES)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("answer.html.j2")
