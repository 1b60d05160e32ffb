"""The answer on paper: one self-contained HTML page for A4, without script or outside request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from marts.provision.inquiry_file import role_labels
from marts.provision.items import PERSON, TAX, ordered
from marts.provision.words import day_ja, shown

if TYPE_CHECKING:
    from marts.provision.answer import Answer
    from marts.provision.rules import Rule

TEMPLATES = Path(__file__).parent / "templates"


def render_page(answer: Answer, rule: Rule, scope: str, by: str) -> str:
    """The page as HTML text; the same answer gives the same bytes.

    ``scope`` says the levy years in words, ``by`` is the account of the officer.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    given = ordered(answer.items)
    taxes = [item for item in given if item.grain == TAX]
    return environment.get_template("answer.html.j2").render(
        answer=answer,
        rule=rule,
        scope=scope,
        by=by,
        role=role_labels().get(answer.person_role, ""),
        day=day_ja(answer.answered_at.date()),
        as_of=day_ja(answer.as_of),
        person=[(item.title, shown(item, answer.person.get(item.name))) for item in given if item.grain == PERSON],
        headings=taxes,
        rows=[[(item, shown(item, row[item.name])) for item in taxes] for row in answer.taxes],
    )
