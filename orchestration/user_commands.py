"""``osamari user``: who may do what in this home. Every change stands in a ledger that is never edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestration.access.gate import moment, recorded
from orchestration.settings import parse_day

if TYPE_CHECKING:
    from datetime import date

    from orchestration.access.gate import Access
    from orchestration.access.users import Officer


@click.group()
def user() -> None:
    """The register of users: add, revoke, list, history. Roles and what they may do: docs/access.md."""


@user.command()
@click.argument("account", required=False)
@click.option("--name", default="", help="氏名; as registered before if not given.")
@click.option("--department", default="", help="所属, such as 収納課; as before if not given.")
@click.option("--role", "roles", multiple=True, required=True, help="May be given several times.")
@click.option("--from", "from_date", help="First day, YYYY-MM-DD; today if not given.")
@click.option("--to", "to_date", help="Last day, YYYY-MM-DD; without end if not given.")
@click.option("--reason", default="", help="Why, such as 異動.")
@recorded("user add")
def add(  # noqa: PLR0913, PLR0917  (the options of the command)
    access: Access,
    account: str | None,
    name: str,
    department: str,
    roles: tuple[str, ...],
    from_date: str | None,
    to_date: str | None,
    reason: str,
) -> None:
    r"""Register an account of the operating system; your own when ACCOUNT is not given.

    Further roles are a further registration. Registering again what an account has already writes nothing.

    \b
    Example:
      osamari user add sato --name 佐藤一郎 --department 収納課 --role collector --to 2027-03-31
    """
    from orchestration.access.users import Officer, Registration, add_user, officers  # noqa: PLC0415  (commands load only what they need)

    at = moment()
    account = account or access.account
    start, end = parse_day(from_date or at[:10]), parse_day(to_date) if to_date else None
    before = officers(access.home).get(account, Officer(account, account))
    name, department = name or before.name, department or before.department
    wanted = Registration(account, name, department, tuple(sorted(set(roles))), start, end, reason)
    is_new = add_user(access.home, wanted, access.account, at)
    click.echo(f"{account} is {'registered' if is_new else 'registered already'}: {', '.join(wanted.roles)}.")


@user.command()
@click.argument("account")
@click.option("--reason", required=True, help="Why, such as 異動 or 退職; it stands in the ledger.")
@click.option("--role", "roles", multiple=True, help="Only this role; everything if not given.")
@recorded("user revoke")
def revoke(access: Access, account: str, reason: str, roles: tuple[str, ...]) -> None:
    """Take back the rights of an account, from now on. Example: osamari user revoke sato --reason 異動."""
    from orchestration.access.users import revoke_user  # noqa: PLC0415

    taken = revoke_user(access.home, account, roles, reason, (access.account, moment()))
    click.echo(f"{account} no longer has: {', '.join(taken)}.")


@user.command("list")
@click.option("--all", "shows_all", is_flag=True, help="Also those who have no right today.")
@recorded("user list")
def list_(access: Access, *, shows_all: bool) -> None:
    """Who may do what today."""
    from orchestration.access.users import officers  # noqa: PLC0415

    today = parse_day(moment()[:10])
    for officer in officers(access.home).values():
        roles = officer.roles_on(today)
        if roles or shows_all:
            click.echo(_told(officer, ", ".join(sorted(roles)) or "権限なし", today))


def _told(officer: Officer, roles: str, today: date) -> str:
    ends = [grant.to_date for grant in officer.grants if grant.is_current(today) and grant.to_date]
    until = f"  {min(ends)} まで" if ends else ""
    return f"{officer.account}  {officer.name}  {officer.department}  {roles}{until}".replace("    ", "  ")


@user.command()
@click.argument("account", required=False)
@recorded("user history")
def history(access: Access, account: str | None) -> None:
    """Every registration and revocation, of all accounts or of one, oldest first."""
    from orchestration.access.users import REVOCATION, register_of  # noqa: PLC0415

    for line in register_of(access.home).lines():
        if account and line["account"] != account:
            continue
        kind = "抹消" if line["kind"] == REVOCATION else "登録"
        period = "" if line["kind"] == REVOCATION else f"  {line['from_date']} – {line['to_date'] or ''}"
        roles = ", ".join(map(str, line["roles"])) if isinstance(line["roles"], list) else ""
        click.echo(
            f"{line['number']}  {line['at']}  {kind}  {line['account']}  {roles}{period}"
            f"  {line['reason']}  (by {line['by']})"
        )
