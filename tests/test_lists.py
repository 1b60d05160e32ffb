"""Officers' lists: each agrees with its mart and says so, is for its owner only, and no cell of it is a formula.

On the small city after its refresh; what changes the warehouse works on a copy. Does not test the figures of the marts.
"""

from __future__ import annotations

import csv
import re
import shutil
import stat
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from marts.lists.choice import Asked
from marts.lists.declaration import DEBTOR, load_declarations
from marts.lists.query import PROTECTED, columns_of
from marts.lists.write import EXCEL, WrittenList, write_list
from orchestration.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refreshed_city import RefreshedCity

LISTS = load_declarations()
EVERYTHING = Asked()


@pytest.fixture
def copied(refreshed_city: RefreshedCity, tmp_path: Path) -> Home:
    """A home with a copy of the city's warehouse, to change it."""
    home = Home(tmp_path / "home").create()
    shutil.copyfile(refreshed_city.home.warehouse, home.warehouse)
    return home


@pytest.fixture(scope="module")
def own(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of this file with the city's warehouse; lists are written into it, the warehouse stays as it is."""
    home = Home(tmp_path_factory.mktemp("lists") / "home").create()
    home.warehouse.symlink_to(refreshed_city.home.warehouse)
    return home


def changed(home: Home, statement: str) -> None:
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(statement)


def a_debtor(home: Home) -> str:
    """A debtor with several instalments."""
    query = "select addressee_key from fct_debtors order by instalment_count desc, addressee_key limit 1"
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row
    return str(row[0])


def written(home: Home, name: str, asked: Asked = EVERYTHING, file_format: str = "csv") -> WrittenList:
    choice = LISTS[name].choice
    if choice and choice.kind == DEBTOR and asked == EVERYTHING:
        asked = Asked(debtor=a_debtor(home))
    return write_list(home, LISTS[name], asked, target=(file_format, None))


def csv_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


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


def test_a_protected_person_has_no_name_and_no_address(copied: Home) -> None:
    changed(copied, f"update dim_addressee set is_protected = true where addressee_key = '{a_debtor(copied)}'")
    assert csv_rows(written(copied, "debtor_statement").path)[1][1:3] == [PROTECTED, PROTECTED]


def test_a_list_that_does_not_agree_says_so_and_exits_1(
    copied: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(copied, "update fct_debtors set instalment_count = instalment_count + 1")
    assert command(copied, monkeypatch, "prescription_ahead") == 1
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert "と不一致（一覧 " in last_line
    assert csv_rows(next(copied.lists.glob("*.csv")))[-1][0] == last_line


def command(home: Home, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """The exit code of ``osamari list`` with these arguments."""
    monkeypatch.setenv("OSAMARI_HOME", str(home.root))
    monkeypatch.setattr("sys.argv", ["osamari", "list", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_another_day_is_refused_with_the_command_that_helps(
    own: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(own, monkeypatch, "refunds", "--as-of", "2026-04-30") == 2
    assert "osamari refresh --as-of 2026-04-30" in capsys.readouterr().err
    assert command(own, monkeypatch, "refunds", "--as-of", "2026-05-31") == 0


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_without_a_name_all_lists_are_told(
    tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(Home(tmp_path), monkeypatch, *arguments) == 0
    told = capsys.readouterr().out
    assert all(re.search(rf"^{name} +{LISTS[name].title}: ", told, re.MULTILINE) for name in LISTS)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("no_such_list",), "There are: "),
        (("refunds", "--months", "3"), "It takes --from, --to."),
        (("debtor_statement",), "--debtor KEY"),
        (("daily_receipts", "--from", "2026-05-02", "--to", "2026-05-01"), "earlier day"),
        (("refunds", "--as-of", "31.5.2026"), "YYYY-MM-DD"),
        (("refunds", "--out", "/nowhere/at/all/refunds.csv"), "name another file"),
    ],
)
def test_wrong_use_is_told_with_its_remedy(
    own: Home,
    arguments: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(own, monkeypatch, *arguments) == 2
    assert told in capsys.readouterr().err


def test_an_unknown_debtor_and_an_empty_home_are_refused(own: Home, tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match="Nobody with that key"):
        written(own, "debtor_statement", Asked(debtor="A0"))
    with pytest.raises(DataRefused, match="Nothing has been computed"):
        written(Home(tmp_path), "refunds")


def test_a_failed_list_leaves_the_earlier_one_as_it_was(copied: Home) -> None:
    path = written(copied, "refunds").path
    before = path.read_bytes()
    changed(copied, "drop view list_refunds")
    with pytest.raises(DataRefused, match="does not hold"):
        written(copied, "refunds")
    assert path.read_bytes() == before
    assert [p.name for p in copied.lists.iterdir()] == [path.name]


def test_a_declaration_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_lists.yml").write_text(
        "version: 2\nmodels:\n- name: list_x\n  description: d\n  config: {meta: {title: t, has_names: true,"
        " order_by: [a], totals: [a], mart: m, control: select 1}}\n"
        "  columns: [{name: a, data_type: bigint, description: h}]\n"
    )
    with pytest.raises(ConfigurationError, match="columns lack addressee_key"):
        load_declarations(tmp_path)
