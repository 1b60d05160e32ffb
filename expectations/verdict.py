"""Stored verdicts and the demand for them: without a pass for exactly this data nothing goes on.

The release asks here whatever a scheduler did before: a check that was skipped, or data changed after it, stops it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import duckdb

from expectations.catalogue import suite as suite_of
from expectations.outcome import Finding, Outcome, SuiteResult
from ingestion.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from expectations.rule import Suite

CREATE_TABLE = """
create table if not exists quality_verdicts (
  suite varchar not null, as_of_date date not null, fingerprint varchar not null, outcome varchar not null,
  expectation_count integer not null, failed_count integer not null, errored_count integer not null,
  details json not null
)
"""
REMEDY = "Run `osamari refresh`; it judges the data again and says in the quality report what is wrong."


class GateRefused(DataRefused):
    """A suite has no pass for this data (exit code 1)."""


def fingerprint(connection: duckdb.DuckDBPyConnection, tables: Sequence[str]) -> str:
    """A digest of the content of ``tables``: names, columns, types, all values; the order of rows does not matter.

    Raises:
        duckdb.CatalogException: A table does not exist.
    """
    digest = hashlib.sha256()
    for table in tables:
        columns = connection.execute(f'describe "{table}"').fetchall()
        listed = ", ".join(f'"{column[0]}"' for column in columns)
        content = connection.execute(f'select count(*), sum(hash({listed})::hugeint) from "{table}"').fetchone()
        digest.update(repr((table, [column[:2] for column in columns], content)).encode())
    return digest.hexdigest()


def suite_fingerprint(connection: duckdb.DuckDBPyConnection, suite: Suite) -> str:
    """The digest of what a suite judges together with its rules: a verdict of yesterday's rules is stale, too."""
    rules = hashlib.sha256(repr(suite.rules).encode()).hexdigest()
    return hashlib.sha256(f"{rules}:{fingerprint(connection, suite.tables)}".encode()).hexdigest()


def forget_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every verdict: what is not judged anew has not been judged."""
    connection.execute(CREATE_TABLE)
    connection.execute("delete from quality_verdicts")


def store_verdict(connection: duckdb.DuckDBPyConnection, result: SuiteResult) -> None:
    """Keep the verdict; an earlier one of the same suite and day gives way."""
    details = {
        "table": result.table,
        "title_ja": result.title_ja,
        "row_count": result.row_count,
        "findings": [vars(finding) for finding in result.findings],
    }
    connection.execute(CREATE_TABLE)
    connection.execute("delete from quality_verdicts where suite = ? and as_of_date = ?", [result.suite, result.as_of])
    connection.execute(
        "insert into quality_verdicts values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            result.suite,
            result.as_of,
            result.fingerprint,
            result.outcome,
            len(result.findings),
            result.count(Outcome.FAILED),
            result.count(Outcome.ERRORED),
            json.dumps(details, ensure_ascii=False, sort_keys=True),
        ],
    )


def stored_results(connection: duckdb.DuckDBPyConnection, as_of: date) -> list[SuiteResult]:
    """Every stored verdict of that day, by suite name."""
    try:
        rows = connection.execute(
            "select suite, fingerprint, details from quality_verdicts where as_of_date = ? order by suite",
            [as_of],
        ).fetchall()
    except duckdb.CatalogException:
        return []
    return [_restored(suite, as_of, digest, json.loads(details)) for suite, digest, details in rows]


def _restored(suite: str, as_of: date, digest: str, details: dict[str, object]) -> SuiteResult:
    findings = tuple(
        Finding(**{**finding, "outcome": Outcome(finding["outcome"])})
        for finding in details["findings"]  # type: ignore[attr-defined]  # JSON written by store_verdict
    )
    return SuiteResult(
        suite,
        str(details["table"]),
        str(details["title_ja"]),
        as_of,
        digest,
        int(str(details["row_count"])),
        findings,
    )


def require_passed(connection: duckdb.DuckDBPyConnection, as_of: date, suites: Sequence[str]) -> None:
    """Demand a stored pass of every named suite for exactly the data that stands in the warehouse now.

    Raises:
        GateRefused: A verdict is missing, stale (the data or the rules changed after it), failed or errored.
        ConfigurationError: No suite has that name.
    """
    if not suites:
        raise GateRefused("No suite was demanded, and nothing is not a pass.", REMEDY)
    for name in suites:
        _require_one(connection, as_of, suite_of(name, as_of))


def suites_without_pass(connection: duckdb.DuckDBPyConnection, as_of: date, suites: Sequence[str]) -> tuple[str, ...]:
    """The suites among ``suites`` whose gate is closed on that day: failed, errored, or not judged at all."""
    verdicts = {name: _stored(connection, as_of, name) for name in suites}
    return tuple(name for name, verdict in verdicts.items() if verdict is None or verdict[0] != Outcome.PASSED)


def _stored(connection: duckdb.DuckDBPyConnection, as_of: date, suite: str) -> tuple[str, str, int, int] | None:
    """Outcome, fingerprint, failed and errored count; none before the first judging. Works read-only."""
    try:
        return connection.execute(
            "select outcome, fingerprint, failed_count, errored_count from quality_verdicts "
            "where suite = ? and as_of_date = ?",
            [suite, as_of],
        ).fetchone()
    except duckdb.CatalogException:
        return None


def _is_of_this_data(connection: duckdb.DuckDBPyConnection, suite: Suite, digest: str) -> bool:
    """Whether the verdict speaks of what stands in the warehouse now; of a table that is gone it does not."""
    try:
        return digest == suite_fingerprint(connection, suite)
    except duckdb.CatalogException:
        return False


def _require_one(connection: duckdb.DuckDBPyConnection, as_of: date, suite: Suite) -> None:
    verdict = _stored(connection, as_of, suite.name)
    if verdict is None:
        raise GateRefused(f"Suite {suite.name} has no verdict as of {as_of}.", REMEDY)
    outcome, digest, failed, errored = verdict
    if outcome == Outcome.ERRORED:
        raise GateRefused(f"Suite {suite.name} could not be judged: {errored} expectation(s) errored.", REMEDY)
    if outcome != Outcome.PASSED:
        raise GateRefused(f"Suite {suite.name} failed: {failed} expectation(s) are not met.", REMEDY)
    if not _is_of_this_data(connection, suite, digest):
        raise GateRefused(
            f"The verdict of suite {suite.name} is stale: the data or the rules changed after it.", REMEDY
        )
