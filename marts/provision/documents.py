"""The files of an answer: its record, and the page or list that goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.provision.answer_store import record_name
from marts.provision.rules import PAGE
from marts.provision.words import levy_years_ja

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.provision.answer import Answer
    from marts.provision.rules import Rule


def own_files(answer: Answer, rule: Rule, fiscal_year: int, by: str) -> dict[str, bytes]:
    """The files of one answer by name: the record, and the page where the rule wants paper.

    ``fiscal_year`` is that of the as-of date, ``by`` the account of the officer who answers.
    """
    files = {record_name(answer.inquiry_id): answer.to_bytes()}
    if rule.medium == PAGE:
        from marts.provision.page import render_page  # noqa: PLC0415  (a list needs no template)

        scope = levy_years_ja(fiscal_year, rule.levy_years)
        files[f"{answer.inquiry_id}.html"] = render_page(answer, rule, scope, by).encode()
    return files


def list_files(
    document_no: str, rule: Rule, inquiries: Sequence[tuple[str, str]], answers: Mapping[str, Answer]
) -> dict[str, bytes]:
    """The list of a batch as CSV and Excel by name; none where the rule wants paper.

    ``inquiries`` are pairs of number and role of the person, also of those that are not answered.
    """
    if rule.medium == PAGE or not answers:
        return {}
    from marts.provision.list_file import csv_bytes, excel_bytes, list_rows  # noqa: PLC0415

    names = tuple(dict.fromkeys(name for answer in answers.values() for name in answer.items))
    rows = list_rows(inquiries, answers, names)
    day = next(iter(answers.values())).answered_at.date()
    return {f"{document_no}.csv": csv_bytes(rows), f"{document_no}.xlsx": excel_bytes(rows, names, rule.title, day)}
