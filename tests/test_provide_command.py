"""What ``osamari provide`` says, and with which exit code: answered 0, refused 1, wrong use 2, each with its remedy.

Does not test what is answered; see test_provision.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from orchestration.access.account import current_account
from orchestration.access.users import Registration, add_user
from orchestration.cli import main
from tests.provision_city import table_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home
    from tests.provision_city import ProvidedCity

ASK = ("--requester", "072010", "--rule", "public_dues.1", "--purpose", "公課の徴収", "--items")


@pytest.fixture
def home(provided: ProvidedCity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose provisions may be changed, which the command finds; its owner may provide."""
    home = provided.copy_to(tmp_path / "home")
    me, roles = current_account(home), ("administrator", "provision_officer")
    add_user(home, Registration(me, "提供担当", "収納課", roles, date(2020, 4, 1)), me, "2020-04-01T09:00:00+09:00")
    monkeypatch.setenv("OSAMARI_HOME", str(home.root))
    return home


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """The exit code of ``osamari provide`` with these arguments."""
    monkeypatch.setattr("sys.argv", ["osamari", "provide", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_one_inquiry_by_hand(
    home: Home, provided: ProvidedCity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = provided.city.codes["paid_1"]
    assert command(monkeypatch, "answer", "C-1", *ASK, "氏名,納付状況", "--addressee", code) == 0
    told = capsys.readouterr().out
    assert "C-1  提供" in told
    assert (home.provisions / "answers" / "C-1.html").exists()
    assert command(monkeypatch, "show", "C-1") == 0
    assert "納付状況 完納" in capsys.readouterr().out
    assert command(monkeypatch, "verify") == 0


@pytest.mark.usefixtures("home")
def test_four_items_by_hand(provided: ProvidedCity, monkeypatch: pytest.MonkeyPatch) -> None:
    person = provided.city.people["paid_1"]
    named = ("--name", person.full_name, "--address", person.address, "--birth-date", str(person.birth_date))
    assert command(monkeypatch, "answer", "C-2", *ASK, "payment_state", *named, "--sex", person.sex) == 0


@pytest.mark.usefixtures("home")
def test_a_refusal_says_cause_and_remedy_and_exits_1(
    provided: ProvidedCity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = provided.city.codes["paid_1"]
    assert command(monkeypatch, "answer", "C-3", *ASK, "name,birth_date", "--addressee", code) == 1
    told = capsys.readouterr()
    assert "C-3  不提供" in told.out
    assert "the rule does not permit" in told.err
    assert "osamari provide rules" in told.err
    assert code not in told.out + told.err


@pytest.mark.usefixtures("home")
def test_who_is_protected_waits_and_an_officer_decides(
    provided: ProvidedCity, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = provided.city.codes["dv_1"]
    assert command(monkeypatch, "answer", "C-4", *ASK, "name,address", "--addressee", code) == 0
    told = capsys.readouterr()
    assert "C-4  判断待ち" in told.out
    assert "osamari provide decide" in told.err
    assert command(monkeypatch, "waiting") == 0
    assert "C-4" in capsys.readouterr().out
    assert (
        command(monkeypatch, "decide", "C-4", "--decision", "answer", "--reason", "確認済", "--withhold", "住所") == 0
    )
    assert command(monkeypatch, "decide", "C-4", "--decision", "refuse", "--reason", "確認済") == 1


@pytest.mark.usefixtures("home")
def test_a_file_of_inquiries(
    provided: ProvidedCity,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    codes = provided.city.codes
    headings = "照会番号,照会者番号,根拠,利用目的,照会項目,基準日,宛名番号,氏名,住所,生年月日,性別,区分"
    ask = "housing,housing_payment.1,市営住宅の管理,氏名|納付状況,"
    lines = [f"F-{n},{ask},{codes[part]},,,,,tenant" for n, part in enumerate(("paid_1", "debtor_1", "dv_1", "nobody"))]
    path = tmp_path / "inquiries.csv"
    path.write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
    assert command(monkeypatch, "batch", str(path)) == 1
    told = [line for line in capsys.readouterr().out.splitlines() if line.startswith("F-")]
    assert [line.split("  ")[1] for line in told] == ["提供", "提供", "判断待ち", "不提供"]
    path.write_text(headings.replace("性別", "性"), encoding="utf-8")
    assert command(monkeypatch, "batch", str(path)) == 1


def test_register_copy_and_expiry(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(monkeypatch, "log", "--from", "2026-06-01", "--to", "2026-06-01") == 0
    assert "不提供" in capsys.readouterr().out
    copy = str(tmp_path / "copy.csv")
    assert command(monkeypatch, "export", "--out", copy, "--purpose", "audit") == 0
    assert command(monkeypatch, "compare", copy) == 0
    assert command(monkeypatch, "expire", "--as-of", "2030-01-01") == 0
    assert "判断待ち 15 件" in capsys.readouterr().out
    register = home.provisions / "register.jsonl"
    register.write_text(register.read_text(encoding="utf-8").replace("officer-1", "officer-2", 1), encoding="utf-8")
    assert command(monkeypatch, "verify") == 1
    assert "register.jsonl, line 1: the chain is broken" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("answer", "../../x", *ASK, "name"), "Write it like 2026-101"),
        (("answer", "C-9", *ASK, "name", "--as-of", "31.5.2026"), "YYYY-MM-DD"),
        (("decide", "T001", "--decision", "maybe", "--reason", "x"), "is not one of"),
        (("expire",), "--as-of"),
    ],
)
@pytest.mark.usefixtures("home")
def test_wrong_use_exits_2(
    arguments: tuple[str, ...],
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(monkeypatch, *arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.usefixtures("home")
def test_the_permitted_list_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(monkeypatch, "rules") == 0
    told = capsys.readouterr().out
    rules = {row["legal_basis"] for row in table_rows() if row["cause"] == "" and ".1" in row["legal_basis"]}
    assert all(rule in told for rule in rules)
    assert command(monkeypatch, "rules", "--items") == 0
