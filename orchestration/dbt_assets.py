"""The dbt project as assets, in two parts so that gates stand between the marts and the statistics made from them."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from dagster_dbt.compat import DBT_PYTHON_VERSION

from ingestion.database import DatabaseFile, warehouse_file, write_warehouse
from ingestion.home import Home
from orchestration.as_of import AsOf
from orchestration.dbt_command import dbt_environment
from orchestration.dbt_manifest import prepared_manifest
from orchestration.dependence import stopped_models
from orchestration.progress import say
from orchestration.settings import DBT_PROJECT, dbt_executable
from orchestration.step import step

MANIFEST = prepared_manifest()
STATISTICS = "fqn:osamari.statistics+"
"""The cells and every test that looks at them."""
CELLS = "cells_"
TABLES = "select table_name from duckdb_tables() where database_name = current_database()"


class HouseNames(DagsterDbtTranslator):
    """Asset, table and file carry the same name; the folder of a model is its group."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """The table's name: so a source is the asset that the feed's loader makes."""
        return dg.AssetKey(str(dbt_resource_props["name"]))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The layer: seeds, staging, intermediate, marts, statistics."""
        path = str(dbt_resource_props.get("original_file_path", ""))
        return path.split("/")[1] if path.startswith("models/") else "seeds"


@dbt_assets(manifest=MANIFEST, name="dbt_core", exclude=STATISTICS, dagster_dbt_translator=HouseNames())
def dbt_core(context: dg.AssetExecutionContext, dbt: DbtCliResource, as_of: AsOf) -> Iterator[Any]:
    """Seeds, staging, the ledger and the marts, with the tests that stand beside them."""
    yield from _build(context, dbt, as_of)
    say("dbt", "ledger and marts")


@dbt_assets(manifest=MANIFEST, name="dbt_statistics", select=STATISTICS, dagster_dbt_translator=HouseNames())
def dbt_statistics(context: dg.AssetExecutionContext, dbt: DbtCliResource, as_of: AsOf) -> Iterator[Any]:
    """The cells of the statistics with the evidence for their protection; not those behind a closed gate."""
    with step() as home:
        stopped = stopped_models(home, as_of.day(home))
        _forget(home, stopped)
    yield from _build(context, dbt, as_of, stopped)
    say("dbt", "statistics")


class QuickDbt(DbtCliResource):
    """Starts dbt without what takes several seconds and nobody here asks for.

    The version of dbt is that of the installed package, not of one more subprocess; no second adapter in this process,
    which would only serve to add row counts to the events. Should these two names vanish, only the seconds come back.
    """

    @property
    def _cli_version(self) -> Any:  # noqa: ANN401  (its class belongs to a library of the library)
        return DBT_PYTHON_VERSION

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:  # noqa: ANN401, ARG002  (declared there)
        return None


def dbt_resource() -> DbtCliResource:
    """Run dbt as a subprocess: in this process it would keep the warehouse open."""
    return QuickDbt(
        project_dir=os.fspath(DBT_PROJECT),
        profiles_dir=os.fspath(DBT_PROJECT),
        dbt_executable=dbt_executable(),
    )


def _forget(home: Home, models: Collection[str]) -> None:
    """Drop the tables of the statistics that will not be made anew: figures of an earlier run are not of this day."""
    with write_warehouse(home) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            if table in models and table.startswith(CELLS):
                connection.execute(f'drop table "{table}"')


def _build(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, as_of: AsOf, stopped: Collection[str] = ()
) -> Iterator[Any]:
    """Build the selected part for the day of the run; unit tests belong to development, not to a refresh."""
    with step() as home:
        # Every model is built anew anyway; code lists are, too, since one of an earlier version may lack a column.
        command = ["build", "--full-refresh", "--exclude-resource-type", "unit_test"]
        # With the tests that look at what is stopped.
        command += ["--exclude", " ".join(f"{model}+" for model in sorted(stopped))] if stopped else []
        with named_to_dbt(warehouse_file(home), as_of.day(home)):
            invocation = dbt.cli(command, context=context, target_path=home.dagster / "dbt")
            try:
                yield from invocation.stream()
            finally:
                # A dbt that outlives its step would go on writing while the next step reads.
                if invocation.process.poll() is None:
                    invocation.process.terminate()
                invocation.process.wait()


@contextmanager
def named_to_dbt(warehouse: DatabaseFile, as_of: date) -> Iterator[None]:
    """Tell dbt which file the warehouse is, how it opens, and the day; dbt inherits the environment of this process."""
    named = dbt_environment(warehouse, as_of)
    before = {name: os.environ.get(name) for name in named}
    os.environ.update(named)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
