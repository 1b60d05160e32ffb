"""Whether an account may run a command on a day."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from orchestration.access import access_log, users
from orchestration.access.account import is_owner
from orchestration.access.refusals import EXPIRED, NO_ROLE, NOT_REGISTERED, NOT_YET, REVOKED, NotPermitted

if TYPE_CHECKING:
    from ingestion.home import Home
    from orchestration.access.policy import CommandRule
    from orchestration.access.users import Officer

ASK = "Ask an administrator: osamari user add ACCOUNT --role ROLE."


def roles_of(home: Home, rule: CommandRule, account: str, at: str) -> frozenset[str]:
    """The roles of an account at a moment (ISO 8601), when one of them may run the command.

    In a home in which nobody was ever registered its owner is registered first.

    Raises:
        NotPermitted: the account is not registered, revoked, outside its period, or has none of the roles.
        ChainBroken: the register is not what was written.
    """
    day = dt.datetime.fromisoformat(at).date()
    known = users.officers(home)
    if not known and is_owner(home) and access_log.log_of(home).head().count == 0:
        users.register_founder(home, account, day, at)
        known = users.officers(home)
    officer = known.get(account)
    if officer is None:
        raise NotPermitted(NOT_REGISTERED, f"The account {account} is not registered in this home.", ASK)
    roles = officer.roles_on(day)
    if not roles:
        raise _without_roles(officer, day)
    if not roles & rule.roles:
        raise NotPermitted(
            NO_ROLE,
            f"`osamari {rule.name}` is for {', '.join(sorted(rule.roles))}; {account} is {', '.join(sorted(roles))}.",
            ASK,
        )
    return roles


def _without_roles(officer: Officer, day: dt.date) -> NotPermitted:
    standing = [grant for grant in officer.grants if not grant.is_revoked]
    if not standing:
        return NotPermitted(REVOKED, f"The rights of {officer.account} were revoked.", ASK)
    if all(grant.from_date > day for grant in standing):
        start = min(grant.from_date for grant in standing)
        return NotPermitted(NOT_YET, f"The rights of {officer.account} begin on {start}.", f"Wait until {start}.")
    end = max(grant.to_date for grant in standing if grant.to_date is not None)
    return NotPermitted(EXPIRED, f"The rights of {officer.account} ended on {end}.", ASK)
