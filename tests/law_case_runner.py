"""Runs law cases through the compiled SQL of the real models, in a DuckDB of their own in memory.

dbt compiles once; each case then fills empty raw tables and runs the models in the order of the manifest.
One relation is replaced by the case itself: ``int_run`` (its own as-of date).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ingestion.contract import load_contracts
from ingestion.numbering.tables import NUMBER_TABLES
from ingestion.warehouse import CONTROL_TABLES, raw_table_columns
from tests.dbt_runs import run_dbt
from tests.law_case_runner_feeds import rows_of
from tests.law_case_runner_files import ROOT, Event, LawCase, LawCaseError
from tests.loose_databases import loose_database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PROJECT = ROOT / "dbt_project"
MARTS = (
    "fct_arrears",
    "fct_late_charge_segments",
    "fct_refunds",
    "fct_unidentified_receipts",
    "fct_prescriptions",
    "fct_write_off_candidates",
    "fct_appropriation_candidates",
)
RESULTS = (*MARTS, "int_instalment_positions")
REPLACED = ("int_run",)
PARAMETERS = "raw_city_parameters"
# Events whose amount a case leaves to the models: where the amount that is open on their day stands.
OPEN_AMOUNTS = {
    "write_off": ("int_instalment_positions", "principal_outstanding_yen"),
    "refund_decision": ("fct_refunds", "pending_yen"),
}


@dataclass(frozen=True)
class Model:
    """One compiled model: what makes it, and what it needs."""

    name: str
    materialized: str
    sql: str
    parents: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """The compiled models that the results need, in running order, seeds with their column types, singular tests."""

    models: tuple[Model, ...]
    seeds: dict[str, tuple[Path, dict[str, str]]]
    tests: dict[str, str]


@dataclass(frozen=True)
class Outcome:
    """What the models gave for a case: rows as mappings, by mart."""

    rows: dict[str, list[dict[str, Any]]]
    columns: dict[str, tuple[str, ...]]

    def of(self, mart: str, instalment: str) -> list[dict[str, Any]]:
        """Rows of one instalment."""
        return [row for row in self.rows[mart] if instalment_of(row) == instalment]

    def by_instalment(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """Rows of every instalment by mart, for thousands of them."""
        found: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
        for mart, rows in self.rows.items():
            for row in rows:
                if row.get("instalment_id") is not None:
                    found[row["instalment_id"]][mart].append(row)
        return found


def compile_project(folder: Path) -> Project:
    """Compile the dbt project into a folder; the warehouse is an empty file there.

    Raises:
        RuntimeError: dbt did not compile; the text is dbt's.
    """
    warehouse = loose_database(folder / "warehouse.duckdb")
    done = run_dbt(warehouse, date(2000, 1, 1), "compile", "--quiet", scratch=folder)
    if done.returncode:
        raise RuntimeError(f"dbt compile failed:\n{done.stdout}\n{done.stderr}")
    return read_project(folder / "target")


def read_project(target: Path) -> Project:
    """The models and seeds of a compiled target folder."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]
    names = {key: node["name"] for key, node in (manifest["sources"] | nodes).items()}
    models = {}
    for node in nodes.values():
        if node["resource_type"] == "model":
            compiled = target / "compiled" / "osamari" / "models" / node["path"]
            parents = tuple(names[key] for key in node["depends_on"]["nodes"])
            sql = compiled.read_text(encoding="utf-8")
            models[node["name"]] = Model(node["name"], node["config"]["materialized"], sql, parents)
    seeds = {
        node["name"]: (PROJECT / node["original_file_path"], node["config"]["column_types"])
        for node in nodes.values()
        if node["resource_type"] == "seed"
    }
    compiled_tests = (target / "compiled" / "osamari" / "tests").glob("*.sql")
    tests = {path.stem: path.read_text(encoding="utf-8") for path in compiled_tests}
    return Project(running_order(models), seeds, tests)


def running_order(models: dict[str, Model]) -> tuple[Model, ...]:
    """The models that the results need, each behind its parents."""
    ordered: dict[str, Model] = {}

    def visit(name: str) -> None:
        if name in models and name not in ordered and name not in REPLACED:
            for parent in models[name].parents:
                visit(parent)
            ordered[name] = models[name]

    for name in RESULTS:
        visit(name)
    return tuple(ordered.values())


def models_of_the_law(models: Sequence[Model]) -> frozenset[str]:
    """Models that hold for every case with the same parameters: they need no feed and no day."""
    moving = set(REPLACED)
    for model in models:
        if any(name in moving or (name.startswith("raw_") and name != PARAMETERS) for name in model.parents):
            moving.add(model.name)
    return frozenset(model.name for model in models) - moving


class LawCaseRunner:
    """A DuckDB in memory with empty raw tables, the seeds, and the compiled models."""

    def __init__(self, project: Project) -> None:
        """Make the empty tables and load the seeds; they serve every case."""
        self.project = project
        self.law_models = models_of_the_law(project.models)
        self.law_parameters: dict[str, Any] | None = None
        self.connection = duckdb.connect()
        self.connection.execute("ATTACH ':memory:' AS warehouse")
        self.connection.execute("USE warehouse")
        self.connection.execute("SET threads = 1")
        self.tables = {
            PARAMETERS: CONTROL_TABLES[PARAMETERS],
            "ended_records": CONTROL_TABLES["ended_records"],
            "int_run": "as_of_date DATE",
            **NUMBER_TABLES,
        } | {contract.raw_table: raw_table_columns(contract) for contract in load_contracts().values()}
        for table, columns in self.tables.items():
            self.connection.execute(f"CREATE TABLE {table} ({columns})")
        for seed, (path, types) in project.seeds.items():
            typed = f", types = {types}" if types else ""
            rows = f"read_csv(?, header = true{typed})"
            self.connection.execute(f"CREATE TABLE {seed} AS SELECT * FROM {rows}", [str(path)])

    def run(self, case: LawCase) -> Outcome:
        """What the models give for a case as of its day.

        Decisions that leave the amount to the law (write-off, refund) take what the models say on that day.
        """
        settled_yen: dict[int, int] = {}
        in_order = sorted(case.events, key=lambda event: event.on)
        for event in (event for event in in_order if event.kind in OPEN_AMOUNTS):
            before = [other for other in in_order if other.on <= event.on]
            known = [e for e in before if e.kind not in OPEN_AMOUNTS or id(e) in settled_yen]
            settled_yen[id(event)] = open_amount(self.compute(case, known, event.on, settled_yen), event)
        return self.compute(case, in_order, case.as_of, settled_yen)

    def compute(self, case: LawCase, events: Sequence[Event], as_of: date, settled_yen: dict[int, int]) -> Outcome:
        """Fill the raw tables and run the models once."""
        delivery = rows_of(case, events, settled_yen)
        delivery.tables["int_run"] = [{"as_of_date": as_of}]
        for table in self.tables:
            self.connection.execute(f"DELETE FROM {table}")
            self._insert(table, delivery.tables.get(table, []))
        settled = self.law_models if self.law_parameters == case.parameters else frozenset()
        for model in self.project.models:
            if model.name not in settled:
                kind = "VIEW" if model.materialized == "view" else "TABLE"
                self.connection.execute(f"CREATE OR REPLACE {kind} {model.name} AS {model.sql}")
        self.law_parameters = case.parameters
        return self.outcome()

    def _insert(self, table: str, rows: Sequence[dict[str, Any]]) -> None:
        """Rows with the same columns at once: row by row, thousands of histories would take minutes."""
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            alike[tuple(row)].append(row)
        for columns, group in alike.items():
            self.connection.register("group_of_rows", pa.Table.from_pylist(group))
            self.connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM group_of_rows")
            self.connection.unregister("group_of_rows")

    def outcome(self) -> Outcome:
        """All rows of all results."""
        rows, columns = {}, {}
        for mart in RESULTS:
            cursor = self.connection.execute(f"SELECT * FROM {mart} ORDER BY ALL")
            columns[mart] = tuple(column[0] for column in cursor.description or [])
            rows[mart] = [dict(zip(columns[mart], row, strict=True)) for row in cursor.fetchall()]
        return Outcome(rows, columns)


def instalment_of(row: dict[str, Any]) -> str | None:
    """The instalment that a row of a result is about; of an appropriation, the debt."""
    label: str | None = row["instalment_id"] if "instalment_id" in row else row["target_instalment_id"]
    return label


def open_amount(outcome: Outcome, event: Event) -> int:
    """Yen that a write-off gives up or a refund decision pays out, when it takes all there is.

    Raises:
        LawCaseError: there is nothing to write off or to refund.
    """
    mart, column = OPEN_AMOUNTS[event.kind]
    yen = sum(row[column] for row in outcome.of(mart, event.instalment))
    if yen <= 0:
        raise LawCaseError(f"{event.kind} of {event.instalment} on {event.on}: nothing is open on that day.")
    return int(yen)
