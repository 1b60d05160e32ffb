"""The answers of a batch as one list: CSV (UTF-8 with BOM, CRLF) and Excel, the same bytes for the same answers."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from marts.provision.inquiry_file import role_labels
from marts.provision.items import ordered
from marts.provision.words import NOTHING, OTHERWISE
from marts.spreadsheet_text import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from marts.provision.answer import Answer
    from marts.provision.answer_query import Value

NO_TAX = "課税なし"
WIDTHS = {"name": 22.0, "address": 40.0, "tax_item": 26.0}
WIDTH = 16.0
LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


def list_rows(
    inquiries: Sequence[tuple[str, str]], answers: Mapping[str, Answer], names: tuple[str, ...]
) -> list[list[Value]]:
    """Headings, then the rows of each inquiry; one that is not answered here has a row that does not say why.

    ``inquiries`` are pairs of number and role of the person, ``names`` are the items of the list. An
    item that an inquiry did not ask for is empty in its rows.
    """
    items, roles = ordered(names), role_labels()
    rows: list[list[Value]] = [["照会番号", "区分", *(item.title for item in items), "備考"]]
    for inquiry_id, person_role in inquiries:
        front: list[Value] = [inquiry_id, roles.get(person_role, NOTHING)]
        answer = answers.get(inquiry_id)
        if answer is None:
            rows.append([*front, *(None for _ in items), OTHERWISE])
            continue
        for taxes in answer.taxes or [{}]:
            told = {**answer.person, **taxes}
            note = "" if answer.taxes else NO_TAX
            rows.append([*front, *(told.get(item.name) for item in items), note])
    return rows


def csv_bytes(rows: Sequence[Sequence[Value]]) -> bytes:
    """The list as CSV; days as ISO, yen as digits, and no text that a spreadsheet would compute."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([[_cell(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def excel_bytes(rows: Sequence[Sequence[Value]], names: tuple[str, ...], title: str, day: date) -> bytes:
    """The list as a workbook of one sheet with frozen headings; ``day`` is that of the document."""
    from openpyxl import Workbook  # noqa: PLC0415  (a page needs no Excel)
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    from marts.fixed_workbook import save_fixed  # noqa: PLC0415

    book = Workbook()
    sheet = book.active
    sheet.title = _NOT_IN_SHEET_NAMES.sub("", title)[:LONGEST_SHEET_NAME]
    sheet.freeze_panes = "A2"
    yen = {place for place, item in enumerate(ordered(names), start=3) if item.is_yen}
    for row in rows:
        sheet.append([_cell(value) for value in row])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for place, name in enumerate(("", "", *(item.name for item in ordered(names)), ""), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDTHS.get(name, WIDTH)
        for cell in sheet[get_column_letter(place)][1:] if place in yen else ():
            cell.number_format = "#,##0"
    target = io.BytesIO()
    save_fixed(book, day, io.BytesIO(), target)
    return target.getvalue()


def _cell(value: Value) -> Value:
    return guarded(value) if isinstance(value, str) else value
