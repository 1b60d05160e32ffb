"""What happens after an inquiry: an officer decides, answers expire, looks are recorded, tampering is found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.hash_chain import ChainBroken
from marts.provision.decide import Decision, decide
from marts.provision.expire import expire, remove_answers_of
from marts.provision.inquiry import Inquiry, Person
from marts.provision.log import log_lines, register_years
from marts.provision.provide import provide
from marts.provision.register import Register, kept, waiting
from marts.provision.show import view_answer
from marts.provision.verify import verify
from tests.provision_city import officer_on, table_rows

if TYPE_CHECKING:
    from ingestion.home import Home
    from tests.provision_city import ProvidedCity

DAY = officer_on("2026-06-05")
GIVE, REFUSE = "answered", "refused"


@pytest.fixture
def home(provided: ProvidedCity, tmp_path: Path) -> Home:
    """A home whose provisions may be changed; the warehouse is shared and stays as it is."""
    return provided.copy_to(tmp_path / "home")


def row_of(kind: str, requester: str) -> str:
    """Number of the first inquiry of this kind and requester that came out as the table says it should."""
    rows = (row for row in table_rows() if row["kind"] == kind and row["requester_id"] == requester)
    return next(row["inquiry_id"] for row in rows)


def test_an_officer_gives_the_answer_as_of_the_day_it_was_asked(home: Home, provided: ProvidedCity) -> None:
    asked = row_of("protected", "072010")
    outcome = decide(home, asked, Decision(GIVE, "照会元が支援措置を承知と確認", ("住所",)), DAY)
    assert [path.suffix for path in outcome.files] == [".json", ".html"]
    kept_answer = json.loads(outcome.files[0].read_text(encoding="utf-8"))
    person = provided.city.people["dv_1"]
    assert kept_answer["as_of"] == "2026-05-31"
    assert kept_answer["person"] == {"name": person.full_name}
    assert person.address not in outcome.files[1].read_text(encoding="utf-8")
    line = Register(home).lines()[-1]
    assert (line["decision"], line["reason"], line["by"]) == (GIVE, "照会元が支援措置を承知と確認", "officer-1")
    assert "address" not in line["given_items"]
    assert asked not in waiting(Register(home).lines())
    assert verify(home).problems == ()


def test_a_decided_housing_inquiry_has_a_list_of_its_own(home: Home) -> None:
    outcome = decide(home, row_of("protected", "housing"), Decision(GIVE, "本人の同意書"), DAY)
    assert sorted(path.suffix for path in outcome.files) == [".csv", ".json", ".xlsx"]
    assert verify(home).problems == ()


def test_an_officer_refuses_and_nothing_is_written(home: Home) -> None:
    asked = row_of("protected", "072010")
    before = set((home.provisions / "answers").iterdir())
    assert decide(home, asked, Decision(REFUSE, "本人の安全のため"), DAY).files == ()
    assert set((home.provisions / "answers").iterdir()) == before
    assert not (home.provisions / "waiting" / f"{asked}.json").exists()
    with pytest.raises(DataRefused, match=f"No inquiry {asked} waits"):
        decide(home, asked, Decision(GIVE, "やはり提供する"), DAY)
    assert verify(home).problems == ()


@pytest.mark.parametrize(
    ("reason", "withheld", "told"),
    [
        ("  ", (), "needs a reason"),
        ("{name} さんの件", (), "holds a value of the person"),
        ("よい", ("birth_date",), "was not asked for"),
        ("よい", ("overdue_yen",), "Only items about the person"),
    ],
)
def test_a_decision_that_says_too_little_or_too_much(
    home: Home, provided: ProvidedCity, reason: str, withheld: tuple[str, ...], told: str
) -> None:
    name = provided.city.people["dv_1"].full_name.replace("　", " ")
    with pytest.raises(ConfigurationError, match=told):
        decide(home, row_of("protected", "072010"), Decision(GIVE, reason.format(name=name), withheld), DAY)
    assert verify(home).problems == ()
    assert len(waiting(Register(home).lines())) == 15


def test_a_rule_that_has_ended_meanwhile_gives_nothing(home: Home) -> None:
    headings = (home.root / "provision_rules.csv").read_text(encoding="utf-8").splitlines()[0]
    rules = (Path(__file__).parents[1] / "marts/provision/rules.csv").read_text(encoding="utf-8").splitlines()
    ended = next(line for line in rules if line.startswith("public_dues.1")).replace(
        ",2016-01-01,,", ",2016-01-01,2026-06-04,"
    )
    (home.root / "provision_rules.csv").write_text(f"{headings}\n{ended}\n", encoding="utf-8")
    with pytest.raises(DataRefused, match="no longer permits"):
        decide(home, row_of("protected", "072010"), Decision(GIVE, "よい"), DAY)


def test_what_waits_cannot_be_changed_unseen(home: Home) -> None:
    asked = row_of("protected", "072010")
    path = home.provisions / "waiting" / f"{asked}.json"
    path.write_text(path.read_text(encoding="utf-8").replace("overdue_yen", "outstanding_yen"), encoding="utf-8")
    assert verify(home).problems == (f"waiting/{asked}.json: is not what was recorded",)
    with pytest.raises(DataRefused, match="is not what was recorded"):
        decide(home, asked, Decision(GIVE, "よい"), DAY)


def test_one_changed_line_of_the_register_is_found(home: Home) -> None:
    path = home.provisions / "register.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[6] = lines[6].replace('"decision": "answered"', '"decision": "refused"')
    path.write_text("".join(lines), encoding="utf-8")
    for ask in (verify, log_lines):
        with pytest.raises(ChainBroken, match="line 7"):
            ask(home)


@pytest.mark.parametrize("has_line_more", [True, False])
def test_a_register_with_a_line_more_or_less_answers_nothing(
    home: Home, provided: ProvidedCity, *, has_line_more: bool
) -> None:
    path = home.provisions / "register.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    changed = [*lines, '{"event": "inquiry"}\n'] if has_line_more else lines[:-1]
    path.write_text("".join(changed), encoding="utf-8")
    with pytest.raises(ChainBroken):
        verify(home)
    asked = Inquiry("N-1", "072010", "public_dues.1", "公課の徴収", ("name",), Person(provided.city.codes["paid_1"]))
    with pytest.raises(ChainBroken):
        provide(home, [asked], DAY)
    assert not list((home.provisions / "answers").glob("*N-1*"))


def test_changed_missing_and_slipped_in_answers_are_found(home: Home) -> None:
    answers = home.provisions / "answers"
    (answers / "T001.html").write_text("changed", encoding="utf-8")
    (answers / "T002.json").unlink()
    (answers / "T999.json").write_text("{}", encoding="utf-8")
    assert set(verify(home).problems) == {
        "answers/T001.html: is not what was recorded",
        "answers/T002.json: is missing",
        "answers/T999.json: register.jsonl knows nothing of it",
    }


def test_answers_go_when_their_period_is_over(home: Home) -> None:
    """90 days for the platform's rules, 30 for the city's own; the last day of keeping is kept."""
    lines = kept(Register(home).lines())
    short = {one for one, line in lines.items() if line["keep_until"] == "2026-07-01"}
    assert short == {one for one, line in lines.items() if line["rule_id"] == "city_pension.1"}
    on_last_day = set(expire(home, date(2026, 7, 1), DAY).inquiry_ids)
    assert on_last_day == {one for one, line in lines.items() if line["keep_until"] < "2026-07-01"}
    assert set(expire(home, date(2026, 7, 2), DAY).inquiry_ids) == short
    assert verify(home).problems == ()


def test_after_expiry_the_register_still_says_what_was_given(home: Home) -> None:
    removed = expire(home, date(2027, 12, 31), DAY)
    assert removed.file_count > len(removed.inquiry_ids)
    assert len(removed.waiting_ids) == 15
    assert list((home.provisions / "answers").iterdir()) == []
    assert verify(home).problems == ()
    text = "\n".join(log_lines(home))
    assert "照会 T001  照会者 072010" in text
    assert f"廃棄  照会 {len(removed.inquiry_ids)} 件" in text
    assert expire(home, date(2028, 1, 1), DAY).inquiry_ids == ()
    with pytest.raises(DataRefused, match="No answer to T001 is kept"):
        view_answer(home, "T001", DAY)


def test_an_erased_person_stands_in_no_answer_any_more(home: Home, provided: ProvidedCity) -> None:
    """Also not in the list with others, nor in what waits; the register keeps the pseudonym alone."""
    lines = Register(home).lines()
    people = {part: provided.city.people[part].full_name for part in ("paid_1", "dv_1")}
    rows = {row["inquiry_id"]: row["person"] for row in table_rows()}
    keys = {line["addressee_key"] for line in lines if rows[line["inquiry_id"]] in people} - {None}
    assert any(people["paid_1"] in text for text in texts(home))
    remove_answers_of(home, keys, DAY)
    assert [name for name in people.values() if any(name in text for text in texts(home))] == []
    assert verify(home).problems == ()
    assert kept(Register(home).lines())


def texts(home: Home) -> list[str]:
    """Every text that is kept."""
    return [path.read_text(encoding="utf-8") for path in home.provisions.rglob("*[lnv]") if path.is_file()]


def test_looking_at_an_answer_is_recorded(home: Home, provided: ProvidedCity) -> None:
    told = "\n".join(view_answer(home, "T001", DAY))
    assert provided.city.people["debtor_1"].full_name in told
    assert "滞納額" in told
    assert Register(home).lines()[-1]["event"] == "view"
    assert "閲覧  照会 T001" in log_lines(home)[-2]


def test_the_log_is_japanese_and_of_the_days_asked_for(home: Home) -> None:
    told = log_lines(home, date(2026, 3, 31), date(2026, 3, 31))
    asked = [row for row in table_rows() if row["asked_on"] == "2026-03-31"]
    assert len(told) == len(asked) + 1
    assert told[-1].endswith("記録は 7 年保存する。")
    assert register_years() == 7
    assert all("照会者" in line and ("提供" in line or "判断待ち" in line) for line in told[:-1])
    assert len(log_lines(home, date(2030, 1, 1))) == 1
