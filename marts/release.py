"""A release: a stored pass of every gate, all tables protected together, files that never change afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from expectations.catalogue import suite_names
from expectations.verdict import require_passed
from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError
from ingestion.file_ledger import municipality_of
from marts.certificate import Setting, certificate, law_fingerprint, law_version
from marts.disclosure.policy import Policy, load_policy
from marts.disclosure.protect import Protection, protect
from marts.disclosure.registry import Entry, Registry
from marts.earlier_releases import Before, Today, read_before, register_unregistered
from marts.evidence import write_evidence
from marts.information_loss import information_loss
from marts.last_gate import refuse_recoverable
from marts.policy_links import describe_ceilings, describe_links, resolve_links, resolve_public_figures
from marts.release_descriptions import description_files, json_bytes
from marts.release_files import csv_bytes, parquet_bytes
from marts.release_folder import digests, next_id, read_files, release_ids, with_sums, write_release
from marts.released_table import ReleasedTable, released_table
from marts.stat_table import StatTable, protected_table, read_table
from marts.table_contract import load_contracts
from marts.verify import list_releases, show, verify, withdraw

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from ingestion.home import Home
    from marts.disclosure.table import Table

__all__ = ["ReleaseResult", "list_releases", "release", "show", "verify", "withdraw"]


@dataclass(frozen=True)
class ReleaseResult:
    """What became of a call: the release, its folder, and whether it was there before."""

    release_id: str
    folder: Path
    unchanged: bool
    tables: tuple[str, ...]
    cell_count: int
    masked_count: int


@dataclass(frozen=True)
class _Material:
    """All that goes into a release, before protection."""

    setting: Setting
    policy: Policy
    tables: Mapping[str, StatTable]
    protected: Mapping[str, Table]


def release(home: Home, as_of: date) -> ReleaseResult:
    """Release the statistics as of a day; the latest release of that day stands when nothing has changed.

    Raises:
        GateRefused: a suite has no pass for exactly this data.
        NotProven: the protection of some cell could not be proven.
        TableRefused: a table contradicts itself.
        RegistryBroken: earlier releases are not what they were.
        Recoverable: an attacker recovers a masked figure from the files.
        ConfigurationError: policy and contracts contradict each other, or there is no warehouse.
    """
    material = _gather(home, as_of)
    registry = Registry(home.released)
    register_unregistered(home.released, registry)
    entries = registry.entries()
    of_day = [place for place, entry in enumerate(entries) if entry.as_of == as_of.isoformat()]
    if of_day:
        latest = entries[of_day[-1]].release_id
        protection, files = _make(material, latest, _before(home, registry, entries[: of_day[-1]], material))
        if files == read_files(home.released / latest):
            return _result(home, latest, protection, material, unchanged=True)
    release_id = next_id(as_of, release_ids(home.released))
    protection, files = _make(material, release_id, _before(home, registry, entries, material))
    refuse_recoverable(home.released, (release_id, files), protection, list(material.protected.values()))
    write_evidence(home, release_id, list(material.protected.values()), protection)
    write_release(home.released, release_id, files)
    masked = tuple(sorted(protection.masked))
    registry.append(Entry(release_id, as_of.isoformat(), digests(files), masked))
    return _result(home, release_id, protection, material, unchanged=False)


def _gather(home: Home, as_of: date) -> _Material:
    """Read policy, contracts and cells, and demand the gates; the warehouse is only read."""
    policy, contracts = load_policy(), load_contracts()
    for contract in contracts.values():
        if contract.is_exempt != (policy.exemption(contract.table) is not None):
            raise ConfigurationError(
                f"{contract.table}: contract and disclosure policy differ on whether it is exempt.",
                "Write the same in marts/contracts and marts/disclosure/policy.yaml.",
            )
    if not home.warehouse.exists():
        raise ConfigurationError(f"There is no warehouse in {home.root}.", "Run: osamari refresh")
    with read_warehouse(home) as connection:
        require_passed(connection, as_of, suite_names())
        tables = {
            name: read_table(connection, contract, as_of, policy.structural_zero_flag)
            for name, contract in contracts.items()
        }
        law = law_version(connection), law_fingerprint(connection)
        setting = Setting(as_of, municipality_of(connection), *law, suite_names())
    protected = {
        name: protected_table(table, policy.structural_zero_flag)
        for name, table in tables.items()
        if not table.contract.is_exempt
    }
    return _Material(setting, policy, tables, protected)


def _before(home: Home, registry: Registry, entries: Sequence[Entry], material: _Material) -> Before:
    links = resolve_links(material.policy.links, material.tables)
    today = Today(material.setting.as_of.isoformat(), material.tables, material.protected, links)
    return read_before(home, registry, entries, today)


def _make(material: _Material, release_id: str, before: Before) -> tuple[Protection, dict[str, bytes]]:
    policy, tables, as_of = material.policy, material.tables, material.setting.as_of
    protection = protect(
        list(material.protected.values()),
        policy.rules,
        links=resolve_links(policy.links, tables),
        known=resolve_public_figures(policy.public_figures, tables, as_of),
        earlier=before.earlier,
    )
    released = [released_table(table, protection.masked, before.revised) for table in tables.values()]
    setting = replace(material.setting, earlier_releases=before.release_count)
    return protection, _files(replace(material, setting=setting), release_id, protection, released)


def _files(
    material: _Material, release_id: str, protection: Protection, tables: Sequence[ReleasedTable]
) -> dict[str, bytes]:
    setting = material.setting
    files = {f"{table.name}.csv": csv_bytes(table) for table in tables}
    files |= {f"{table.name}.parquet": parquet_bytes(table) for table in tables}
    proof = certificate(release_id, setting, material.policy, protection, (tables, files))
    proof["information_loss"] = information_loss(list(material.protected.values()), protection)
    relations = {
        "links": describe_links(material.policy.links),
        "ceilings": describe_ceilings(material.policy.public_figures, material.tables, setting.as_of),
    }
    described = description_files(release_id, setting, tables, files, relations)
    return with_sums({**files, "certificate.json": json_bytes(proof), **described})


def _result(
    home: Home, release_id: str, protection: Protection, material: _Material, *, unchanged: bool
) -> ReleaseResult:
    return ReleaseResult(
        release_id=release_id,
        folder=home.released / release_id,
        unchanged=unchanged,
        tables=tuple(material.tables),
        cell_count=protection.cell_count,
        masked_count=len(protection.masked),
    )
