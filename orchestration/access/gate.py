"""The gate in front of the commands: a registered account, a role, a purpose, a line in the log — or nothing runs.

A command that opens a zone is written

    @click.command()
    @restricted("number lookup")
    def lookup(access: Access, ...):

and gets the option ``--purpose``; a run that shows no value of a person takes ``@recorded("refresh")``. What each needs
stands in ``commands.yaml``. ``guard`` makes sure that nothing else runs.
"""

from __future__ import annotations

import datetime as dt
import functools
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from ingestion.errors import ConfigurationError, DataRefused, OsamariError
from ingestion.home import Home
from orchestration.access import access_log, copies
from orchestration.access.account import current_account
from orchestration.access.policy import load_policy
from orchestration.access.purpose import ENVIRONMENT_VARIABLE, Purpose, stated_purpose
from orchestration.access.recorded_arguments import recorded as recordable
from orchestration.access.refusals import NotPermitted
from orchestration.access.rights import roles_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

MARK = "osamari_command"
"""Attribute of a guarded function: the command whose rule the gate asks for."""


@dataclass
class Access:
    """What the gate has let in, for one run of one command.

    ``account`` is the operating system's account; ``purpose`` a code, with a document's number where one was given.
    """

    home: Home
    account: str
    command: str
    purpose: str
    purpose_label: str
    roles: frozenset[str]
    number: int
    row_count: int | None = None
    copy_numbers: list[int] = field(default_factory=list)

    def rows(self, count: int) -> None:
        """So many more rows of people were shown or written."""
        self.row_count = (self.row_count or 0) + count

    def export(self, path: Path, kind: str, row_count: int | None = None, *, is_own_name: bool = True) -> int:
        """Register a file or folder that has been written, tell its number, and return it.

        ``kind`` is one of ``copies`` in ``commands.yaml``. ``is_own_name``: the platform named the file, not a person.

        Raises:
            ConfigurationError: the register cannot be written; a single file is removed again.
        """
        rows = self.row_count or 0 if row_count is None else row_count
        copy = copies.Copy(path, kind, rows, self.account, self.command, self.purpose, self.number, is_own_name)
        number = copies.register_copy(self.home, copy, moment())
        self.copy_numbers.append(number)
        click.echo(f"写し番号 {number}  {load_policy().copies[kind]}  {path}")
        return number


PURPOSE = click.option(
    "--purpose", "access_purpose", envvar=ENVIRONMENT_VARIABLE, help="目的: why, like collection; see docs/access.md."
)


def moment() -> str:
    """Now, to the second, with the offset of this machine's zone."""
    return dt.datetime.now(tz=dt.UTC).astimezone().isoformat(timespec="seconds")


@contextmanager
def opened(home: Home, command: str, arguments: Mapping[str, object], stated: str | None) -> Iterator[Access]:
    """Let one run of a command in, and write down how it ended.

    Raises:
        NotPermitted: no user, no role, no purpose. The refusal is recorded.
        ConfigurationError: the command has no rule, or the log cannot be written.
        ChainBroken: the register of users or the log is not what was written.
    """
    policy, at = load_policy(), moment()
    rule = policy.rule(command)
    account = current_account(home)
    told = {"account": account, "command": command, "objects": recordable(rule.records, arguments), "at": at}
    try:
        roles = roles_of(home, rule, account, at)
        purpose = stated_purpose(policy, rule, stated)
    except NotPermitted as refusal:
        access_log.write(home, {"kind": access_log.REFUSED, **told, "outcome": "refused", "reason": refusal.reason})
        raise
    number = access_log.write(home, {"kind": access_log.OPENED, **told, "purpose": str(purpose)})
    access = _access(home, told, purpose, (roles, number))
    outcome, code = access_log.FAILED, 0
    try:
        yield access
        outcome = access_log.DONE
    except click.exceptions.Exit as ended:
        outcome, code = access_log.DONE, ended.exit_code
        raise
    except (OsamariError, click.ClickException):
        outcome = access_log.REFUSED
        raise
    finally:
        _close(access, outcome, code)


def _access(home: Home, told: Mapping[str, Any], purpose: Purpose, let_in: tuple[frozenset[str], int]) -> Access:
    roles, number = let_in
    return Access(home, told["account"], told["command"], str(purpose), purpose.label, roles, number)


def _close(access: Access, outcome: str, exit_code: int) -> None:
    access_log.write(
        access.home,
        {
            "kind": access_log.CLOSED,
            "opened": access.number,
            "outcome": outcome,
            "exit_code": exit_code,
            "rows": access.row_count,
            "copies": access.copy_numbers,
            "at": moment(),
        },
    )


def restricted(
    command: str, *, open_without: str = "", stricter: Mapping[str, str] | None = None, asks_purpose: bool = True
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a command that shows values of people; adds ``--purpose`` unless its rule implies the purpose.

    The function gets an :class:`Access` first. ``open_without`` names an argument without which the command shows
    nothing of the kind; it then gets None, as does a group that only leads to a subcommand with its own gate.
    ``stricter`` maps a flag to the command whose rule holds when it is set.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def gated(*args: object, access_purpose: str | None = None, **arguments: object) -> object:
            context = click.get_current_context()
            if context.invoked_subcommand or (open_without and arguments[open_without] is None):
                return function(None, *args, **arguments)
            name = next((other for flag, other in (stricter or {}).items() if arguments[flag]), command)
            home = Home.from_environment()
            if not home.root.exists():
                raise DataRefused("Nothing has been computed in this home yet.", "Run `osamari refresh` first.")
            with opened(home, name, arguments, access_purpose) as access:
                return function(access, *args, **arguments)

        setattr(gated, MARK, command)
        return PURPOSE(gated) if asks_purpose else gated

    return decorate


def recorded(command: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a run that shows no value of a person: it needs a user with a role, and is logged."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def gated(*args: object, **arguments: object) -> object:
            home = Home.from_environment().create()
            with opened(home, command, arguments, None) as access:
                return function(access, *args, **arguments)

        setattr(gated, MARK, command)
        return gated

    return decorate


def checks_itself(command: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a command that calls :func:`opened` in its body, because its home does not stand yet when it begins."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        setattr(function, MARK, command)
        return function

    return decorate


def commands_of(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command below a group that does something by itself, with its words: ``release list``."""
    for name, command in sorted(group.commands.items()):
        path = f"{before} {name}".strip()
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield path, command
        if isinstance(command, click.Group):
            yield from commands_of(command, path)


def guard(group: click.Group) -> None:
    """Let nothing run that is not declared: a command needs a rule, and the gate wherever the rule names roles."""
    for path, command in commands_of(group):
        if command.callback is not None and not hasattr(command.callback, "osamari_guarded"):
            command.callback = _declared_only(path, command.callback)


def _declared_only(path: str, callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def checked(*args: object, **arguments: object) -> object:
        rule = load_policy().rule(path)
        if rule.roles and getattr(callback, MARK, "") != path:
            raise ConfigurationError(
                f"Nobody may run `osamari {path}`: no gate stands before it.",
                "The command must be guarded by `restricted` or `recorded` of orchestration.access.gate.",
            )
        return callback(*args, **arguments)

    checked.osamari_guarded = True  # type: ignore[attr-defined]
    return checked
