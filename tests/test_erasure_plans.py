"""Who is due for erasure, what keeps a person, and which plans are refused. On a few invented people.

Does not test the erasing itself; see test_erasure.
"""

from __future__ import annotations

import datetime as dt
import json
import stat
from typing import TYPE_CHECKING

import pytest

from ingestion.contract import load_contracts
from ingestion.database import write_warehouse
from ingestion.erasure.numbers import number_columns
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.pseudonym import pseudonym, read_secret
from orchestration.erasure.carry_out import carry_out
from orchestration.erasure.plan import Order, make_plan, plan_path, read_plan
from orchestration.erasure.policy import OWN_POLICY, POLICY, read_erasure_policy
from tests.ingestion_home import fresh_home
from tests.refreshed_city import run_osamari

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home
    from orchestration.erasure.plan import ErasurePlan

DAY = dt.date(2026, 6, 1)
MOMENT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MARTS = """
create table int_run as select date '2026-05-31' as as_of_date;
create table stg_addressee (addressee_key varchar, resident_register_deletion_date date, delivery_date date,
    delivery_seq integer, source_file_no integer, source_line_no integer);
create table int_instalments (instalment_id varchar, addressee_key varchar);
create table int_ledger_entries (instalment_id varchar, effective_date date, credited_date date);
create table fct_arrears (addressee_key varchar);
create table fct_refunds (overpayment_id varchar, addressee_key varchar, pending_yen bigint, refund_state varchar);
create table fct_refund_steps (overpayment_id varchar, step_date date);
create table fct_case_history (addressee_key varchar, case_kind varchar, from_date date, to_date date);
"""
PAID = "insert into int_ledger_entries values ('I{0}', date '{1}', date '{1}')"
LEFT = "insert into stg_addressee values ('{0}', {1}, date '2010-04-01', 1, 1, 1)"
# Everybody has left the city long ago and paid long ago; each has one thing more.
PEOPLE = {
    "Adue": [],
    "Aowes": ["insert into fct_arrears values ('Aowes')"],
    "Arefund": ["insert into fct_refunds values ('O1', 'Arefund', 500, 'pending')"],
    "Alapsed": [
        "insert into fct_refunds values ('O2', 'Alapsed', 500, 'lapsed')",
        "insert into fct_refund_steps values ('O2', date '2018-01-01')",
    ],
    "Aseized": ["insert into fct_case_history values ('Aseized', 'seizure', date '2015-01-01', null)"],
    "Areleased": ["insert into fct_case_history values ('Areleased', 'seizure', date '2015-01-01', date '2016-01-01')"],
    "Astayed": ["insert into fct_case_history values ('Astayed', 'execution_stay', date '2015-01-01', null)"],
    "Acontact": ["insert into fct_case_history values ('Acontact', 'contact', date '2024-01-01', null)"],
    "Arecent": [PAID.format("Arecent", "2019-04-01")],
    "Alate": [PAID.format("Alate", "2019-03-31")],
}
DUE = ["Adue", "Alapsed", "Alate", "Areleased", "Astayed"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with the marts of a few people."""
    made = fresh_home(tmp_path)
    with write_warehouse(made) as connection:
        connection.execute(MARTS)
        for key, more in PEOPLE.items():
            connection.execute(f"insert into int_instalments values ('I{key}', '{key}')")
            for statement in (PAID.format(key, "2014-05-01"), LEFT.format(key, "date '2014-06-01'"), *more):
                connection.execute(statement)
        connection.execute(LEFT.format("Aresident", "null"))
    return made


def change(home: Home, statement: str) -> None:
    with write_warehouse(home) as connection:
        connection.execute(statement)


def due(plan: ErasurePlan) -> list[str]:
    return [person["addressee_key"] for person in plan.people]


def test_a_person_is_due_when_all_has_ended_and_every_period_is_over(home: Home) -> None:
    """Seven years behind the fiscal year of the last entry: 31 March 2019 is over on 1 April 2026, a day later not."""
    plan = make_plan(home, DAY, "officer")
    assert due(plan) == DUE
    assert plan.kept_by_block == {
        "outstanding": 1,
        "open_refund": 1,
        "running_case": 1,
        "current_addressee": 1,
        "within_period": 2,
    }


def test_a_plan_names_pseudonyms_only_and_is_for_its_owner_only(home: Home) -> None:
    plan = make_plan(home, DAY, "officer")
    path = plan_path(home, plan.plan_id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(json.loads(path.read_text(encoding="utf-8"))["people"][0]) == {"addressee_key", "due_on", "ends"}
    assert read_plan(home, plan.plan_id) == plan


def test_the_dead_are_treated_like_the_living(home: Home) -> None:
    """Who died last year is kept for the same period as who moved away last year."""
    change(
        home,
        "update stg_addressee set resident_register_deletion_date = date '2025-05-01' where addressee_key = 'Adue'",
    )
    assert "Adue" not in due(make_plan(home, DAY, "officer"))


def test_a_city_may_keep_longer(home: Home) -> None:
    longer = POLICY.read_text(encoding="utf-8").replace("keep_years: 7", "keep_years: 70")
    (home.root / OWN_POLICY).write_text(longer, encoding="utf-8")
    assert due(make_plan(home, DAY, "officer")) == []


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        ("keep_years: 7", "keep_years: -1", "keep_years must be at least 0"),
        ("end_event: last_contact", "end_event: last_case_event", "each end event must have exactly one"),
        ("source: 地方税法 第18条の3", "", "source is missing"),
    ],
)
def test_a_wrong_policy_is_refused(home: Home, old: str, new: str, cause: str) -> None:
    (home.root / OWN_POLICY).write_text(POLICY.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=cause):
        read_erasure_policy(home)


@pytest.mark.parametrize(("key", "cause"), [("Aowes", "未納"), ("Arefund", "還付未済"), ("Aseized", "処分")])
def test_an_order_does_not_erase_what_is_not_settled(home: Home, key: str, cause: str) -> None:
    ordered = pseudonym(read_secret(home), "addressee", "0001")
    for table in ("stg_addressee", "int_instalments", "fct_arrears", "fct_refunds", "fct_case_history"):
        change(home, f"update {table} set addressee_key = '{ordered}' where addressee_key = '{key}'")
    with pytest.raises(DataRefused, match=cause):
        make_plan(home, DAY, "officer", Order("0001", "収第1号"))


def test_an_order_wants_a_reason_and_somebody_known(home: Home) -> None:
    with pytest.raises(ConfigurationError, match="no reason"):
        make_plan(home, DAY, "officer", Order("0001", " "))
    with pytest.raises(DataRefused, match="nobody with this addressee code"):
        make_plan(home, DAY, "officer", Order("0001", "収第1号"))


def test_a_plan_that_is_older_than_the_data_is_refused(home: Home) -> None:
    plan = make_plan(home, DAY, "officer")
    change(home, "insert into feed_files (file_no, file_name) values (7, 'levy.072036.20260601.001.csv')")
    with pytest.raises(DataRefused, match="older than the data"):
        carry_out(home, plan.plan_id, "officer", MOMENT, lambda *_: None)
    with pytest.raises(ConfigurationError, match="there is no plan"):
        carry_out(home, "20260601-000000", "officer", MOMENT, lambda *_: None)


@pytest.mark.parametrize("day", [dt.date(2026, 5, 30), dt.date(2026, 7, 31)])
def test_figures_of_another_time_do_not_judge(home: Home, day: dt.date) -> None:
    with pytest.raises(DataRefused, match="too far from the day"):
        make_plan(home, day, "officer")


def test_waiting_deliveries_are_taken_in_first(home: Home) -> None:
    (home.inbox / "levy.072036.20260601.001.csv").write_text("x", encoding="utf-8")
    with pytest.raises(DataRefused, match="deliveries wait"):
        make_plan(home, DAY, "officer")


def test_the_command_shows_a_plan_and_erases_nothing_without_yes(home: Home) -> None:
    shown = run_osamari(home, "erase", "--purpose", "erasure", "--as-of", str(DAY))
    assert (shown.returncode, "5 people are due" in shown.stdout) == (0, True), shown.stderr
    (path,) = home.erasures.glob("plan-*.json")
    refused = run_osamari(
        home, "erase", "--purpose", "erasure", "--as-of", str(DAY), "--plan", path.stem.removeprefix("plan-")
    )
    assert refused.returncode == 2
    assert "repeat it with --yes" in refused.stderr
    assert path.exists()


def test_every_key_column_has_been_thought_of() -> None:
    """A new key column without a line in numbers.csv stops an erasure; this stops the change that adds it."""
    assert sum(len(number_columns(contract)) for contract in load_contracts().values()) > 100
