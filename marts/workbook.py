"""The Excel workbook of a release: one table a sheet, wide as officers read it; the same figures give the same bytes.

Numbers are numbers, a masked figure is the text x, nothing is a formula and no cells are merged.
"""

from __future__ import annotations

import io
from itertools import product
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from marts.fixed_workbook import save_fixed
from marts.release_words import LICENCE, TITLE_JA
from marts.released_table import LEGEND, MASKED, NONE, REVISED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from marts.certificate import Setting
    from marts.released_table import Figure, ReleasedTable
    from marts.stat_table import CodeList

LEGEND_SHEET = "凡例"
LONGEST_NAME, NOT_IN_NAMES = 31, str.maketrans(dict.fromkeys("[]:*?/\\", "・"))
NARROWEST, WIDEST, FIRST_WIDE = 10, 44, 0x2000
A4 = 9
HEADING_FILL = PatternFill("solid", fgColor="FFEEF2F5")
MASKED_FILL = PatternFill("lightUp", fgColor="FFAAB2B9")


def workbook_bytes(release_id: str, setting: Setting, tables: Sequence[ReleasedTable]) -> bytes:
    """The workbook: the legend first, then the tables that hold anything, in their order."""
    book = Workbook(write_only=True)
    named = _sheet_names([table for table in tables if table.keys])
    _write_legend(book.create_sheet(LEGEND_SHEET), release_id, setting, named)
    for name, table in named.items():
        _write_table(book.create_sheet(name), table, f"{setting.as_of.isoformat()}　{release_id}")
    aside, target = io.BytesIO(), io.BytesIO()
    save_fixed(book, setting.as_of, aside, target)
    return target.getvalue()


def number_format(decimals: int, mark: str = "") -> str:
    """Thousands, △ for negative, ``mark`` in front; a nil count or sum is shown as none, a nil rate as a rate."""
    digits = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    front = f"{mark} " if mark else ""
    nil = digits if decimals else ""
    return ";".join(
        f'"{text}"{shown}' if text else shown
        for text, shown in ((front, digits), (f"{front}△", digits), (front + ("" if decimals else NONE), nil))
    )


def _sheet_names(tables: Sequence[ReleasedTable]) -> dict[str, ReleasedTable]:
    """The tables by their titles as far as Excel allows those as names; its number tells a title from an equal one."""
    named: dict[str, ReleasedTable] = {}
    for number, table in enumerate(tables, start=1):
        name = table.contract.title_ja.translate(NOT_IN_NAMES)[:LONGEST_NAME]
        named[name if name not in named else f"{name[: LONGEST_NAME - 3]}-{number:02}"] = table
    return named


def _write_legend(
    sheet: WriteOnlyWorksheet, release_id: str, setting: Setting, named: Mapping[str, ReleasedTable]
) -> None:
    rows: list[tuple[str, ...]] = [
        (TITLE_JA,),
        ("基準日", setting.as_of.isoformat()),
        ("団体コード", setting.municipality_code),
        ("公表番号", release_id),
        ("ライセンス", LICENCE.short),
        ("値について", "個人が特定されないよう秘匿処理をした統計。x は秘匿であり、ゼロではない。"),
        (),
        ("記号", "意味"),
        *LEGEND,
        (),
        ("シート", "単位・数え方", "注意", "資料", "同じ値の CSV"),
    ]
    rows += [
        (name, table.contract.grain_ja, table.contract.note_ja, table.contract.source_ja, f"{table.name}.csv")
        for name, table in named.items()
    ]
    _lay_out(sheet, [24, WIDEST, WIDEST, WIDEST, 28], TITLE_JA)
    headings = {0, rows.index(("記号", "意味")), len(rows) - len(named) - 1}
    for place, row in enumerate(rows):
        sheet.append([_text(sheet, text, is_heading=place in headings) for text in row])


def _write_table(sheet: WriteOnlyWorksheet, table: ReleasedTable, when: str) -> None:
    measures = table.contract.measures
    labels = [_labels(codes) for codes in table.code_lists]
    headings = [codes.label_ja for codes in table.code_lists] + [f"{m.label_ja}（{m.unit_ja}）" for m in measures]
    figures = [[table.figures[key, m.name] for key in table.keys] for m in measures]
    widths = [_width([heading]) for heading in headings[: len(labels)]]
    widths = [max(width, _width([*names.values()])) for width, names in zip(widths, labels, strict=True)]
    _lay_out(sheet, [*widths, *(_width([figure.text for figure in column]) for column in figures)], when)
    sheet.freeze_panes = f"{get_column_letter(len(labels) + 1)}2"
    sheet.print_title_rows = "1:1"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(table.keys) + 1}"
    sheet.oddHeader.left.text = table.contract.title_ja.replace("&", "&&")
    sheet.append([_text(sheet, heading, is_heading=True) for heading in headings])
    cells = _Cells(sheet, table)
    present = set(table.keys)
    for key in product(*labels):
        if key in present:
            shown = [names[code] for names, code in zip(labels, key, strict=True)]
            sheet.append(cells.row(shown, key, [table.figures[key, m.name] for m in measures]))


class _Cells:
    """The formatted cells of a sheet. A row is written as soon as it is appended, so one cell serves all rows."""

    def __init__(self, sheet: WriteOnlyWorksheet, table: ReleasedTable) -> None:
        self._labels = [{depth: _indented(sheet, depth) for _, depth in codes.as_read} for codes in table.code_lists]
        self._depths = [dict(codes.as_read) for codes in table.code_lists]
        measures = table.contract.measures
        self._numbers = [
            {mark: _number(sheet, number_format(m.decimals, mark)) for mark in ("", REVISED)} for m in measures
        ]
        self._masked = _symbol(sheet, MASKED_FILL)
        self._symbol = _symbol(sheet, None)

    def row(self, shown: Sequence[str], key: Sequence[str], figures: Sequence[Figure]) -> Iterator[WriteOnlyCell]:
        """Labels and figures in their cells, each to be written before the next is asked for."""
        for place, (label, code) in enumerate(zip(shown, key, strict=True)):
            yield _filled(self._labels[place][self._depths[place][code]], label)
        for figure, numbers in zip(figures, self._numbers, strict=True):
            if figure.value is not None:
                yield _filled(numbers[figure.mark], figure.value)
            else:
                yield _filled(self._masked if figure.flag == MASKED else self._symbol, figure.text)


def _filled(cell: WriteOnlyCell, value: str | int | Decimal) -> WriteOnlyCell:
    cell.value = value
    return cell


def _labels(codes: CodeList) -> dict[str, str]:
    """The label per code as it is read; with the code where two codes have the same label."""
    labels = codes.labels_ja
    shown = list(labels.values())
    return {c: labels[c] if shown.count(labels[c]) == 1 else f"{labels[c]}（{c}）" for c, _ in codes.as_read}


def _lay_out(sheet: WriteOnlyWorksheet, widths: Sequence[int], when: str) -> None:
    """A4 on its side, all columns on one page across, the page number at the foot."""
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddHeader.right.text = when
    sheet.oddFooter.center.text = "&P / &N"


def _width(texts: Sequence[str]) -> int:
    """Characters of a column; a Japanese letter is as wide as two digits."""
    longest = max((sum(1 if ord(letter) < FIRST_WIDE else 2 for letter in text) for text in texts), default=0)
    return min(WIDEST, max(NARROWEST, longest + 3))


def _text(sheet: WriteOnlyWorksheet, text: str, *, is_heading: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, text)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if is_heading:
        cell.font, cell.fill = Font(bold=True), HEADING_FILL
    return cell


def _indented(sheet: WriteOnlyWorksheet, depth: int) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell.alignment = Alignment(indent=depth)
    return cell


def _number(sheet: WriteOnlyWorksheet, shown_as: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell.number_format = shown_as
    return cell


def _symbol(sheet: WriteOnlyWorksheet, fill: PatternFill | None) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell.alignment = Alignment(horizontal="right")
    if fill is not None:
        cell.fill = fill
    return cell
