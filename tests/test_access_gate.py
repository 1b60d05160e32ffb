"""What the gate lets in and what it writes down: before, after, on refusal, and never a value of a person.

Does not test who may run what; see test_access_rights.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING

import click
import pytest

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.hash_chain import ChainBroken
from ingestion.home import Home
from orchestration.access import access_log, copies
from orchestration.access.gate import opened
from orchestration.access.policy import load_policy
from orchestration.access.purpose import stated_purpose
from orchestration.access.recorded_arguments import OTHER_FORM, recorded
from orchestration.access.refusals import NotPermitted
from orchestration.access.users import Registration, add_user
from orchestration.access.verify import verify_records

if TYPE_CHECKING:
    from pathlib import Path

    from orchestration.access.access_log import Entry

LONG_AGO = dt.date(2020, 4, 1)
THEN = "2020-04-01T09:00:00+09:00"
NAME = "山田太郎"
NUMBER = "123456789018"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home in which sato is a collector and works."""
    made = Home(tmp_path / "home").create()
    add_user(
        made, Registration("sato", "佐藤", "収納課", ("collector",), LONG_AGO), "admin", "2020-04-01T09:00:00+09:00"
    )
    monkeypatch.setattr("orchestration.access.gate.current_account", lambda _: "sato")
    return made


def log(home: Home) -> list[Entry]:
    return list(access_log.entries(home))


def test_an_access_is_written_before_it_shows_anything_and_closed_with_its_rows(home: Home) -> None:
    with opened(home, "list", {"name": "refunds", "at_least": 5}, "refund:R8-12") as access:
        [begun] = log(home)
        access.rows(3)
        access.rows(4)
    [entry] = log(home)
    assert (begun.outcome, entry.outcome) == ("unfinished", "done")
    assert (entry.account, entry.command, entry.purpose, entry.rows) == ("sato", "list", "refund:R8-12", 7)
    assert entry.objects == {"name": "refunds", "at_least": "5"}
    assert (access.account, access.purpose_label) == ("sato", "還付・充当")


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (DataRefused("no such debtor"), "refused"),
        (click.UsageError("wrong"), "refused"),
        (click.exceptions.Exit(1), "done"),
        (KeyboardInterrupt(), "failed"),
        (ZeroDivisionError(), "failed"),
    ],
)
def test_every_end_is_written_down(home: Home, ending: BaseException, outcome: str) -> None:
    with pytest.raises(type(ending)), opened(home, "list", {}, "collection"):
        raise ending
    assert [entry.outcome for entry in log(home)] == [outcome]


@pytest.mark.parametrize(
    ("command", "purpose", "reason"),
    [
        ("refresh", None, "no_role"),
        ("list", None, "no_purpose"),
        ("list", "  ", "no_purpose"),
        ("list", "backup", "other_purpose"),
        ("list", NAME, "other_purpose"),
        ("list", f"collection:{NAME}", "other_purpose"),
        ("list", "collection:tanaka", "other_purpose"),
        ("list", f"collection:{NUMBER}", "other_purpose"),
        ("list", "collection:024-924-2081", "other_purpose"),
        ("list --show-protected", "collection", "other_purpose"),
    ],
)
def test_a_refusal_is_told_and_recorded_and_nothing_runs(
    home: Home, command: str, purpose: str | None, reason: str
) -> None:
    with pytest.raises(NotPermitted) as refused, opened(home, command, {"name": "refunds"}, purpose):
        pytest.fail("it ran")
    [entry] = log(home)
    assert (entry.account, entry.command, entry.outcome, entry.reason) == ("sato", command, "refused", reason)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "stated", ["collection", "滞納整理・納付相談", "collection:R7-123", "滞納整理・納付相談：2026-5"]
)
def test_a_purpose_is_a_code_or_its_label_with_a_documents_number(stated: str) -> None:
    purpose = stated_purpose(load_policy(), load_policy().rule("list"), stated)
    assert purpose.code == "collection"
    assert str(purpose) in {"collection", "collection:R7-123", "collection:2026-5"}


def test_a_purpose_is_asked_for_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.prompt", lambda *_, **__: "refund")
    assert stated_purpose(load_policy(), load_policy().rule("list"), None).code == "refund"
    assert stated_purpose(load_policy(), load_policy().rule("explain"), None).code == ""
    assert stated_purpose(load_policy(), load_policy().rule("provide answer"), None).code == "inquiry"


@pytest.mark.parametrize("typed", [NAME, NUMBER, "tanaka", "郡山市朝日一丁目23-7", "2026-06-01 x", "A12"])
def test_what_is_typed_where_something_else_belongs_is_not_recorded(typed: str) -> None:
    kinds = {"a": "pseudonym", "b": "day", "c": "count", "d": "list_name", "e": "release_id"}
    assert set(recorded(kinds, dict.fromkeys(kinds, typed)).values()) == {OTHER_FORM}
    assert recorded({}, {"name": typed}) == {}


def test_nothing_runs_when_the_log_cannot_be_written(home: Home) -> None:
    access_log.log_of(home).path.mkdir()
    with pytest.raises(ConfigurationError, match="cannot be read or written"), opened(home, "list", {}, "refund"):
        pytest.fail("it ran")


def test_nothing_runs_behind_a_log_whose_end_was_cut_off(home: Home) -> None:
    for _ in range(2):
        with opened(home, "list", {}, "refund"):
            pass
    path = access_log.log_of(home).path
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(ChainBroken), opened(home, "list", {}, "refund"):
        pytest.fail("it ran")


@pytest.mark.parametrize("record", ["users", "access", "copies"])
@pytest.mark.parametrize(("old", "new"), [("sato", "kato"), ("collect", "correct")])
def test_one_changed_word_in_any_record_is_found(home: Home, record: str, old: str, new: str) -> None:
    with opened(home, "list", {}, "collection") as access:
        (home.lists / "refunds.csv").write_text("x")
        access.export(home.lists / "refunds.csv", "list", 1)
    assert len(verify_records(home)) == 3
    path = home.access / f"{record}.jsonl"
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    with pytest.raises(ChainBroken, match=rf"{record}\.jsonl, (line 1|last line)\b"):
        verify_records(home)


def test_a_head_that_was_noted_must_still_be_there(home: Home) -> None:
    with opened(home, "list", {}, "collection"):
        pass
    noted = [line.split("  ")[-1] for line in verify_records(home)]
    with opened(home, "list", {}, "collection"):
        pass
    verify_records(home, noted)
    for path in home.access.glob("access.*"):
        path.unlink()
    for _ in range(3):
        with opened(home, "list", {}, "refund"):
            pass
    assert len(verify_records(home)) == 3
    with pytest.raises(ChainBroken, match="noted"):
        verify_records(home, noted)
    with pytest.raises(ConfigurationError, match="no record"):
        verify_records(home, ["other=1:00"])


def test_copies_are_numbered_with_digest_rows_and_access(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    (home.lists / "refunds.csv").write_bytes("氏名\r\n".encode())
    folder = home.root.parent / "exported"
    folder.mkdir()
    for name in ("b.csv", "a.csv"):
        (folder / name).write_text(name)
    with opened(home, "list", {}, "collection") as access:
        access.rows(12)
        first = access.export(home.lists / "refunds.csv", "list")
        second = access.export(folder, "quarantine", 0, is_own_name=False)
    copy, other = copies.register_of(home).lines()
    assert (first, second) == (1, 2) == tuple(log(home)[0].copies)
    assert (copy["file"], copy["rows"], copy["account"]) == ("lists/refunds.csv", 12, "sato")
    assert (copy["access"], copy["purpose"]) == (log(home)[0].number, "collection")
    assert copy["sha256"] == hashlib.sha256("氏名\r\n".encode()).hexdigest()
    assert (other["file"], other["file_count"]) == ("(outside the home)", 2)
    assert "写し番号 1  一覧" in capsys.readouterr().out


def test_a_name_that_an_officer_gave_a_file_is_not_in_the_register(home: Home) -> None:
    for path in (home.lists / f"{NAME}.csv", home.lists / "tanaka.csv", home.root.parent / f"{NAME}.csv"):
        path.write_text("x")
        with opened(home, "list", {}, "collection") as access:
            access.export(path, "list", 1, is_own_name=False)
    assert [line["file"] for line in copies.register_of(home).lines()] == ["lists/", "lists/", copies.OUTSIDE]


def test_a_copy_that_cannot_be_registered_is_removed(home: Home) -> None:
    copies.register_of(home).path.mkdir()
    path = home.lists / "refunds.csv"
    path.write_text("x")
    with pytest.raises(ConfigurationError), opened(home, "list", {}, "collection") as access:
        access.export(path, "list", 1)
    assert not path.exists()
    assert [entry.outcome for entry in log(home)] == ["refused"]


def test_the_end_of_a_copy_is_recorded_once(home: Home) -> None:
    (home.lists / "refunds.csv").write_text("x")
    with opened(home, "list", {}, "collection") as access:
        number = access.export(home.lists / "refunds.csv", "list", 1)
    copies.record_end(home, number, "destroyed", "sato", THEN)
    for wrong, told in ((number, "recorded already"), (99, "no copy 99"), (2, "no copy 2")):
        with pytest.raises(ConfigurationError, match=told):
            copies.record_end(home, wrong, "destroyed", "sato", THEN)


def test_the_log_is_asked_by_day_and_account(home: Home) -> None:
    body = {"kind": access_log.REFUSED, "command": "list", "outcome": "refused"}
    for day, account in (("2026-04-01", "sato"), ("2026-04-02", "kato"), ("2026-04-03", "sato")):
        access_log.write(home, {**body, "account": account, "at": f"{day}T09:00:00+09:00"})
    found = access_log.entries(home, "2026-04-02", "2026-04-03", "sato")
    assert [entry.number for entry in found] == [3]
    assert [entry.number for entry in access_log.entries(home, last_day="2026-04-02")] == [1, 2]
