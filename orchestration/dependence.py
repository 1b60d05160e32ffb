"""What a closed gate of the marts stops: whatever is made from its table, as the dbt graph says, and nothing else.

No list of dependent tables is kept by hand. The release is not asked here: it demands a pass of every gate.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from expectations.catalogue import tables_by_suite
from expectations.verdict import suites_without_pass
from ingestion.database import read_warehouse
from ingestion.errors import DataRefused
from orchestration.dbt_manifest import prepared_manifest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from ingestion.home import Home

STATISTICS = "statistics"
REMEDY = "Correct what the quality report names, deliver it again, run `osamari refresh`."


@cache
def parents_of_models() -> dict[str, frozenset[str]]:
    """For each dbt model the tables it is made from, by name."""
    manifest = json.loads(prepared_manifest().read_text(encoding="utf-8"))
    names = {key: str(node["name"]) for key, node in (manifest["sources"] | manifest["nodes"]).items()}
    return {
        names[key]: frozenset(names[parent] for parent in node["depends_on"]["nodes"])
        for key, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }


def made_from(tables: Collection[str], parents: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Every model that is made from one of the tables, directly or by others. The tables themselves stand already."""
    found: set[str] = set()
    reached = set(tables)
    while grown := {model for model, sources in parents.items() if model not in found and reached & set(sources)}:
        found |= grown
        reached |= grown
    return frozenset(found)


def mart_suites() -> dict[str, str]:
    """The suites between the marts and what is made from them, with the table that each judges."""
    return {name: table for name, table in tables_by_suite().items() if "." not in name}


def closed_gates(home: Home, day: date) -> dict[str, str]:
    """The suites of the marts without a pass for that day, with the table that each judges."""
    suites = mart_suites()
    with read_warehouse(home) as connection:
        return {name: suites[name] for name in suites_without_pass(connection, day, tuple(suites))}


def stopped_models(home: Home, day: date) -> frozenset[str]:
    """What must wait, since a gate that it depends on is closed."""
    closed = closed_gates(home, day)
    return made_from(closed.values(), parents_of_models()) if closed else frozenset()


def closed_before(home: Home, made: Mapping[str, Collection[str]], day: date) -> dict[str, tuple[str, ...]]:
    """For each name in ``made`` the suites without a pass, of feeds and marts, on the way to its tables.

    Names for which every gate has passed are left out.
    """
    suites = {name: table for name, table in tables_by_suite().items() if not name.startswith(f"{STATISTICS}.")}
    with read_warehouse(home) as connection:
        closed = suites_without_pass(connection, day, tuple(suites))
    reached = {suite: {suites[suite], *made_from([suites[suite]], parents_of_models())} for suite in closed}
    found = {name: tuple(s for s in closed if reached[s] & set(tables)) for name, tables in made.items()}
    return {name: waiting for name, waiting in found.items() if waiting}


def refuse_behind_a_closed_gate(home: Home, view: str, day: date) -> None:
    """Demand that every gate on the way to an officers' list has passed.

    Raises:
        DataRefused: a suite that judges what the list is made from has no pass; it is named.
    """
    closed = closed_gates(home, day)
    on_the_way = [name for name, table in closed.items() if view in made_from([table], parents_of_models())]
    if on_the_way:
        raise DataRefused(f"{view} is made from data that did not pass: {', '.join(on_the_way)}.", REMEDY)
