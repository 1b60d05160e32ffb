"""Runs a suite on the warehouse with Great Expectations Core, all judging done inside DuckDB.

Importing this module takes seconds; whoever only asks for a stored verdict imports ``expectations.verdict``.
"""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

# Without this Great Expectations looks up outside hosts; it reads the variable while it is imported.
os.environ["GX_ANALYTICS_ENABLED"] = "False"

import duckdb
import great_expectations as gx
from duckdb_engine import ConnectionWrapper
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from sqlalchemy import event
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from expectations.outcome import Finding, Outcome, SuiteResult
from expectations.place import first_place
from expectations.rule import JUDGED, InSet, NotNull, Rule, Suite
from expectations.verdict import suite_fingerprint
from ingestion.database import WAREHOUSE, cursor_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ingestion.database import DatabaseFile
logging.getLogger("great_expectations").setLevel(logging.CRITICAL)


def run_suite(warehouse: DatabaseFile, suite: Suite, as_of: date) -> SuiteResult:
    """Judge one table; see :func:`run_suites`."""
    (result,) = run_suites(warehouse, [suite], as_of)
    return result


def run_suites(warehouse: DatabaseFile, suites: Sequence[Suite], as_of: date) -> Iterator[SuiteResult]:
    """Judge each suite's table with one validation call. The warehouse is opened read-only once and closed at the end.

    The fingerprint is taken before the judging, so that data changed meanwhile makes the verdict stale. An
    expectation that could not be computed is *errored*, never *failed*: nobody should look for wrong rows there.
    """
    with warehouse.reading() as connection, _datasource(connection) as source:
        connection.execute("SET enable_progress_bar = false")
        for suite in suites:
            fingerprint = suite_fingerprint(connection, suite)
            judged = _validate(source, suite)
            yield SuiteResult(
                suite.name,
                suite.table,
                suite.title_ja,
                as_of,
                fingerprint,
                _row_count(connection, suite.table),
                tuple(_finding(connection, suite, rule, judged[rule.name]) for rule in suite.rules),
            )


def _row_count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    counted = connection.execute(f'select count(*) from "{table}"').fetchone()
    return int(counted[0]) if counted else 0


def _validate(source: Any, suite: Suite) -> dict[str, Any]:  # noqa: ANN401
    """The result of Great Expectations for each rule, by rule name."""
    asset = source.add_table_asset(name=suite.name, table_name=suite.table)
    batch = asset.add_batch_definition_whole_table("whole").get_batch()
    gx_suite = gx.ExpectationSuite(name=suite.name, expectations=[_translate(rule) for rule in suite.rules])
    # No list of unexpected values: they may be personal, and only counts are needed.
    form = {"result_format": "BASIC", "partial_unexpected_count": 0}
    results = batch.validate(gx_suite, result_format=form).results
    return {result.expectation_config.meta["rule"]: result for result in results}


@contextmanager
def _datasource(warehouse: duckdb.DuckDBPyConnection) -> Iterator[Any]:
    """A data source on the opened warehouse; every connection of it is closed at the end.

    One left open would keep the dbt subprocess from opening the file. Its address names no file: each connection is a
    second one to what is open already, so the library never learns the key.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_sql(name=WAREHOUSE, connection_string="duckdb:///:memory:")
    execution = source.get_execution_engine()
    for engine in (source.get_engine(), execution.engine):
        event.listen(engine, "do_connect", lambda *_: ConnectionWrapper(cursor_on(warehouse)))
        # What was connected before the listener was there is connected anew.
        engine.dispose()
    event.listen(execution.engine, "after_cursor_execute", _fetch_before_rollback)
    try:
        yield source
    finally:
        execution.close()
        source.get_engine().dispose()


def _fetch_before_rollback(*arguments: Any) -> None:  # noqa: ANN401  (signature of SQLAlchemy's event)
    """Great Expectations rolls back before it fetches, after which DuckDB has no rows left: fetch at once."""
    _, cursor, _, _, context, _ = arguments
    if cursor.description:
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=cursor.fetchall())


def _translate(rule: Rule) -> Any:  # noqa: ANN401  (Great Expectations is untyped)
    """The rule as an expectation of Great Expectations; rows of a broken SQL rule are counted there, not fetched."""
    meta = {"rule": rule.name}
    if isinstance(rule, NotNull):
        return ExpectColumnValuesToNotBeNull(column=rule.column, meta=meta)
    if isinstance(rule, InSet):
        return ExpectColumnValuesToBeInSet(column=rule.column, value_set=list(rule.values), meta=meta)
    offenders = rule.offenders().replace("{", "{{").replace("}", "}}")
    query = (
        f"with {JUDGED} as (select * from {{batch}}), offenders as ({offenders}) "
        "select count(*) as offender_count from offenders having count(*) > 0"
    )
    return UnexpectedRowsExpectation(unexpected_rows_query=query, meta=meta)


def _finding(connection: duckdb.DuckDBPyConnection, suite: Suite, rule: Rule, judged: Any) -> Finding:  # noqa: ANN401
    """What the report says about one rule: how many rows break it, and where the first of them came from."""
    cause = _cause_of_error(judged)
    if cause:
        return Finding(rule.name, rule.label_ja, Outcome.ERRORED, cause=cause)
    if judged.success:
        return Finding(rule.name, rule.label_ja, Outcome.PASSED)
    try:
        count, place = first_place(connection, suite, rule)
    except duckdb.Error as error:
        return Finding(rule.name, rule.label_ja, Outcome.ERRORED, cause=_safe_text(type(error).__name__, str(error)))
    return Finding(rule.name, rule.label_ja, Outcome.FAILED, failed_row_count=count, first_place=place)


def _cause_of_error(judged: Any) -> str:  # noqa: ANN401
    """Why the expectation could not be computed, or nothing. Great Expectations reports it flat or per metric."""
    reported = judged.exception_info or {}
    entries = [reported] if "raised_exception" in reported else list(reported.values())
    for entry in entries:
        if isinstance(entry, dict) and entry.get("raised_exception"):
            return _safe_text("", str(entry.get("exception_message") or "unknown error"))
    return ""


def _safe_text(kind: str, message: str) -> str:
    """The first line of an error. Errors of conversion quote the value they met, so only their kind is told."""
    names_only = ("Binder Error", "Catalog Error", "Parser Error", "BinderException", "CatalogException")
    first_line = message.strip().splitlines()[0] if message.strip() else "unknown error"
    if any(marker in message for marker in names_only) or "does not exist" in first_line:
        return f"{kind} {first_line}".strip()[:300]
    known = (
        "Conversion Error",
        "Out of Memory Error",
        "Invalid Input Error",
        "Out of Range Error",
        "IO Error",
    )
    return next((marker for marker in known if marker in message), kind or "unknown error")
