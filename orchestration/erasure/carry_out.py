"""Carries a plan out: erase, compute anew, certify. What the certificate says is counts; the plan goes with it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ingestion.city_profile import read_city_profile
from ingestion.database import read_warehouse, write_warehouse
from ingestion.erasure.erase import Erased, Erasure, erase_people
from ingestion.errors import DataRefused
from ingestion.hash_chain import HashChain
from ingestion.numbering.forgetting import forget
from ingestion.numbering.tables import NUMBER_TABLES
from ingestion.warehouse import transaction
from marts.link_tables.downstream import Person
from marts.provision.expire import remove_answers_of
from marts.provision.provide import Officer
from orchestration import run_lock
from orchestration.erasure.figure_columns import columns_read, computed_tables
from orchestration.erasure.plan import plan_path, read_plan, require_current
from orchestration.link_deliveries import forget_downstream

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.erasure.archive_copy import Moves
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
            people = _people(home, connection, plan)
        if not people:
            raise DataRefused(f"plan {plan_id} names nobody", "There is nothing to erase.")
        codes = [person.addressee_code for person in people]
        # Those who keep copies first: each may be called again when the process is killed before the end.
        told = {"downstream_deletions": _downstream(home, people, plan, by)}
        told["removed_answers"] = _answers(home, people, by, moment)
        _forget_numbers(home, codes)
        certificate: dict[str, Any] = {}

        def settle(erased: Erased, folder: Path, moves: Moves) -> None:
            certificate.update(_certificate(plan, erased, by, moment) | told)
            moves.placed.append((_written(folder, certificate), home.erasures / certificate_name(plan_id)))
            # The plan holds the last pseudonyms by which these people could be told.
            moves.removed.append(plan_path(home, plan_id))

        erase_people(home, Erasure(codes, columns_read(), computed_tables()), progress, settle)
        log_certificates(home)
    return certificate


def certificate_name(plan_id: str) -> str:
    """The file of the certificate of a plan, in the home's folder of erasures."""
    return f"certificate-{plan_id}.json"


def log_certificates(home: Home) -> None:
    """Log every certificate that is not: its erasure was carried out, and the process ended before it could say so.

    Raises:
        ChainBroken: the log is not what was written.
    """
    logged = {line["erasure_id"] for line in certificates(home).lines()}
    for path in sorted(home.erasures.glob(certificate_name("*"))):
        certificate = json.loads(path.read_text(encoding="utf-8"))
        if certificate["erasure_id"] not in logged:
            certificates(home).append(certificate)


def _people(home: Home, connection: DuckDBPyConnection, plan: ErasurePlan) -> list[Person]:
    """The addressee codes behind the pseudonyms, from every feed that has both."""
    keys = [person["addressee_key"] for person in plan.people]
    contracts = read_city_profile(home).layouts.contracts().values()
    parts = [
        f"SELECT addressee_code, addressee_key FROM {contract.raw_table} "
        "WHERE addressee_key IN (SELECT unnest($keys)) AND addressee_code IS NOT NULL"
        for contract in contracts
        if any(name == "addressee_key" for name, _ in contract.system_columns)
    ]
    rows = connection.execute(" UNION ".join(parts), {"keys": keys}).fetchall()
    return [Person(code, key) for code, key in sorted(rows)]


def _downstream(home: Home, people: list[Person], plan: ErasurePlan, by: str) -> int:
    """Consumers of the shared link tables are told to delete; how many records.

    As of the day of the figures: a delivery of a later day would make the next ordinary ones wait.
    """
    return sum(one.deleted for one in forget_downstream(home, people, plan.marts_day, by))


def _answers(home: Home, people: list[Person], by: str, moment: datetime) -> int:
    """Answers to inquiries about them go; how many files."""
    keys = {person.addressee_key for person in people}
    return remove_answers_of(home, keys, Officer(by, moment)).file_count


def _forget_numbers(home: Home, codes: list[str]) -> None:
    with write_warehouse(home) as connection:
        for table, columns in NUMBER_TABLES.items():
            connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        with transaction(connection):
            forget(connection, codes)


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


def _written(folder: Path, certificate: dict[str, Any]) -> Path:
    path = folder / certificate_name(certificate["erasure_id"])
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as target:
        json.dump(certificate, target, ensure_ascii=False, indent=1)
        target.flush()
        os.fsync(target.fileno())
    return path
