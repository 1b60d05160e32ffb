"""The 200 inquiries of ``provision_inquiries.csv``: each is answered, refused or left to an officer as the table says.

What an answer holds is compared with the marts; what the register holds, with what no register may hold. Does not test
decisions, keeping and copies (test_provision_keeping), nor the rules file itself (test_provision_rules).
"""

from __future__ import annotations

import csv
import json
import re
import stat
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError
from marts.provision.answer import Answer, digest_of_file
from marts.provision.causes import Cause, cause_texts
from marts.provision.documents import own_files
from marts.provision.inquiry import Inquiry, Person
from marts.provision.items import load_items
from marts.provision.provide import provide
from marts.provision.register import Register
from marts.provision.rules import load_rules
from tests.provision_city import officer_on, table_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.provision_city import ProvidedCity

ROWS = table_rows()
LEAST_OF_A_KIND = 3


def test_every_inquiry_of_the_table_comes_out_as_the_table_says(provided: ProvidedCity) -> None:
    told = [(outcome.decision, outcome.cause) for outcome in provided.outcomes]
    expected = [(row["decision"], row["cause"]) for row in ROWS]
    different = [(row, tell) for row, tell, expect in zip(ROWS, told, expected, strict=True) if tell != expect]
    assert different == []
    assert len(ROWS) == 200


def test_the_table_has_every_cause() -> None:
    causes = {row["cause"] for row in ROWS if row["cause"]}
    assert causes == set(Cause) - {Cause.OFFICER}
    assert set(cause_texts()) == set(Cause)


def answers_of(provided: ProvidedCity) -> list[tuple[dict[str, str], dict[str, object]]]:
    """Rows of the table that were answered, with the kept record."""
    folder = provided.city.home.provisions / "answers"
    pairs = zip(ROWS, provided.outcomes, strict=True)
    return [
        (row, json.loads((folder / f"{row['inquiry_id']}.json").read_text(encoding="utf-8")))
        for row, outcome in pairs
        if outcome.decision == "answered"
    ]


def test_an_answer_holds_the_items_asked_for_and_no_other(provided: ProvidedCity) -> None:
    titles = {item.title: name for name, item in load_items().items()}
    permitted = {rule.rule_id: set(rule.items) for rule in load_rules(provided.city.home)}
    for row, answer in answers_of(provided):
        asked = {titles.get(text, text) for text in row["items"].split("|")}
        given = {*answer["person"], *(name for taxes in answer["taxes"] for name in taxes)}  # type: ignore[misc,attr-defined]
        assert given <= set(answer["items"]) == asked <= permitted[str(answer["rule_id"])]  # type: ignore[call-overload]


def test_the_figures_are_those_of_the_marts(provided: ProvidedCity) -> None:
    """Arrears against fct_arrears, by tax item and year within the scope of the rule; computed here in another way."""
    query = """
        select coalesce(sum(principal_outstanding_yen), 0), coalesce(sum(late_charge_outstanding_yen), 0)
        from fct_arrears inner join dim_addressee using (addressee_key)
        where tax_item_code in ('11', '31', '41', '51') and levy_year > 2026 - 5 and dim_addressee.person_key = (
            select max(person_key) from dim_addressee inner join stg_addressee using (addressee_key)
            where addressee_code = ?)
    """
    compared = 0
    with read_warehouse(provided.city.home) as connection:
        for row, answer in answers_of(provided):
            if "overdue_yen" not in answer["items"] or "late_charge_outstanding_yen" not in answer["items"]:  # type: ignore[operator]
                continue
            expected = connection.execute(query, [provided.city.codes[row["person"]]]).fetchone()
            taxes: list[dict[str, int]] = answer["taxes"]  # type: ignore[assignment]
            told = tuple(sum(line[item] for line in taxes) for item in ("overdue_yen", "late_charge_outstanding_yen"))
            assert told == expected
            assert all(line["levied_yen"] - line["collected_yen"] >= 0 for line in taxes)
            compared += told[0] > 0
    assert compared >= LEAST_OF_A_KIND


def test_a_person_with_two_codes_is_told_once(provided: ProvidedCity, tmp_path: Path) -> None:
    """By the record of the leading code, with the taxes of both, whichever code the requester knows."""
    home, codes = provided.copy_to(tmp_path / "home"), provided.city.codes
    parts = ("two_codes_1", "second_code_1", "debtor_1")
    asked = [
        Inquiry(f"N-{place}", "072010", "public_dues.1", "公課の徴収", ("name", "overdue_yen"), Person(codes[part]))
        for place, part in enumerate(parts)
    ]
    first, second, other = (
        json.loads(outcome.files[0].read_text(encoding="utf-8"))
        for outcome in provide(home, asked, officer_on("2026-06-02"))
    )
    assert first["person"] == second["person"] == {"name": provided.city.people["two_codes_1"].full_name}
    assert first["taxes"] == second["taxes"] != other["taxes"]
    assert first["addressee_key"] == second["addressee_key"]


def test_states_follow_the_figures(provided: ProvidedCity) -> None:
    seen: set[str] = set()
    for _, answer in answers_of(provided):
        for line in answer["taxes"]:  # type: ignore[attr-defined]
            if {"overdue_yen", "payment_state", "collection_state"} <= set(line):
                assert (line["payment_state"] == "滞納あり") == (line["overdue_yen"] > 0)
                assert line["payment_state"] != "完納" or line["collection_state"] is None
                assert line["payment_state"] != "滞納あり" or line["collection_state"]
                seen.add(line["payment_state"])
    assert {"滞納あり", "完納"} <= seen


def test_nothing_personal_stands_in_the_register(provided: ProvidedCity) -> None:
    text = (provided.city.home.provisions / "register.jsonl").read_text(encoding="utf-8")
    people = provided.city.people.values()
    values = {value for p in people for value in (p.full_name, p.address, str(p.birth_date)) if value}
    assert len(values) > LEAST_OF_A_KIND
    assert [value for value in values | set(provided.city.codes.values()) if value in text] == []
    # What a requester wrote in its own words is not kept either.
    assert "統計の作成" not in text
    assert "phone_no" not in text


def test_every_inquiry_is_recorded_with_who_when_and_why(provided: ProvidedCity) -> None:
    lines = Register(provided.city.home).lines()
    assert len(lines) == len(ROWS)
    assert {line["by"] for line in lines} == {"officer-1"}
    by_day = {day: sum(line["at"].startswith(day) for line in lines) for day in {row["asked_on"] for row in ROWS}}
    assert by_day == {day: sum(row["asked_on"] == day for row in ROWS) for day in by_day}
    answered = [line for line in lines if line["decision"] == "answered"]
    assert all(line["article"] and line["purpose"] and line["given_items"] and line["files"] for line in answered)
    keys = {line["addressee_key"] for line in lines} - {None}
    assert all(re.fullmatch("A[0-9a-f]{20}", key) for key in keys)


def test_files_are_for_their_owner_only_and_the_digests_are_recorded(provided: ProvidedCity) -> None:
    home = provided.city.home
    recorded = {name: digest for line in Register(home).lines() for name, digest in line["files"].items()}
    files = [path for path in home.provisions.rglob("*") if path.is_file() and path.parent != home.provisions]
    assert {path.name: digest_of_file(path.read_bytes()) for path in files} == recorded
    assert {stat.S_IMODE(path.stat().st_mode) for path in (*files, home.provisions / "register.jsonl")} == {0o600}
    assert {stat.S_IMODE(path.parent.stat().st_mode) for path in files} == {0o700}


def test_nothing_is_written_about_who_is_protected(provided: ProvidedCity) -> None:
    """Neither page nor list names them; what waits lies apart."""
    home = provided.city.home
    parts = ("dv_1", "neglect_1", "listed_code_1", "listed_1", "listed_later_1")
    names = [provided.city.people[part].full_name for part in parts]
    assert len(list((home.provisions / "waiting").iterdir())) == LEAST_OF_A_KIND * len(parts)
    texts = [path.read_text(encoding="utf-8") for path in (home.provisions / "answers").glob("*[!x]")]
    assert [name for name in names if any(name in text for text in texts)] == []


class _Page(HTMLParser):
    """What stands on a page: its text, and every address it would ask for something."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.requests = "", []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.requests += [(tag, value) for name, value in attrs if name in {"src", "href"}]
        assert tag != "script"

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_answer_to_a_public_body_is_a_page_for_paper(provided: ProvidedCity) -> None:
    """Provision 1 (番号法 第19条第10号): who, on which grounds, as of when, what; a box for the officers; A4."""
    row, outcome = next(zip(ROWS, provided.outcomes, strict=True))
    html = next(path for path in outcome.files if path.suffix == ".html").read_text(encoding="utf-8")
    page = _Page()
    page.feed(html)
    person = provided.city.people[row["person"]]
    for text in (
        *("架空市", outcome.document_no, row["inquiry_id"], "番号法 第19条第10号・同法施行令 第26条 別表第8項"),
        *("公課の徴収", "2026年6月1日", "2026年5月31日", "2022年度から2026年度まで", "滞納あり", "officer-1", "決裁"),
        *(person.full_name, person.address.replace("　", "")),
    ):
        assert text in page.text
    assert page.requests == []
    assert "@page { size: A4" in html


def test_a_name_cannot_become_markup(provided: ProvidedCity) -> None:
    kept = (provided.city.home.provisions / "answers" / "T001.json").read_bytes()
    answer = Answer.from_bytes(kept)
    answer = Answer(**{**vars(answer), "person": {**answer.person, "name": "<script>x</script>"}})
    rule = next(rule for rule in load_rules(provided.city.home) if rule.rule_id == answer.rule_id)
    assert b"<script>" not in own_files(answer, rule, 2026, "officer-1")["T001.html"]


def housing_list(provided: ProvidedCity, suffix: str) -> Path:
    """The list of the day on which nearly everything is asked."""
    row = next(place for place, row in enumerate(ROWS) if row["kind"] == "permitted housing")
    return next(path for path in provided.outcomes[row].files if path.suffix == suffix)


def test_the_answers_to_the_housing_section_are_one_list(provided: ProvidedCity) -> None:
    """Transfer 1 (番号法 第9条第2項): payment state of tenants; who is not answered has a line all the same."""
    with housing_list(provided, ".csv").open(encoding="utf-8-sig", newline="") as file:
        headings, *lines = list(csv.reader(file))
    assert headings == ["照会番号", "区分", "氏名", "税目", "調定年度", "納付状況", "備考"]
    asked = [r for r in ROWS if r["requester_id"] == "housing" and r["asked_on"] == "2026-06-01"]
    outcomes = {
        row["inquiry_id"]: outcome
        for row, outcome in zip(ROWS, provided.outcomes, strict=True)
        if row["requester_id"] == "housing" and row["cause"] != "inquiry_repeated"
    }
    assert {line[0] for line in lines} <= {row["inquiry_id"] for row in asked}
    for line in lines:
        is_answered = outcomes[line[0]].decision == "answered" if line[0] in outcomes else False
        assert (line[-1] == "別途回答") != is_answered
        assert is_answered or line[2:6] == ["", "", "", ""]
    assert {line[5] for line in lines} >= {"滞納あり", "完納"}
    assert "課税なし" in {line[-1] for line in lines}


def test_the_workbook_is_the_same_list(provided: ProvidedCity) -> None:
    with housing_list(provided, ".csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.reader(file))
    sheet = load_workbook(housing_list(provided, ".xlsx")).active
    assert [
        [str(cell if cell is not None else "") for cell in row] for row in sheet.iter_rows(values_only=True)
    ] == expected


def test_who_asks_the_same_again_gets_the_same_bytes(provided: ProvidedCity, tmp_path: Path) -> None:
    """The same inquiry, day and register: page, list and record do not depend on when they are made."""
    made = []
    for name in ("a", "b"):
        home = provided.copy_to(tmp_path / name)
        person = Person(provided.city.codes["debtor_1"])
        page = Inquiry("N-1", "072010", "public_dues.1", "public_dues_collection", ("name", "overdue_yen"), person)
        line = Inquiry(
            "N-2", "housing", "housing_payment.1", "public_housing", ("payment_state",), person, None, "tenant"
        )
        outcomes = provide(home, [page, line], officer_on("2026-06-02"))
        made.append([path.read_bytes() for outcome in outcomes for path in outcome.files])
    assert made[0] == made[1]
    assert len(made[0]) == 5


def test_a_protected_list_that_others_can_read_stops_everything(provided: ProvidedCity, tmp_path: Path) -> None:
    home = provided.copy_to(tmp_path / "home")
    home.protected_list.chmod(0o644)
    asked = Inquiry("N-1", "072010", "public_dues.1", "公課の徴収", ("name",), Person(provided.city.codes["dv_1"]))
    with pytest.raises(ConfigurationError, match="can be read by others"):
        provide(home, [asked], officer_on("2026-06-02"))
    assert len(Register(home).lines()) == len(ROWS)
