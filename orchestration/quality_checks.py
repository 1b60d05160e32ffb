"""Each expectation suite as a blocking asset check: what does not pass stops what would be made from it."""

from pathlib import Path

import dagster as dg
import duckdb

from expectations.catalogue import suite, tables_by_suite
from expectations.outcome import Outcome, SuiteResult
from expectations.report import text_lines, write_page
from expectations.verdict import forget_all, store_verdict, stored_results
from ingestion.city_profile import read_city_profile
from ingestion.home import Home
from orchestration.as_of import AsOf
from orchestration.progress import say
from orchestration.step import step

FEED_SUITES = "feeds."


def quality_checks() -> list[dg.AssetChecksDefinition]:
    """One check for each suite, on the asset whose table it judges."""
    return [_check_of(name, table) for name, table in tables_by_suite().items()]


def _check_of(name: str, table: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dg.AssetKey(table),
        name=name.replace(".", "_"),
        blocking=True,
        description=f"Expectation suite {name}; its verdict is stored for the release.",
    )
    def gate(as_of: AsOf) -> dg.AssetCheckResult:
        with step() as home:
            return _as_check_result(judge(home, name, as_of))

    return gate


def report_page(home: Home) -> Path:
    """Where the quality report stands."""
    return home.reports / "quality.html"


def forget_verdicts(home: Home) -> None:
    """A run begins without any verdict: what it does not judge anew has not been judged."""
    with duckdb.connect(str(home.warehouse)) as connection:
        forget_all(connection)


def judge(home: Home, name: str, as_of: AsOf) -> SuiteResult:
    """Run one suite on the warehouse of ``home`` and store its verdict."""
    from expectations.engine import run_suite  # noqa: PLC0415  (takes seconds to import; only a gate needs it)

    day = as_of.day(home)
    result = run_suite(home.warehouse, suite(name, day, read_city_profile(home).layouts.contracts()), day)
    with duckdb.connect(str(home.warehouse)) as connection:
        store_verdict(connection, result)
        # The page of a passed feed is written with the next suite behind the feeds: not some forty times over.
        if result.outcome is not Outcome.PASSED or not name.startswith(FEED_SUITES):
            write_page(stored_results(connection, day), day, report_page(home))
    passed = result.count(Outcome.PASSED)
    say("gate", f"{name}: {result.outcome}, {passed} of {len(result.findings)} expectations hold")
    return result


def _as_check_result(result: SuiteResult) -> dg.AssetCheckResult:
    """Counts, files and lines; no value of a person is in a line of the report."""
    unmet = [
        line
        for line, finding in zip(text_lines(result), result.findings, strict=True)
        if finding.outcome is not Outcome.PASSED
    ]
    return dg.AssetCheckResult(
        passed=result.outcome is Outcome.PASSED,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{result.outcome}: {len(result.findings)} expectations, {result.row_count:,} rows",
        metadata={
            "outcome": str(result.outcome),
            "rows": result.row_count,
            "expectations": len(result.findings),
            "not met": dg.MetadataValue.md("\n".join(f"- {line}" for line in unmet) or "none"),
        },
    )
