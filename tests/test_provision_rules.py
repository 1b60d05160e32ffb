"""Tables that officers keep, and files of inquiries: what is wrong in them is refused with file, line and remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.home import Home
from marts.provision.inquiry import Person
from marts.provision.inquiry_file import read_inquiries
from marts.provision.items import PERSON, TAX, load_items
from marts.provision.requesters import load_requesters
from marts.provision.rule_words import item_lines, rule_lines
from marts.provision.rules import COLUMNS, load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
RULE = {
    "rule_id": "city.1",
    "requester_kind": "tax_office",
    "kind_ja": "税務署",
    "article": "架空法第1条",
    "purpose": "tax",
    "purpose_ja": "課税",
    "items": "name|payment_state",
    "tax_item_codes": "11",
    "levy_years": "3",
    "person_roles": "",
    "medium": "page",
    "valid_from": "2025-04-01",
    "valid_to": "",
    "answer_days": "30",
    "title_ja": "提供",
    "law": "架空法 第1条",
    "status": "invented",
    "source": "試験",
}


def home_with(root: Path, *rules: Mapping[str, str]) -> Home:
    """A home with rules of the city's own: the changes to ``RULE`` of each."""
    lines = [",".join(COLUMNS), *(",".join({**RULE, **changes}[column] for column in COLUMNS) for changes in rules)]
    (root / "provision_rules.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Home(root)


def test_every_rule_of_the_platform_is_cited_and_its_items_exist(tmp_path: Path) -> None:
    rules = load_rules(Home(tmp_path))
    assert {rule.rule_id for rule in rules} == {"public_dues.1", "housing_payment.1"}
    assert all(rule.law and rule.article and set(rule.items) <= set(load_items()) for rule in rules)


def test_the_two_provisions_are_those_of_the_assessment(tmp_path: Path) -> None:
    """A change of who is told what must change this test too: it is a change of the permitted list."""
    rules = {rule.rule_id: rule for rule in load_rules(Home(tmp_path))}
    public, housing = rules["public_dues.1"], rules["housing_payment.1"]
    assert (public.requester_kind, public.medium, public.person_roles) == ("public_body", "page", ())
    assert set(public.items) == {
        *("name", "address", "tax_item", "levy_year", "levied_yen", "collected_yen", "outstanding_yen"),
        *("overdue_yen", "late_charge_outstanding_yen", "payment_state", "collection_state"),
    }
    assert (housing.requester_kind, housing.medium) == ("housing_section", "list")
    assert set(housing.items) == {"name", "tax_item", "levy_year", "payment_state"}
    assert set(housing.person_roles) == {"tenant", "cohabitant", "guarantor"}
    # City taxes of individuals; the late-elderly premium (61) is no tax, corporations are no individuals.
    assert {rule.tax_item_codes for rule in rules.values()} == {("11", "31", "41", "51")}


def test_every_item_is_a_column_of_what_it_is_made_from() -> None:
    declared = yaml.safe_load((ROOT / "dbt_project/models/provision/_provision.yml").read_text(encoding="utf-8"))
    columns = {c["name"] for m in declared["models"] if m["name"] == "provision_tax_states" for c in m["columns"]}
    assert {item.column for item in load_items().values() if item.grain == TAX} <= columns
    assert [item.name for item in load_items().values() if item.grain == PERSON] == [
        "name",
        "address",
        "birth_date",
        "sex",
    ]


def test_a_city_replaces_a_rule_by_its_number_and_adds_others(tmp_path: Path) -> None:
    ended = {"rule_id": "public_dues.1", "requester_kind": "public_body", "valid_to": "2026-03-31"}
    rules = {rule.rule_id: rule for rule in load_rules(home_with(tmp_path, ended, {}))}
    assert set(rules) == {"public_dues.1", "housing_payment.1", "city.1"}
    assert rules["public_dues.1"].valid_to == date(2026, 3, 31)
    assert rules["city.1"].is_in_force(date(2025, 4, 1))
    assert not rules["city.1"].is_in_force(date(2025, 3, 31))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([{"items": "name|individual_number"}], "line 2: unknown item individual_number"),
        ([{"items": ""}], "line 2: the rule permits no item"),
        ([{"law": ""}], "line 2: law is empty"),
        ([{"article": ""}], "line 2: article is empty"),
        ([{"source": ""}], "line 2: source is empty"),
        ([{"status": ""}], "line 2: status is empty"),
        ([{"tax_item_codes": ""}], "line 2: the rule names no tax item"),
        ([{"valid_from": ""}], "line 2: valid_from is empty"),
        ([{"valid_from": "2025/04/01"}], "line 2: valid_from is not a day"),
        ([{"valid_to": "2025-03-31"}], "line 2: the rule ends before it begins"),
        ([{"medium": "fax"}], 'line 2: medium is "fax"'),
        ([{"answer_days": "0"}], "line 2: answer_days is no whole number above zero"),
        ([{"levy_years": "３"}], "line 2: levy_years is no whole number"),
        ([{"rule_id": "City 1"}], "line 2: the number of the rule has another form"),
        ([{}, {}], "line 3: the rule city.1 stands twice"),
        ([{}, {"rule_id": "city.2"}], "line 3: the rules city.1 and city.2 hold on the same day"),
        (
            [{"valid_to": "2026-03-31"}, {"rule_id": "city.2", "article": "架空法 第１条", "valid_from": "2026-03-31"}],
            "same day",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(tmp_path: Path, changes: list[dict[str, str]], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told) as refused:
        load_rules(home_with(tmp_path, *changes))
    assert refused.value.remedy
    assert "provision_rules.csv" in str(refused.value)


def test_rules_that_follow_one_another_are_accepted(tmp_path: Path) -> None:
    later = {"rule_id": "city.2", "valid_from": "2026-04-01"}
    assert len(load_rules(home_with(tmp_path, {"valid_to": "2026-03-31"}, later))) == 4


@pytest.mark.parametrize("content", ["rule_id,items\n", "", ",".join(COLUMNS) + "\na,b\n", b"\xff\xfe\x00"])
def test_a_file_that_is_no_table_of_rules_is_refused(tmp_path: Path, content: str | bytes) -> None:
    (tmp_path / "provision_rules.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigurationError):
        load_rules(Home(tmp_path))


def test_requesters_are_read_strictly(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert load_requesters(home) == {}
    requesters = tmp_path / "provision_requesters.csv"
    head = "requester_id,requester_kind,name_ja,valid_from,valid_to,source\n"
    for line, told in (("a,b,c,2020-01-01,,\n", "source is empty"), ("a,b,c,2020-01-01,,s\n" * 2, "stands twice")):
        requesters.write_text(head + line, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=told):
            load_requesters(home)


def test_the_permitted_list_and_the_items_are_shown(tmp_path: Path) -> None:
    told = "\n".join(rule_lines(Home(tmp_path)))
    assert "番号法第19条第10号・令第26条別表第8項" in told
    assert "入居者（tenant）・同居者（cohabitant）・連帯保証人（guarantor）" in told
    assert len(item_lines()) == len(load_items())


HEADINGS = "照会番号,照会者番号,根拠,利用目的,照会項目,基準日,宛名番号,氏名,住所,生年月日,性別,区分"
SOUND = "Q-1,housing,housing_payment.1,public_housing,氏名|納付状況,,,架空　花子,架空市１－２,19800401,2,tenant"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_file_of_inquiries_is_read_in_both_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "inquiries.csv"
    path.write_bytes(f"{HEADINGS}\r\n{SOUND}\r\nQ-2,b,r,p,name,2026-05-31,0012,,,,,\r\n".encode(encoding))
    first, second = read_inquiries(path)
    assert first.person == Person("", "架空　花子", "架空市１－２", date(1980, 4, 1), "2")
    assert (first.items, first.person_role, first.as_of) == (("氏名", "納付状況"), "tenant", None)
    assert (second.person.addressee_code, second.as_of, second.person_role) == ("0012", date(2026, 5, 31), "")


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("照会番号,氏名\n", "header"),
        (f"{HEADINGS}\n", "holds no inquiry"),
        (f"{HEADINGS}\n{SOUND}\n{SOUND.replace('19800401', '19801301')}\n", "line 3, column 10 生年月日"),
        (f"{HEADINGS}\n{SOUND.replace(',2,tenant', ',9,tenant')}\n", "line 2, column 11 性別"),
        (f"{HEADINGS}\n{SOUND.replace('housing,', ',', 1)}\n", "line 2, column 2 照会者番号"),
        (f"{HEADINGS}\n{SOUND},extra\n", "line 2"),
        (f"{HEADINGS}\n{SOUND.replace('Q-1', '../Q')}\n", "line 2: the number of an inquiry"),
    ],
)
def test_a_faulty_file_is_refused_whole_without_a_personal_value(tmp_path: Path, lines: str, told: str) -> None:
    path = tmp_path / "inquiries.csv"
    path.write_text(lines, encoding="utf-8")
    with pytest.raises(DataRefused, match=told) as refused:
        read_inquiries(path)
    assert "花子" not in str(refused.value)
    assert refused.value.remedy
