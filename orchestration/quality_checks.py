"""Each expectation suite as a blocking asset check: what does not pass stops what would be made from it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import dagster as dg

from expectations.catalogue import suite, tables_by_suite
from expectations.judges import judge_suites
from expectations.outcome import Outcome, SuiteResult
from expectations.report import text_lines, write_page
from expectations.verdict import forget_all, store_verdict, stored_results
from ingestion.city_profile import read_city_profile
from ingestion.database import warehouse_file, write_warehouse
from ingestion.home import Home
from orchestration.as_of import AsOf
from orchestration.dependence import STATISTICS, mart_suites
from orchestration.progress import say
from orchestration.step import step

MARTS = "marts"


def quality_checks() -> list[dg.AssetChecksDefinition]:
    """One step for the gates of the feeds, one for those of the marts, one for each table of the statistics.

    A closed gate of the feeds blocks everything after it. One of the marts blocks what is made from its table and
    nothing else: that is known from the dbt graph, not from this one (:mod:`orchestration.dependence`).
    """
    steps: dict[str, dict[str, str]] = {}
    for name, table in tables_by_suite().items():
        layer, dot, _ = name.partition(".")
        step_name = name.replace(".", "_") if layer == STATISTICS else layer if dot else MARTS
        steps.setdefault(step_name, {})[name] = table
    return [_checks_of(step_name, judged) for step_name, judged in steps.items()]


def _checks_of(step_name: str, tables: Mapping[str, str]) -> dg.AssetChecksDefinition:
    """A check for each suite on the asset whose table it judges; they share the opened warehouse."""
    suites = {name.replace(".", "_"): name for name in tables}
    specs = [
        dg.AssetCheckSpec(
            name=check,
            asset=tables[name],
            # What comes after waits for the verdict; of the marts it asks which gates are closed.
            blocking=True,
            description=f"Expectation suite {name}; its verdict is stored for the release.",
        )
        for check, name in suites.items()
    ]

    @dg.multi_asset_check(name=f"gates_{step_name}", specs=specs, can_subset=True)
    def gates(context: dg.AssetCheckExecutionContext, as_of: AsOf) -> Iterator[dg.AssetCheckResult]:
        wanted = {key.name for key in context.selected_asset_check_keys}
        names = [name for check, name in suites.items() if check in wanted]
        with step() as home:
            for result in judge(home, names, as_of):
                yield _as_check_result(result)

    return gates


def report_page(home: Home) -> Path:
    """Where the quality report stands."""
    return home.reports / "quality.html"


def forget_verdicts(home: Home) -> None:
    """A run begins without any verdict: what it does not judge anew has not been judged."""
    with write_warehouse(home) as connection:
        forget_all(connection)


def judge(home: Home, names: Sequence[str], as_of: AsOf) -> list[SuiteResult]:
    """Run the named suites on the warehouse of ``home``, store their verdicts and write the report anew."""
    day = as_of.day(home)
    contracts = read_city_profile(home).layouts.contracts()
    results = []
    for result in judge_suites(warehouse_file(home), [suite(name, day, contracts) for name in names], day):
        passed = result.count(Outcome.PASSED)
        say("gate", f"{result.suite}: {result.outcome}, {passed} of {len(result.findings)} expectations hold")
        results.append(result)
    with write_warehouse(home) as connection:
        for result in results:
            store_verdict(connection, result)
        write_page(stored_results(connection, day), day, report_page(home))
    return results


def _as_check_result(result: SuiteResult) -> dg.AssetCheckResult:
    """Counts, files and lines; no value of a person is in a line of the report."""
    unmet = [
        line
        for line, finding in zip(text_lines(result), result.findings, strict=True)
        if finding.outcome is not Outcome.PASSED
    ]
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(result.table),
        check_name=result.suite.replace(".", "_"),
        passed=result.outcome is Outcome.PASSED,
        # An error would stop everything after the step; a closed gate of the marts stops what depends on it.
        severity=dg.AssetCheckSeverity.WARN if result.suite in mart_suites() else dg.AssetCheckSeverity.ERROR,
        description=f"{result.outcome}: {len(result.findings)} expectations, {result.row_count:,} rows",
        metadata={
            "outcome": str(result.outcome),
            "rows": result.row_count,
            "expectations": len(result.findings),
            "not met": dg.MetadataValue.md("\n".join(f"- {line}" for line in unmet) or "none"),
        },
    )
