"""The register of users (利用者台帳): registrations and revocations, one line each, never edited.

A registration gives an account roles from a day, up to a day or without end. An account may be registered several
times; its rights are those of all registrations that are current and not revoked. A revocation takes roles back, from
the moment it is written, and says why.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from ingestion.anchored_chain import AnchoredChain
from ingestion.errors import ConfigurationError
from orchestration.access.policy import load_policy
from orchestration.access.recorded_arguments import ACCOUNT

if TYPE_CHECKING:
    from ingestion.home import Home

ADMINISTRATOR = "administrator"
FOUNDER_ROLES = (ADMINISTRATOR, "collector")
FOUNDER_REASON = "この住まいの所有者として登録"
REGISTERED, REVOCATION = "registered", "revoked"
REMEDY = "Restore access/ from the newest backup, and find out who changed it: nobody is let in until then."


@dataclass(frozen=True)
class Registration:
    """What an administrator writes: who, which roles, from when until when (both days included), and why."""

    account: str
    name: str
    department: str
    roles: tuple[str, ...]
    from_date: date
    to_date: date | None = None
    reason: str = ""


@dataclass
class Grant:
    """One role of one registration."""

    role: str
    from_date: date
    to_date: date | None
    is_revoked: bool = False

    def is_current(self, day: date) -> bool:
        """Whether it gives the role on that day."""
        return not self.is_revoked and self.from_date <= day and (self.to_date is None or day <= self.to_date)

    def covers(self, other: Grant) -> bool:
        """Whether it already gives what the other would."""
        is_long_enough = self.to_date is None or (other.to_date is not None and other.to_date <= self.to_date)
        return not self.is_revoked and self.role == other.role and self.from_date <= other.from_date and is_long_enough


@dataclass
class Officer:
    """One account with everything it was ever given; name and department of the newest registration."""

    account: str
    name: str = ""
    department: str = ""
    grants: list[Grant] = field(default_factory=list)

    def roles_on(self, day: date) -> frozenset[str]:
        """The roles of that day."""
        return frozenset(grant.role for grant in self.grants if grant.is_current(day))


def register_of(home: Home) -> AnchoredChain:
    """The file of the register."""
    return AnchoredChain(home.access / "users.jsonl", REMEDY)


def officers(home: Home) -> dict[str, Officer]:
    """Every account that was ever registered.

    Raises:
        ChainBroken: the register is not what was written.
    """
    known: dict[str, Officer] = {}
    for line in register_of(home).lines():
        officer = known.setdefault(str(line["account"]), Officer(str(line["account"])))
        roles = [str(role) for role in _list(line["roles"])]
        if line["kind"] == REVOCATION:
            for grant in officer.grants:
                grant.is_revoked = grant.is_revoked or grant.role in roles
            continue
        officer.name, officer.department = str(line["name"]), str(line["department"])
        start, end = date.fromisoformat(str(line["from_date"])), line["to_date"]
        officer.grants += [Grant(role, start, date.fromisoformat(str(end)) if end else None) for role in roles]
    return known


def add_user(home: Home, wanted: Registration, by: str, at: str) -> bool:
    """Write a registration; False when the account has all of it already, and nothing is written.

    Raises:
        ConfigurationError: the account, a role or the period is wrong.
    """
    _refuse_wrong(wanted)
    officer = officers(home).get(wanted.account, Officer(wanted.account))
    new = [Grant(role, wanted.from_date, wanted.to_date) for role in wanted.roles]
    is_same_person = (officer.name, officer.department) == (wanted.name, wanted.department)
    if is_same_person and all(any(old.covers(grant) for old in officer.grants) for grant in new):
        return False
    days = {"from_date": wanted.from_date.isoformat(), "to_date": wanted.to_date and wanted.to_date.isoformat()}
    register_of(home).append({**asdict(wanted), **days, "kind": REGISTERED, "by": by, "at": at})
    return True


def revoke_user(home: Home, account: str, roles: tuple[str, ...], reason: str, written: tuple[str, str]) -> list[str]:
    """Take back these roles, or all; ``written`` is by whom and when. Returns the roles taken back.

    Raises:
        ConfigurationError: no such account, nothing to take back, no reason, or nobody would be left to administrate.
    """
    by, at = written
    known = officers(home)
    held = {grant.role for grant in known[account].grants if not grant.is_revoked} if account in known else set()
    taken = sorted(held & set(roles) if roles else held)
    if not taken:
        raise ConfigurationError(
            f"{account} holds nothing of the kind that could be revoked.", "See `osamari user list --all`."
        )
    if not reason.strip():
        raise ConfigurationError("A revocation needs a reason.", 'Give --reason, such as --reason "異動".')
    if ADMINISTRATOR in taken and not _administrates_without_end(known, account):
        raise ConfigurationError(f"{account} is the last administrator.", "Register another one first, without --to.")
    register_of(home).append(
        {"kind": REVOCATION, "account": account, "roles": taken, "reason": reason.strip(), "by": by, "at": at}
    )
    return taken


def register_founder(home: Home, account: str, day: date, at: str) -> None:
    """The first registration of a home: its owner, who registers everybody else."""
    add_user(home, Registration(account, account, "", FOUNDER_ROLES, day, None, FOUNDER_REASON), account, at)


def _administrates_without_end(known: dict[str, Officer], besides: str) -> bool:
    return any(
        grant.role == ADMINISTRATOR and not grant.is_revoked and grant.to_date is None
        for account, officer in known.items()
        if account != besides
        for grant in officer.grants
    )


def _refuse_wrong(wanted: Registration) -> None:
    roles = load_policy().roles
    unknown = [role for role in wanted.roles if role not in roles]
    if not ACCOUNT.fullmatch(wanted.account):
        raise ConfigurationError("That is not the name of an account.", "Write it as `id -un` shows it.")
    if unknown or not wanted.roles:
        told = f"There is no role {unknown[0]}." if unknown else "A registration needs a role."
        raise ConfigurationError(told, f"Roles: {', '.join(f'{code} {label}' for code, label in roles.items())}.")
    if wanted.to_date is not None and wanted.to_date < wanted.from_date:
        raise ConfigurationError(f"--to {wanted.to_date} is before --from {wanted.from_date}.", "Exchange the days.")


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
