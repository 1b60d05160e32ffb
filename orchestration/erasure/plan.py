"""The plan of an erasure: what an officer sees before anything is erased, with pseudonyms only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.pseudonym import pseudonym, read_secret
from orchestration.erasure.due import BLOCKS, find_due
from orchestration.erasure.policy import read_erasure_policy

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home

_NEXT = "Make a new plan: osamari erase --as-of DAY"


@dataclass(frozen=True)
class Order:
    """One person whose erasure is ordered, whatever his periods: the addressee code is not kept."""

    addressee_code: str
    reason: str


@dataclass(frozen=True)
class ErasurePlan:
    """Whom to erase (``people``: pseudonym, day since when he is due, end of each kind) and on what it was judged."""

    plan_id: str
    as_of: date
    made_by: str
    policy_version: str
    marts_day: date
    file_no: int
    reason: str
    people: tuple[dict[str, Any], ...]
    ends_by_kind: dict[str, int]
    kept_by_block: dict[str, int]


def make_plan(home: Home, as_of: date, by: str, order: Order | None = None) -> ErasurePlan:
    """Judge everybody, or the one that an order names, and keep the plan in ``erasures/`` (mode 0600).

    Raises:
        DataRefused: the marts are missing, older than the policy allows or younger than the day; deliveries wait; the
            ordered person is unknown or not settled.
        ConfigurationError: the policy is wrong, or an order gives no reason.
    """
    policy = read_erasure_policy(home)
    if order and not order.reason.strip():
        raise ConfigurationError("no reason is given for the erasure of one person", "Say why: --reason TEXT")
    _refuse_waiting_deliveries(home)
    with read_warehouse(home) as connection:
        marts_day = _marts_day(connection)
        if not as_of - timedelta(days=policy.data_age_days) <= marts_day <= as_of:
            raise DataRefused(
                f"the figures stand as of {marts_day}, too far from the day of the erasure, {as_of}",
                f"Run osamari refresh --as-of {as_of} first, with everything delivered by then.",
            )
        find_due(connection, policy, as_of)
        wanted = f"addressee_key = '{_ordered(home, connection, order)}'" if order else "block IS NULL"
        people = _people(connection, wanted, [kind.kind for kind in policy.kinds])
        ends = {one.title_ja: sum(person["ends"][one.kind] is not None for person in people) for one in policy.kinds}
        blocks = "SELECT block, count(*) FROM judged WHERE block IS NOT NULL GROUP BY block"
        kept = dict(connection.execute(blocks).fetchall())
        file_no, reason = newest_file(connection), order.reason if order else "保存期間の満了"
    plan_id = f"{as_of:%Y%m%d}-{secrets.token_hex(3)}"
    plan = ErasurePlan(plan_id, as_of, by, policy.version, marts_day, file_no, reason, people, ends, kept)
    _keep(home, plan)
    return plan


def read_plan(home: Home, plan_id: str) -> ErasurePlan:
    """A plan made before.

    Raises:
        ConfigurationError: there is no such plan, or it was carried out already.
    """
    path = plan_path(home, plan_id)
    if not plan_id.replace("-", "").isalnum() or not path.exists():
        known = ", ".join(sorted(one.stem.removeprefix("plan-") for one in home.erasures.glob("plan-*.json")))
        raise ConfigurationError(f"there is no plan {plan_id}", f"There are: {known or 'none'}. {_NEXT}")
    body = json.loads(path.read_text(encoding="utf-8"))
    days = {name: date.fromisoformat(body[name]) for name in ("as_of", "marts_day")}
    return ErasurePlan(**{**body, **days, "people": tuple(body["people"])})


def require_current(home: Home, plan: ErasurePlan, connection: DuckDBPyConnection) -> None:
    """Refuse a plan that was judged on other data or by another policy.

    Raises:
        DataRefused: something was delivered, computed or changed since.
    """
    if plan.policy_version != read_erasure_policy(home).version:
        raise DataRefused(f"the policy has changed since plan {plan.plan_id} was made", _NEXT)
    if (plan.file_no, plan.marts_day) != (newest_file(connection), _marts_day(connection)):
        raise DataRefused(f"plan {plan.plan_id} is older than the data: something was delivered since", _NEXT)
    _refuse_waiting_deliveries(home)


def plan_path(home: Home, plan_id: str) -> Path:
    """Where a plan is kept until it is carried out."""
    return home.erasures / f"plan-{plan_id}.json"


def newest_file(connection: DuckDBPyConnection) -> int:
    """The number of the newest delivered file."""
    row = connection.execute("SELECT coalesce(max(file_no), 0) FROM feed_files").fetchone()
    return int(row[0]) if row else 0


def render_plan(plan: ErasurePlan) -> list[str]:
    """The plan for a person: no name, no code."""
    lines = [f"plan {plan.plan_id} as of {plan.as_of}: {len(plan.people):,} people are due ({plan.reason})"]
    lines += [f"  {title}: {count:,} people with such records, all ended" for title, count in plan.ends_by_kind.items()]
    lines += [
        f"  kept  {BLOCKS[block]}: {plan.kept_by_block[block]:,}" for block in BLOCKS if block in plan.kept_by_block
    ]
    return lines


def _marts_day(connection: DuckDBPyConnection) -> date:
    known = connection.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'int_run'").fetchone()
    row = connection.execute("SELECT as_of_date FROM int_run").fetchone() if known and known[0] else None
    if not row or not isinstance(row[0], date):
        raise DataRefused("there are no figures to judge by", "Run osamari refresh first.")
    return row[0]


def _refuse_waiting_deliveries(home: Home) -> None:
    if home.inbox.is_dir() and any(path.is_file() and not path.name.startswith(".") for path in home.inbox.iterdir()):
        raise DataRefused(
            "deliveries wait in the inbox: what they say of these people is not known yet", "Run osamari refresh first."
        )


def _ordered(home: Home, connection: DuckDBPyConnection, order: Order) -> str:
    key = pseudonym(read_secret(home), "addressee", order.addressee_code)
    row = connection.execute("SELECT order_block FROM judged WHERE addressee_key = ?", [key]).fetchone()
    if row is None:
        raise DataRefused("nobody with this addressee code is known", "Check the code; nothing was changed.")
    if row[0] is not None:
        raise DataRefused(f"this person cannot be erased: {BLOCKS[row[0]]}", "Settle it first; nothing was changed.")
    return key


def _people(connection: DuckDBPyConnection, wanted: str, kinds: list[str]) -> tuple[dict[str, Any], ...]:
    ends = ", ".join(f"{kind}_end" for kind in kinds)
    rows = connection.execute(
        f"SELECT addressee_key, due_on, {ends} FROM judged WHERE {wanted} ORDER BY addressee_key"
    ).fetchall()
    return tuple(
        {
            "addressee_key": key,
            "due_on": str(due) if due else None,
            "ends": {kind: str(end) if end else None for kind, end in zip(kinds, found, strict=True)},
        }
        for key, due, *found in rows
    )


def _keep(home: Home, plan: ErasurePlan) -> None:
    path = plan_path(home, plan.plan_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    body = asdict(plan) | {"as_of": str(plan.as_of), "marts_day": str(plan.marts_day)}
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as target:
        json.dump(body, target, ensure_ascii=False, indent=1)
