"""The purpose of an access: one of the purposes of ``commands.yaml``, and where there is one the number of a document.

Free words could name a person, and the log must not hold a name. So a purpose is a code or its Japanese label, and what
may follow a colon is the office's own number of a document, like ``collection:R7-123``.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from orchestration.access.policy import IMPLIED, REQUIRED
from orchestration.access.refusals import NO_PURPOSE, OTHER_PURPOSE, NotPermitted

if TYPE_CHECKING:
    from orchestration.access.policy import AccessPolicy, CommandRule

ENVIRONMENT_VARIABLE = "OSAMARI_PURPOSE"
_REFERENCE = re.compile(r"(?:[RH][0-9]{1,2}|20[0-9]{2})-[0-9]{1,5}")
"""Year and number, as R7-123 or 2026-123: neither a name nor a telephone number looks like it."""


@dataclass(frozen=True)
class Purpose:
    """Why; ``code`` is empty where none was asked for. ``str`` is what the log has."""

    code: str = ""
    label: str = ""
    reference: str = ""

    def __str__(self) -> str:
        """``code`` or ``code:reference``."""
        return f"{self.code}:{self.reference}" if self.reference else self.code


def stated_purpose(policy: AccessPolicy, rule: CommandRule, stated: str | None) -> Purpose:
    """What was said with ``--purpose`` or the environment; on a terminal it is asked for.

    Raises:
        NotPermitted: none was given where one is required, or the command does not serve it.
    """
    if rule.purpose == IMPLIED:
        return Purpose(rule.purposes[0], policy.purposes[rule.purposes[0]])
    if not rule.purpose:
        return Purpose()
    text = (stated or "").strip()
    if not text and rule.purpose == REQUIRED and sys.stdin.isatty():
        click.echo(_choices(policy, rule), err=True)
        text = click.prompt("目的", err=True).strip()
    if not text:
        if rule.purpose == REQUIRED:
            raise NotPermitted(
                NO_PURPOSE,
                f"`osamari {rule.name}` needs a purpose.",
                f"Give --purpose or {ENVIRONMENT_VARIABLE}. {_choices(policy, rule)}",
            )
        return Purpose()
    code, _, reference = text.replace("：", ":").partition(":")
    labels = {code: policy.purposes[code] for code in rule.purposes}
    found = next((known for known, label in labels.items() if code in {known, label}), None)
    if found is None or (reference and not _REFERENCE.fullmatch(reference)):
        raise NotPermitted(
            OTHER_PURPOSE,
            f"`osamari {rule.name}` cannot be run for that purpose.",
            f"{_choices(policy, rule)} A document's number may follow a colon: collection:R7-123. "
            "No names: the log must not hold them.",
        )
    return Purpose(found, labels[found], reference)


def _choices(policy: AccessPolicy, rule: CommandRule) -> str:
    return f"Purposes: {', '.join(f'{code} {policy.purposes[code]}' for code in rule.purposes)}."
