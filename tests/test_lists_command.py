"""What ``osamari list`` says, and with which exit code: no agreement 1, wrong use 2, each with its remedy.

Does not test what stands in the lists; see test_lists.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from marts.lists.choice import Asked
from marts.lists.declaration import load_declarations
from orchestration.cli import main
from tests.written_lists import LISTS, changed, csv_rows, written

if TYPE_CHECKING:
    from pathlib import Path


def test_a_list_that_does_not_agree_says_so_and_exits_1(
    copied: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(copied, "update fct_debtors set instalment_count = instalment_count + 1")
    assert command(copied, monkeypatch, "prescription_ahead") == 1
    last_line = capsys.readouterr().out.splitlines()[-1]
    assert "と不一致（一覧 " in last_line
    assert csv_rows(next(copied.lists.glob("*.csv")))[-1][0] == last_line


def command(home: Home, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """The exit code of ``osamari list`` with these arguments, for the home's owner and a purpose."""
    monkeypatch.setenv("OSAMARI_HOME", str(home.root))
    monkeypatch.setenv("OSAMARI_PURPOSE", "collection")
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


def test_a_list_too_long_for_excel_is_refused_and_leaves_no_rows_behind(
    copied: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("marts.lists.excel_file.MOST_ROWS", 10)
    assert command(copied, monkeypatch, "refunds", "--format", "xlsx") == 1
    assert "Take --format csv." in capsys.readouterr().err
    assert list(copied.lists.glob("*.xlsx")) == []


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
