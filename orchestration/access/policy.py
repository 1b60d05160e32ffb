"""The rules of access as ``commands.yaml`` declares them: roles, purposes, kinds of copies, and a rule per command."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts import strict_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marts.strict_yaml import Section

PATH = Path(__file__).with_name("commands.yaml")
NONE, PSEUDONYMOUS, RESTRICTED = "none", "pseudonymous", "restricted"
OPTIONAL, REQUIRED, IMPLIED = "optional", "required", "implied"


@dataclass(frozen=True)
class CommandRule:
    """One command: the zone it opens, who may run it, and what has to be said.

    Without ``roles`` anybody may run it. ``purpose`` is ``required``, ``optional``, ``implied`` (the command serves
    one purpose, which is recorded) or empty.
    ``records`` maps an option to the kind of value that is written into the log.
    """

    name: str
    label: str
    zone: str
    roles: frozenset[str]
    purpose: str
    purposes: tuple[str, ...]
    records: Mapping[str, str]


@dataclass(frozen=True)
class AccessPolicy:
    """All rules. ``roles``, ``purposes`` and ``copies`` map a code to its Japanese label."""

    roles: Mapping[str, str]
    purposes: Mapping[str, str]
    copies: Mapping[str, str]
    commands: Mapping[str, CommandRule]

    def rule(self, command: str) -> CommandRule:
        """The rule of a command.

        Raises:
            ConfigurationError: the command has none, so nobody may run it.
        """
        if command not in self.commands:
            raise ConfigurationError(
                f"Nobody may run `osamari {command}`: it has no entry in {PATH.name}.",
                "Declare its zone and roles there; what is not declared does not run.",
            )
        return self.commands[command]


@lru_cache
def load_policy(path: Path = PATH) -> AccessPolicy:
    """The rules of the file.

    Raises:
        ConfigurationError: a key is missing or unknown, or a rule contradicts itself.
    """
    top = strict_yaml.read(path)
    roles, purposes, copies = top.pairs("roles"), top.pairs("purposes"), top.pairs("copies")
    section = top.section("commands")
    commands = {name: _rule(name, section.section(name)) for name in section.keys()}  # noqa: SIM118  (a Section)
    top.close()
    for rule in commands.values():
        _refuse_contradiction(rule, roles, purposes)
    return AccessPolicy(roles, purposes, copies, commands)


def _rule(name: str, section: Section) -> CommandRule:
    given = section.keys()
    rule = CommandRule(
        name=name,
        label=section.take("label", str),
        zone=section.take("zone", str),
        roles=frozenset(section.texts("roles") if "roles" in given else ()),
        purpose=section.take("purpose", str) if "purpose" in given else "",
        purposes=section.texts("purposes") if "purposes" in given else (),
        records=section.pairs("records") if "records" in given else {},
    )
    section.close()
    return rule


def _refuse_contradiction(rule: CommandRule, roles: Mapping[str, str], purposes: Mapping[str, str]) -> None:
    problems = [
        (rule.zone not in {NONE, PSEUDONYMOUS, RESTRICTED}, f"unknown zone {rule.zone}"),
        (not rule.roles <= set(roles), "unknown role"),
        (not set(rule.purposes) <= set(purposes), "unknown purpose"),
        (rule.purpose not in {"", OPTIONAL, REQUIRED, IMPLIED}, f"purpose is {OPTIONAL}, {REQUIRED} or {IMPLIED}"),
        (rule.purpose == IMPLIED and len(rule.purposes) != 1, "only one purpose can be implied"),
        (rule.zone != NONE and not rule.roles, "a zone with values of people needs roles"),
        (rule.zone == RESTRICTED and rule.purpose in {"", OPTIONAL}, "the restricted zone needs a purpose"),
        (bool(rule.purpose) != bool(rule.purposes), "purpose and purposes go together"),
        (bool(rule.records) and not rule.roles, "what anybody may run is not recorded"),
    ]
    for is_wrong, problem in problems:
        if is_wrong:
            raise ConfigurationError(f"{PATH.name}, {rule.name}: {problem}.", "Correct the entry.")
