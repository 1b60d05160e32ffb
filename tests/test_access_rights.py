"""Who may run what: every role against every command, and who has no right at all.

The table here is written from the duties, not read from commands.yaml. Does not test what is written into the log; see
test_access_gate.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import click
import pytest

from ingestion.errors import ConfigurationError
from ingestion.hash_chain import ChainBroken
from ingestion.home import Home
from orchestration.access import access_log, rights, users
from orchestration.access.account import current_account
from orchestration.access.gate import MARK, commands_of, guard
from orchestration.access.policy import IMPLIED, OPTIONAL, PATH, REQUIRED, RESTRICTED, load_policy
from orchestration.access.recorded_arguments import KINDS
from orchestration.access.refusals import NotPermitted
from orchestration.access.users import Registration, add_user, revoke_user
from orchestration.cli import assembled

if TYPE_CHECKING:
    from pathlib import Path

NOW, TODAY = "2026-06-01T09:00:00+09:00", date(2026, 6, 1)
BY = ("admin", NOW)
RUNS = {"operator", "administrator"}
ANYBODY: set[str] = set()
RECORDS = {"administrator", "auditor"}
OFFICERS = {"collector", "provision_officer"}
PROVISION = {"provision_officer"}
WHO_MAY = [
    (
        ANYBODY,
        ["sample", "check", "dictionary", "access verify", "link list", "link show", "provide rules", "evidence"],
    ),
    (ANYBODY, ["bench", "bench ingest", "bench marts", "bench disclosure", "bench links"]),
    (ANYBODY, ["bench encryption", "bench erase", "bench numbering"]),
    (ANYBODY, ["release list", "release show", "release verify", "release attack"]),
    (RUNS, ["refresh", "serve", "rebuild", "release create", "release withdraw", "number run", "link deliver"]),
    (RUNS, ["bench provide"]),
    ({*RUNS, "collector"}, ["quarantine list"]),
    ({*RUNS, "auditor"}, ["link verify", "backup list", "backup verify", "keys list", "keys check"]),
    ({*RUNS, "auditor", *PROVISION}, ["provide verify"]),
    ({*RUNS, *PROVISION}, ["provide expire"]),
    ({*RECORDS, *PROVISION}, ["provide log", "provide waiting", "provide compare"]),
    (RECORDS, ["user list", "user history", "access log", "access copies", "erase list", "erase prove"]),
    ({"administrator"}, ["user add", "user revoke", "backup", "backup expire", "restore", "erase"]),
    ({"administrator"}, ["keys rotate", "keys encrypt"]),
    ({"administrator"}, ["provide export"]),
    (PROVISION, ["provide answer", "provide batch", "provide decide", "provide show"]),
    ({*OFFICERS, "administrator"}, ["access destroyed", "number give", "number lookup", "number history"]),
    ({*OFFICERS, "administrator"}, ["link reference"]),
    ({*RECORDS, *OFFICERS}, ["explain"]),
    ({"collector", "administrator"}, ["list", "list --show-protected", "quarantine export"]),
    ({"collector", "administrator"}, ["number candidates", "number decide"]),
]
MAY = {command: roles for roles, commands in WHO_MAY for command in commands}
ROLES = ("operator", "collector", "provision_officer", "statistician", "administrator", "auditor")
SHOW_NOBODY = {"user add", "user revoke", "backup expire", "access destroyed", "provide expire", "provide log"}
SHOW_NOBODY |= {
    "keys rotate",
    "keys encrypt",
    "provide verify",
    "provide waiting",
    "provide compare",
    "quarantine list",
    "explain",
}


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one account per role, called as the role."""
    home = Home(tmp_path_factory.mktemp("staffed") / "home").create()
    for role in ROLES:
        add_user(home, Registration(role, role, "収納課", (role,), TODAY), "admin", NOW)
    return home


def asked(home: Home, command: str, account: str, at: str = NOW) -> str:
    """``yes``, or why not."""
    try:
        rights.roles_of(home, load_policy().rule(command), account, at)
    except NotPermitted as refusal:
        return refusal.reason
    return "yes"


@pytest.mark.parametrize("command", [name for name, roles in MAY.items() if roles])
def test_every_role_may_run_what_its_duty_needs_and_nothing_else(staffed: Home, command: str) -> None:
    answers = {role: asked(staffed, command, role) for role in ROLES}
    assert answers == {role: "yes" if role in MAY[command] else "no_role" for role in ROLES}


def test_every_command_of_the_house_has_a_rule_and_every_rule_is_in_this_table() -> None:
    rules = load_policy().commands
    assert {path for path, _ in commands_of(assembled())} - set(rules) == set()
    assert set(rules) == set(MAY)


def test_no_command_has_two_rules() -> None:
    names = re.findall(
        r"^  ([a-z][a-z -]*):", PATH.read_text(encoding="utf-8").partition("\ncommands:")[2], re.MULTILINE
    )
    assert sorted(names) == sorted(load_policy().commands)


def test_what_shows_people_asks_why_and_nothing_else_does() -> None:
    restricted = {name for name, rule in load_policy().commands.items() if rule.zone == RESTRICTED}
    sees_nobody = {name for name, roles in MAY.items() if "operator" in roles or roles in (ANYBODY, RECORDS)}
    assert restricted == set(MAY) - sees_nobody - SHOW_NOBODY
    assert {load_policy().commands[name].purpose for name in restricted} == {REQUIRED, IMPLIED}
    assert [name for name in restricted if "operator" in MAY[name]] == []


def test_every_command_with_roles_stands_behind_its_gate() -> None:
    for path, command in commands_of(assembled()):
        rule = load_policy().rule(path)
        options = {parameter.name: parameter for parameter in command.params}
        assert getattr(command.callback, MARK, "") == (path if rule.roles else ""), path
        assert ("access_purpose" in options) == (rule.purpose in {OPTIONAL, REQUIRED}), path
        assert set(rule.records) <= set(options), path
        assert set(rule.records.values()) <= set(KINDS), path
        choices = {name for name, kind in rule.records.items() if kind == "choice"}
        assert all(isinstance(options[name].type, click.Choice) for name in choices), path


def test_a_command_without_a_rule_or_without_a_gate_does_not_run() -> None:
    ran = []
    group = click.Group("osamari")
    group.add_command(click.Command("unheard_of", callback=lambda: ran.append(1)))
    group.add_command(click.Command("refresh", callback=lambda: ran.append(2)))
    guard(group)
    for name, told in (("unheard_of", "has no entry"), ("refresh", "no gate stands before it")):
        with pytest.raises(ConfigurationError, match=told):
            group([name], standalone_mode=False)
    assert ran == []


def test_the_owner_of_a_new_home_is_its_first_user_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path).create()
    monkeypatch.setattr(rights, "is_owner", lambda _: False)
    assert asked(home, "explain", "stranger") == "not_registered"
    monkeypatch.undo()
    assert asked(home, "explain", current_account(home)) == "yes"
    [first] = users.register_of(home).lines()
    assert (first["account"], first["roles"]) == (current_account(home), ["administrator", "collector"])
    assert first["reason"] == "この住まいの所有者として登録"
    assert asked(home, "explain", "stranger") == "not_registered"


def test_a_register_that_vanished_does_not_make_a_new_founder(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    me = current_account(home)
    access_log.write(home, {"kind": access_log.REFUSED, "account": me, "command": "list", "at": NOW})
    assert asked(home, "explain", me) == "not_registered"
    add_user(home, Registration(me, "", "", ("collector",), TODAY), me, NOW)
    users.register_of(home).path.unlink()
    with pytest.raises(ChainBroken):
        asked(home, "explain", me)


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("2026-06-09T23:59:59+09:00", "not_yet"),
        ("2026-06-10T00:00:00+09:00", "yes"),
        ("2026-06-30T23:59:59+09:00", "yes"),
        ("2026-07-01T00:00:00+09:00", "expired"),
    ],
)
def test_rights_hold_on_both_days_of_their_period_and_no_longer(tmp_path: Path, at: str, answer: str) -> None:
    home = Home(tmp_path)
    period = (date(2026, 6, 10), date(2026, 6, 30))
    add_user(home, Registration("sato", "佐藤", "収納課", ("collector",), *period), "admin", NOW)
    assert asked(home, "list", "sato", at) == answer


def test_a_revocation_takes_effect_at_once_and_both_stand_in_the_ledger(tmp_path: Path) -> None:
    home = Home(tmp_path)
    sato = Registration("sato", "佐藤", "収納課", ("auditor", "collector"), TODAY)
    assert add_user(home, sato, *BY)
    assert not add_user(home, sato, *BY)
    assert revoke_user(home, "sato", ("collector",), "異動", BY) == ["collector"]
    assert asked(home, "list", "sato") == "no_role"
    assert revoke_user(home, "sato", (), "退職", BY) == ["auditor"]
    assert asked(home, "list", "sato") == "revoked"
    assert add_user(home, sato, *BY)
    assert asked(home, "list", "sato") == "yes"
    kinds = [(line["kind"], line["reason"]) for line in users.register_of(home).lines()]
    assert kinds == [("registered", ""), ("revoked", "異動"), ("revoked", "退職"), ("registered", "")]


def test_a_home_keeps_an_administrator_without_end(tmp_path: Path) -> None:
    home = Home(tmp_path)
    add_user(home, Registration("one", "", "", ("administrator",), TODAY), *BY)
    add_user(home, Registration("two", "", "", ("administrator",), TODAY, date(2026, 12, 31)), *BY)
    with pytest.raises(ConfigurationError, match="last administrator"):
        revoke_user(home, "one", (), "退職", BY)
    assert revoke_user(home, "two", (), "異動", BY) == ["administrator"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Registration("s p a c e", "", "", ("collector",), TODAY), "not the name of an account"),
        (Registration("sato", "", "", ("chief",), TODAY), "no role chief"),
        (Registration("sato", "", "", (), TODAY), "needs a role"),
        (Registration("sato", "", "", ("collector",), TODAY, date(2026, 5, 31)), "before --from"),
    ],
)
def test_a_wrong_registration_is_refused_and_not_written(tmp_path: Path, wanted: Registration, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        add_user(Home(tmp_path), wanted, *BY)
    assert users.register_of(Home(tmp_path)).lines() == []


def test_nothing_is_revoked_that_nobody_has_and_not_without_a_reason(tmp_path: Path) -> None:
    home = Home(tmp_path)
    add_user(home, Registration("sato", "", "", ("collector",), TODAY), *BY)
    for account, roles, reason in (("suzuki", (), "異動"), ("sato", ("auditor",), "異動"), ("sato", (), " ")):
        with pytest.raises(ConfigurationError):
            revoke_user(home, account, roles, reason, BY)
    assert len(users.register_of(home).lines()) == 1


def test_an_account_is_what_the_system_knows_and_not_what_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path).create()
    before = current_account(home)
    for name in ("USER", "LOGNAME", "SUDO_USER", "USERNAME"):
        monkeypatch.setenv(name, "somebody_else")
    assert current_account(home) == before


def test_behind_sudo_the_login_is_the_account_but_only_of_the_homes_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home").create()
    login = tmp_path / "loginuid"
    monkeypatch.setattr("orchestration.access.account.LOGIN_UID", login)
    login.write_text("4242424")
    assert current_account(home) == "uid-4242424"
    monkeypatch.setattr("orchestration.access.account.is_owner", lambda _: False)
    assert current_account(home) != "uid-4242424"
