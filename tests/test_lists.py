"""Officers' lists: each agrees with its mart and says so, is for its owner only, and no cell of it is a formula.

On the small city after its refresh; what changes the warehouse works on a copy. Does not test the figures of the marts,
nor what the command says to wrong use; see test_lists_command.
"""

from __future__ import annotations

import shutil
import stat
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from ingestion.errors import ConfigurationError
from ingestion.home import Home
from ingestion.protected_list import COLUMNS, protected_keys
from marts.lists.choice import Asked
from marts.lists.excel_file import ExcelFile
from marts.lists.query import PROTECTED, columns_of
from marts.lists.write import EXCEL
from tests.written_lists import LISTS, a_debtor, changed, csv_rows, written

if TYPE_CHECKING:
    from pathlib import Path

    from marts.lists.write import WrittenList
    from tests.refreshed_city import RefreshedCity


def excel_rows(path: Path) -> list[list[str]]:
    """The cells of the sheet as a CSV would have them."""
    [sheet] = openpyxl.load_workbook(path).worksheets
    return [[as_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return value.date().isoformat() if isinstance(value, datetime) else str(value)


@pytest.mark.parametrize("name", LISTS)
def test_every_list_agrees_with_its_mart_and_says_so(own: Home, name: str) -> None:
    done = written(own, name)
    rows = csv_rows(done.path)
    assert done.is_equal
    assert rows[-1][0] == done.last_line
    assert LISTS[name].mart in done.last_line
    assert done.last_line.endswith("と一致")
    assert rows[0] == [column.heading for column in columns_of(LISTS[name])]
    assert len(rows) == done.row_count + 2


@pytest.mark.parametrize("name", ["daily_receipts", "debtor_statement", "prescription_ahead", "refunds"])
def test_the_workbook_holds_what_the_csv_holds(own: Home, name: str) -> None:
    rows = csv_rows(written(own, name).path)
    workbook = excel_rows(written(own, name, file_format=EXCEL).path)
    assert len(rows) > 10
    assert workbook == rows


def test_the_workbook_has_dates_thousands_frozen_headings_and_its_title(own: Home) -> None:
    [sheet] = openpyxl.load_workbook(written(own, "debtor_statement", file_format=EXCEL).path).worksheets
    headings = [cell.value for cell in sheet[1]]
    due, owed = sheet[2][headings.index("納期限")], sheet[2][headings.index("未納額計")]
    assert sheet.title == "滞納明細書"
    assert sheet.freeze_panes == "A2"
    assert isinstance(due.value, datetime)
    assert due.number_format == "yyyy-mm-dd"
    assert isinstance(owed.value, int)
    assert owed.number_format == "#,##0"


@pytest.mark.parametrize("file_format", ["csv", EXCEL])
def test_the_same_list_has_the_same_bytes(own: Home, file_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = written(own, "prescription_ahead", file_format=file_format).path.read_bytes()
    monkeypatch.setattr("time.time", lambda: 1_900_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2030, 3, 17, 1, 2, 3, 6, 76, 0))
    assert written(own, "prescription_ahead", file_format=file_format).path.read_bytes() == first


def test_a_csv_opens_in_excel_as_it_is(own: Home) -> None:
    content = written(own, "daily_receipts").path.read_bytes()
    assert content.startswith("\ufeff収入日".encode())
    assert content.count(b"\n") == content.count(b"\r\n")


def test_lists_are_for_their_owner_only(own: Home) -> None:
    path = written(own, "refunds").path
    assert path.parent == own.lists
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_rows_of_an_unfinished_workbook_stay_in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room, elsewhere = tmp_path / "room", tmp_path / "elsewhere"
    room.mkdir()
    elsewhere.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(elsewhere))
    file = ExcelFile(room / "list.xlsx", columns_of(LISTS["refunds"]), "還付充当一覧", date(2026, 5, 31))
    file.add([[None] * len(columns_of(LISTS["refunds"]))] * 1000)
    assert [stat.S_IMODE(path.stat().st_mode) for path in room.iterdir()] == [0o600]
    assert list(elsewhere.iterdir()) == []
    file.abandon()


def test_the_statement_names_its_debtor_and_nobody_else(own: Home) -> None:
    rows = csv_rows(written(own, "debtor_statement").path)[1:-1]
    assert {row[3] for row in rows} == {a_debtor(own)}
    assert all(row[0] and row[1] and row[2] for row in rows)


def test_what_was_not_asked_for_is_counted_on_the_last_line(own: Home) -> None:
    everything = written(own, "large_debtors", Asked(at_least_yen=0))
    some = written(own, "large_debtors", Asked(at_least_yen=100_000))
    assert 0 < some.row_count < everything.row_count
    assert f"ほか {everything.row_count - some.row_count:,} 件" in some.last_line
    assert some.is_equal
    assert everything.is_equal


def test_a_period_takes_both_of_its_days(own: Home) -> None:
    days = {row[0] for row in csv_rows(written(own, "daily_receipts", Asked(from_date=date(2025, 4, 1))).path)[1:-1]}
    first, last = sorted(days)[3], sorted(days)[9]
    asked = Asked(from_date=date.fromisoformat(first), to_date=date.fromisoformat(last))
    found = {row[0] for row in csv_rows(written(own, "daily_receipts", asked).path)[1:-1]}
    assert found == {day for day in days if first <= day <= last}


@pytest.mark.parametrize("text", ["=1+1", "+81", "-1", "@SUM(A1)", " =1+1", "\t=1+1", "＝1+1"])
def test_a_name_is_never_computed_by_a_spreadsheet(copied: Home, text: str) -> None:
    changed(copied, f"update raw_addressee set basic_full_name_kanji = '{text}'")
    assert csv_rows(written(copied, "debtor_statement").path)[1][1] == f"'{text}"
    [sheet] = openpyxl.load_workbook(written(copied, "debtor_statement", file_format=EXCEL).path).worksheets
    assert (sheet["B2"].value, sheet["B2"].data_type) == (f"'{text}", "s")


def names_in(done: WrittenList) -> list[str]:
    """Name and address of the first row."""
    return csv_rows(done.path)[1][1:3]


def test_a_protected_person_has_no_name_and_no_address_unless_that_is_permitted(copied: Home) -> None:
    changed(copied, f"update dim_addressee set is_protected = true where addressee_key = '{a_debtor(copied)}'")
    assert names_in(written(copied, "debtor_statement")) == [PROTECTED, PROTECTED]
    shown = names_in(written(copied, "debtor_statement", Asked(debtor=a_debtor(copied), shows_protected=True)))
    assert all(shown)
    assert PROTECTED not in shown


def list_of_protected(home: Home, *lines: str) -> None:
    """The city's own list with these lines, for its owner only."""
    home.protected_list.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    home.protected_list.chmod(0o600)


@pytest.mark.parametrize(
    ("days", "hidden_count"),
    [("2020-04-01,", 2), ("2020-04-01,2026-05-31", 2), ("2027-04-01,", 2), ("2020-04-01,2026-05-30", 0)],
)
def test_the_citys_own_list_protects_until_its_last_day(
    refreshed_city: RefreshedCity, tmp_path: Path, days: str, hidden_count: int
) -> None:
    home = Home(tmp_path / "home").create()
    home.warehouse.symlink_to(refreshed_city.home.warehouse)
    shutil.copytree(refreshed_city.home.keys, home.keys, dirs_exist_ok=True)
    code = csv_rows(written(home, "debtor_statement").path)[1][0]
    list_of_protected(home, f"{code},{days},市民課", "no such code,2020-04-01,,市民課")
    done = written(home, "debtor_statement")
    assert names_in(done).count(PROTECTED) == hidden_count
    assert done.unknown_protected_count == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1,2026-04-01,市民課", "line 2: 3 cells"),
        ("1,2026-04-01,,", "source is empty"),
        (",2026-04-01,,市民課", "addressee_code or source is empty"),
        ("1,R8.4.1,,市民課", "a day is wrong"),
        ("1,2026-04-01,2026-03-31,市民課", "before valid_from"),
    ],
)
def test_a_list_of_protected_people_that_is_wrong_is_refused(tmp_path: Path, line: str, told: str) -> None:
    home = Home(tmp_path).create()
    list_of_protected(home, line)
    with pytest.raises(ConfigurationError, match=told):
        protected_keys(home, date(2026, 5, 31))


def test_a_list_of_protected_people_is_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    list_of_protected(home)
    assert protected_keys(home, date(2026, 5, 31)) == frozenset()
    home.protected_list.chmod(0o644)
    with pytest.raises(ConfigurationError, match="read by others"):
        protected_keys(home, date(2026, 5, 31))
