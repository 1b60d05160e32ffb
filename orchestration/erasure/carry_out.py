"""Carries a plan out: erase, compute anew, certify. What the certificate says is counts; the plan goes with it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingestion.city_profile import read_city_profile
from ingestion.database import read_warehouse
from ingestion.erasure.erase import Erased, Erasure, erase_people
from ingestion.errors import DataRefused
from ingestion.hash_chain import HashChain
from ingestion.row_sql import quoted
from orchestration import run_lock
from orchestration.erasure.figure_columns import columns_read, computed_tables
from orchestration.erasure.plan import plan_path, read_plan, require_current

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from duckdb import DuckDBPyConnection

    from ingestion.home import Home
    from orchestration.erasure.plan import ErasurePlan

REMEDY = "Restore erasures/certificates.jsonl from the newest backup and compare it with the certificates beside it."


def certificates(home: Home) -> HashChain:
    """The chained log of all erasures."""
    return HashChain(home.erasures / "certificates.jsonl", REMEDY)


def carry_out(
    home: Home, plan_id: str, by: str, moment: datetime, progress: Callable[[str, str], None]
) -> dict[str, Any]:
    """Erase the people of a plan and write the certificate; the figures are to be computed anew afterwards.

    Raises:
        ConfigurationError: no such plan. DataRefused: the plan is older than the data or the policy. Busy: a run is on.
    """
    with run_lock.hold(home):
        plan = read_plan(home, plan_id)
        with read_warehouse(home) as connection:
            require_current(home, plan, connection)
            codes = _codes(home, connection, plan)
        if not codes:
            raise DataRefused(f"plan {plan_id} names nobody", "There is nothing to erase.")
        erased = erase_people(home, Erasure(codes, columns_read(), computed_tables()), progress)
        certificate = _certificate(plan, erased, by, moment)
        _write(home, certificate)
        # The plan holds the last pseudonyms by which these people could be told.
        plan_path(home, plan_id).unlink()
    return certificate


def _codes(home: Home, connection: DuckDBPyConnection, plan: ErasurePlan) -> list[str]:
    """The addressee codes behind the pseudonyms, from every feed that has both."""
    keys = [person["addressee_key"] for person in plan.people]
    contracts = read_city_profile(home).layouts.contracts().values()
    parts = [
        f"SELECT {quoted('addressee_code')} FROM {contract.raw_table} WHERE addressee_key IN (SELECT unnest($keys))"
        for contract in contracts
        if any(name == "addressee_key" for name, _ in contract.system_columns)
    ]
    return [row[0] for row in connection.execute(" UNION ".join(parts), {"keys": keys}).fetchall() if row[0]]


def _certificate(plan: ErasurePlan, erased: Erased, by: str, moment: datetime) -> dict[str, Any]:
    return {
        "erasure_id": plan.plan_id,
        "as_of": str(plan.as_of),
        "erased_at": moment.isoformat(),
        "planned_by": plan.made_by,
        "erased_by": by,
        "policy_version": plan.policy_version,
        "reason": plan.reason,
        "people_with_ended_records": plan.ends_by_kind,
        "kept": plan.kept_by_block,
        **asdict(erased),
    }


def _write(home: Home, certificate: dict[str, Any]) -> None:
    path = home.erasures / f"certificate-{certificate['erasure_id']}.json"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as target:
        json.dump(certificate, target, ensure_ascii=False, indent=1)
    certificates(home).append(certificate)
