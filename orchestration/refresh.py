"""Runs the refresh job without a server: the same assets and gates as in Dagster, in this process."""

from __future__ import annotations

from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.database import read_warehouse
from ingestion.errors import OsamariError
from orchestration import run_lock
from orchestration.as_of import AsOf
from orchestration.dagster_home import prepare_dagster_home
from orchestration.dependence import REMEDY, made_from, mart_suites, parents_of_models
from orchestration.exit_codes import DONE, REFUSED
from orchestration.progress import say, shown_on_stderr
from orchestration.settings import parse_day
from orchestration.summary import (
    Summary,
    add_balance,
    add_files,
    add_gates,
    add_marts,
    add_numbering,
    add_release,
    newest_file_no,
)

if TYPE_CHECKING:
    from ingestion.home import Home

GATE_CLOSED = "DagsterAssetCheckFailedError"
DBT_ERRORS = "Errors parsed from dbt logs:"
QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}


@dataclass(frozen=True)
class Failure:
    """A step that failed: which, why, what to do, and the exit code it asks for."""

    step: str
    cause: str
    remedy: str
    exit_code: int


def refresh(home: Home, given_as_of: str = "") -> tuple[Summary, int]:
    """Take in the inbox, compute, judge, release. Returns what to tell and the exit code.

    Raises:
        Busy: Another refresh is running.
        ConfigurationError: The as-of date or the home's settings are wrong.
    """
    if given_as_of:
        parse_day(given_as_of)
    home.create()
    with run_lock.hold(home), shown_on_stderr():
        since = newest_file_no(home)
        failures, released = _run_job(home, given_as_of)
    summary = _summarise(home, given_as_of, since, failures, released)
    codes = [failure.exit_code for failure in failures] + [REFUSED] * summary.is_anything_refused
    return summary, max(codes, default=DONE)


def _run_job(home: Home, given_as_of: str) -> tuple[list[Failure], dict[str, Any]]:
    """Every step of the job in order; what each failed step said, and the metadata of the release."""
    from orchestration.definitions import defs  # noqa: PLC0415  (loads the dbt manifest, which may have to be parsed)

    prepare_dagster_home(home)
    say("start", "assets and gates are known")
    run_config = {"resources": {"as_of": {"config": {"given": given_as_of}}}, "loggers": QUIET}
    log = home.dagster / "refresh.log"
    with (
        dg.DagsterInstance.get() as instance,
        log.open("w", encoding="utf-8") as stdout,
        redirect_stdout(stdout),
    ):
        job = defs.resolve_job_def("refresh")
        result = job.execute_in_process(instance=instance, run_config=run_config, raise_on_error=False)
    failures = [_failure(event) for event in result.all_events if event.is_step_failure]
    failures += _closed_marts(result)
    released = result.asset_materializations_for_node("release") if not failures else []
    return failures, {key: value.value for m in released for key, value in m.metadata.items()}


def _failure(event: dg.DagsterEvent) -> Failure:
    """What a failed step says of itself: our own errors carry remedy and exit code, others only their text."""
    failed, name = event.step_failure_data, str(event.step_key)
    told = failed.user_failure_data
    if told is not None and "exit code" in told.metadata:
        code, remedy = told.metadata["exit code"].value, told.metadata["remedy"].value
        return Failure(name, str(told.description), str(remedy), int(str(code)))
    error = failed.error
    while error is not None and error.cause is not None:
        error = error.cause
    if error is not None and error.cls_name == GATE_CLOSED:
        return Failure(name, "the gate is closed", REMEDY, REFUSED)
    text = told.description if told is not None and told.description else error.message if error else "unknown error"
    return Failure(name, text.strip().rpartition(DBT_ERRORS)[2].strip(), "", REFUSED)


def _closed_marts(result: dg.ExecuteInProcessResult) -> list[Failure]:
    """The closed gates of the marts: each with what waits because of it. Everything else has gone on."""
    suites = mart_suites()
    closed = [e.check_name for e in result.get_asset_check_evaluations() if not e.passed and e.check_name in suites]
    failures = []
    for name in closed:
        waiting = made_from([suites[name]], parents_of_models())
        tables = sum(model.startswith("cells_") for model in waiting)
        lists = sum(model.startswith("list_") for model in waiting)
        cause = f"the gate {name} is closed; with it wait {tables} tables of the statistics and {lists} lists"
        failures.append(Failure("gates_marts", cause, REMEDY, REFUSED))
    return failures


def _summarise(home: Home, given_as_of: str, since: int, failures: list[Failure], released: dict[str, Any]) -> Summary:
    """What to tell. Figures of the marts stand there only when this run has computed them."""
    summary = Summary()
    try:
        as_of = AsOf(given=given_as_of).day(home)
    except OsamariError as nothing_loaded:
        summary.lines.append(f"Refresh: {nothing_loaded} {nothing_loaded.remedy}")
        as_of = None
    with read_warehouse(home) as connection:
        summary.lines.append(f"Refresh as of {as_of}: {'not done' if failures else 'done'}")
        add_files(summary, connection, home, since)
        if as_of:
            add_gates(summary, connection, home, as_of)
        if not failures:
            add_numbering(summary, connection, since)
            add_balance(summary, connection)
            add_marts(summary, connection)
            add_release(summary, home, released)
    for failure in failures:
        summary.add("stopped", f"{failure.step}: {failure.cause}")
        if failure.remedy:
            summary.add("", failure.remedy)
    return summary
