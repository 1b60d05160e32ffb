"""Law cases of one day and one city run through the models together: each has a payer of its own, so none sees another.

The models are planned once for all of them, which takes most of the time of a case.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from tests.law_case_runner import OPEN_AMOUNTS, LawCaseRunner, Outcome, instalment_of
from tests.law_case_runner_files import Event, LawCase, LawCaseError, check_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Entry = tuple[Path, dict[str, Any]]


class CasesTogether:
    """The outcomes of many cases; a group is computed when its first outcome is asked for."""

    def __init__(self, runner: LawCaseRunner, entries: Iterable[Entry]) -> None:
        """The list entries of the files, not yet checked; those that cannot be read are no part of any group."""
        self._runner = runner
        self._groups: dict[str, list[LawCase]] = defaultdict(list)
        self._place: dict[int, tuple[str, int]] = {}
        self._outcomes: dict[str, list[Outcome]] = {}
        for file, entry in entries:
            try:
                case = check_case(file, entry)
            except LawCaseError:
                continue
            group = group_of(case)
            self._place[id(entry)] = group, len(self._groups[group])
            self._groups[group].append(case)

    def outcome(self, entry: dict[str, Any], case: LawCase) -> Outcome:
        """What the models give for a case; alone if that leaves an amount to them, or if a group cannot be computed."""
        group, place = self._place[id(entry)]
        if any(event.kind in OPEN_AMOUNTS for event in case.events):
            return self._runner.run(case)
        if group not in self._outcomes:
            try:
                self._outcomes[group] = run_together(self._runner, self._groups[group])
            except duckdb.Error:
                return self._runner.run(case)
        return self._outcomes[group][place]


def group_of(case: LawCase) -> str:
    """Cases with the same are run together."""
    return repr((case.as_of, sorted(case.parameters.items()), any(e.kind in OPEN_AMOUNTS for e in case.events)))


def run_together(runner: LawCaseRunner, cases: Sequence[LawCase]) -> list[Outcome]:
    """The outcome of each case, from one run of the models. Receipts that belong to no instalment are nobody's."""
    whole = replace(cases[0], instalments={}, events=())
    for place, case in enumerate(cases):
        own = marked(case, place)
        whole = replace(whole, instalments=whole.instalments | own.instalments, events=whole.events + own.events)
    return split(runner.run(whole), len(cases))


def mark(place: int) -> str:
    """What stands before the labels of a case among others."""
    return f"{place}|"


def marked(case: LawCase, place: int) -> LawCase:
    """The case with labels, levies and a payer of its own."""
    before = mark(place)
    instalments = {
        before + label: fields
        | {"payer": f"{before}payer"}
        | ({"levy": f"{before}{fields['levy']}"} if fields.get("levy") is not None else {})
        for label, fields in case.instalments.items()
    }
    events = tuple(
        Event(
            event.kind,
            before + event.instalment,
            event.fields | ({"to": f"{before}{event.fields['to']}"} if "to" in event.fields else {}),
        )
        for event in case.events
    )
    return replace(case, instalments=instalments, events=events)


def split(outcome: Outcome, count: int) -> list[Outcome]:
    """The outcome of each case, with the labels as they stand in it."""
    rows: list[dict[str, list[dict[str, Any]]]] = [{mart: [] for mart in outcome.rows} for _ in range(count)]
    for mart, found in outcome.rows.items():
        for row in found:
            label = instalment_of(row) if {"instalment_id", "target_instalment_id"} & row.keys() else None
            before, is_marked, _ = (label or "").partition("|")
            if is_marked:
                rows[int(before)][mart].append({name: unmarked(value, before) for name, value in row.items()})
    return [Outcome(own, outcome.columns) for own in rows]


def unmarked(value: Any, before: str) -> Any:
    """A label as it stands in the case; everything else as it is."""
    return value.removeprefix(f"{before}|") if isinstance(value, str) else value
