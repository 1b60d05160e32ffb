"""The workbook of a release: what officers find in it, and that it holds the released figures and no others."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from marts.certificate import Setting
from marts.fixed_workbook import CORE_PROPERTIES
from marts.released_table import LEGEND, MASKED, NOT_AVAILABLE, REVISED, Figure
from marts.workbook import LEGEND_SHEET, number_format, workbook_bytes
from tests.statistics_warehouse import AS_OF, LAW_VERSION

if TYPE_CHECKING:
    from openpyxl import Workbook

    from marts.released_table import ReleasedTable

RELEASE_ID = f"{AS_OF}.1"
SETTING = Setting(AS_OF, "072036", LAW_VERSION, "f" * 64, ())


@pytest.fixture(scope="module")
def content(released: dict[str, ReleasedTable]) -> bytes:
    """The workbook of all tables."""
    return workbook_bytes(RELEASE_ID, SETTING, list(released.values()))


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    """The workbook as a reader opens it."""
    return openpyxl.load_workbook(io.BytesIO(content))


def test_one_table_a_sheet_after_the_legend(book: Workbook, released: dict[str, ReleasedTable]) -> None:
    assert book.sheetnames[0] == LEGEND_SHEET
    assert len(book.sheetnames) == 1 + len(released)
    assert [table.contract.title_ja for table in released.values()] == book.sheetnames[1:]
    legend = [[cell for cell in row if cell is not None] for row in book[LEGEND_SHEET].iter_rows(values_only=True)]
    assert [list(pair) for pair in LEGEND] == [row for row in legend if row and row[0] in dict(LEGEND)]
    assert ["公表番号", RELEASE_ID] in legend


def test_every_cell_is_the_released_figure(book: Workbook, released: dict[str, ReleasedTable]) -> None:
    for table in released.values():
        codes = {c.name: {label.strip(): code for code, label in c.labels_ja.items()} for c in table.code_lists}
        sheet, width, seen = book[table.contract.title_ja], len(table.code_lists), set()
        for row in sheet.iter_rows(min_row=2, values_only=True):
            key = tuple(names[label] for names, label in zip(codes.values(), row[:width], strict=True))
            seen.add(key)
            for measure, value in zip(table.contract.measures, row[width:], strict=True):
                figure = table.figures[key, measure.name]
                if figure.value is None:
                    assert value == {MASKED: "x", NOT_AVAILABLE: "…"}[figure.flag]
                else:
                    assert isinstance(value, int | float)
                    assert Decimal(str(value)) == figure.value
        assert seen == set(table.keys)


def test_headings_are_frozen_and_repeated_on_a4_lying_without_formulas_or_merged_cells(book: Workbook) -> None:
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert not sheet.merged_cells.ranges
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes.endswith("2")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.auto_filter.ref.startswith("A1:")


def test_parts_are_set_in_under_their_whole_and_masked_cells_are_hatched(book: Workbook) -> None:
    sheet = book["処分状況別の滞納"] if "処分状況別の滞納" in book.sheetnames else book.worksheets[3]
    indents = {row[0].value: row[0].alignment.indent for row in sheet.iter_rows(min_row=2)}
    assert set(indents.values()) == {0, 1}
    masked = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == "x"]
    assert masked
    assert {cell.fill.patternType for cell in masked} == {"lightUp"}


def test_numbers_are_read_as_officers_write_them() -> None:
    assert number_format(0) == '#,##0;"△"#,##0;"-"'
    assert number_format(0, "r") == '"r "#,##0;"r △"#,##0;"r -"'
    assert number_format(1) == '#,##0.0;"△"#,##0.0;#,##0.0', "a rate of nil is a rate"


def test_the_same_figures_give_the_same_bytes_whatever_the_clock(
    content: bytes, released: dict[str, ReleasedTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime(2031, 1, 2, 3, 4, 6, tzinfo=UTC)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # noqa: ARG003 - as openpyxl asks
            return later

    monkeypatch.setattr("openpyxl.packaging.core.datetime.datetime", Clock)
    monkeypatch.setattr("time.localtime", lambda *_: later.timetuple())
    assert workbook_bytes(RELEASE_ID, SETTING, list(released.values())) == content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 5, 31, 0, 0, 0)}
        assert b"2026-05-31T00:00:00Z</dcterms:modified>" in archive.read(CORE_PROPERTIES)


def test_a_revised_figure_is_a_number_with_an_r_before_it(released: dict[str, ReleasedTable]) -> None:
    table = released["dispositions"]
    place = (("T", "2024"), "seizure_count")
    revised = replace(table, figures={**table.figures, place: Figure(77, REVISED)})
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(RELEASE_ID, SETTING, [revised])))
    (cell,) = [c for row in book.worksheets[1].iter_rows() for c in row if c.value == 77 and '"r "' in c.number_format]
    assert cell.data_type == "n"


def test_titles_that_excel_refuses_or_that_are_equal_still_get_a_sheet(released: dict[str, ReleasedTable]) -> None:
    table = released["dispositions"]
    titled = [replace(table, contract=replace(table.contract, title_ja="財産/種類" * 12)) for _ in range(2)]
    names = openpyxl.load_workbook(io.BytesIO(workbook_bytes(RELEASE_ID, SETTING, titled))).sheetnames[1:]
    assert len(set(names)) == 2
    assert all(len(name) <= 31 and "/" not in name for name in names)


def test_equal_labels_of_one_dimension_are_told_apart_by_their_code(released: dict[str, ReleasedTable]) -> None:
    table = released["dispositions"]
    kinds = table.code_lists[0]
    alike = replace(kinds, codes=tuple(replace(code, label_ja="財産") for code in kinds.codes))
    content = workbook_bytes(RELEASE_ID, SETTING, [replace(table, code_lists=(alike, *table.code_lists[1:]))])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == {
        *(f"財産（{code.code}）" for code in kinds.codes),
        "計",
    }
