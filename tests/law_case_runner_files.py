"""Reads law cases from YAML and refuses whatever the format does not know.

Grain: one :class:`LawCase` per list entry of a file. Amounts are whole yen, dates are calendar days.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "dbt_project" / "seeds"

CASE_KEYS = {"name", "article", "as_of", "parameters", "instalments", "events", "expect"}
INSTALMENT_KEYS = {
    "tax_item",
    "levy_year",
    "principal_yen",
    "due_date",
    "statutory_due_date",
    "collection_method",
    "levy",
    "notice_date",
    "extended_due_date",
}
NEEDED_INSTALMENT_KEYS = {"tax_item", "principal_yen", "due_date"}
# Per kind of event: the keys it must have, and those it may have besides.
EVENT_KEYS: dict[str, tuple[set[str], set[str]]] = {
    "receipt": ({"paid_date", "amount_yen"}, {"same_slip"}),
    "reassessment": ({"date", "principal_yen", "cause"}, {"request_date"}),
    "demand": ({"issue_date"}, set()),
    "reminder": ({"issue_date"}, set()),
    "grace": ({"kind", "from_date", "to_date"}, {"cancelled_date"}),
    "stay": ({"item", "from_date"}, {"to_date", "immediate"}),
    "reduction": ({"date"}, {"reduced_yen", "percent", "from_date", "to_date"}),
    "pledge": ({"date"}, {"to_date"}),
    "seizure": ({"from_date"}, {"to_date"}),
    "participating_seizure": ({"from_date"}, {"to_date"}),
    "delivery_demand": ({"from_date"}, {"to_date"}),
    "write_off": ({"date", "cause"}, set()),
    "refund_decision": ({"date"}, set()),
    "refund_notice": ({"date"}, set()),
    "refund_claim": ({"date"}, set()),
    "late_charge_refund": ({"date", "amount_yen"}, set()),
    "appropriation": ({"date", "to"}, {"principal_yen", "late_charge_yen", "eligible_date"}),
}
EVENT_WORDS: dict[str, set[Any]] = {
    "cause": {"reassessment", "on_request", "income_tax", "mistake", "15-7-4", "15-7-5", "18", 18},
    "kind": {"disaster", "collection", "conversion"},
    "item": {1, 2, 3},
}
EXPECTED_PARTS = {"arrears", "refunds", "prescriptions", "write_offs", "appropriations"}

Expectation = dict[str, dict[str, dict[str, Any]]]


class LawCaseError(Exception):
    """A case that cannot be run as written: the text names file, case, cause and what is allowed."""


@dataclass(frozen=True)
class Event:
    """One event of a case: its kind, the instalment it concerns, its fields, and its day."""

    kind: str
    instalment: str
    fields: dict[str, Any]

    @property
    def on(self) -> date:
        """The day on which the event takes effect."""
        for key in ("paid_date", "issue_date", "date", "from_date"):
            if key in self.fields:
                day: date = self.fields[key]
                return day
        raise LawCaseError(f"an event of the kind {self.kind} has no date")


@dataclass(frozen=True)
class LawCase:
    """One case: what happened, as of which day, and what the law gives."""

    file: Path
    name: str
    as_of: date
    article: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    instalments: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    expect: Expectation = field(default_factory=dict)


@cache
def seed_rows(seed: str) -> tuple[dict[str, str], ...]:
    """Rows of a seed of the dbt project."""
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def read_entries(folder: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Every list entry of every ``*.yaml`` of a folder, not yet checked, with its file.

    Raises:
        LawCaseError: the folder has no such file, or a file is not a list of mappings.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise LawCaseError(f"{folder}: there is no *.yaml file. Name a folder with law cases.")
    entries: list[tuple[Path, dict[str, Any]]] = []
    for file in files:
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
            raise LawCaseError(f"{file}: not YAML in UTF-8: {error}") from error
        if not isinstance(content, list) or not all(isinstance(entry, dict) for entry in content):
            raise LawCaseError(f"{file}: a file of law cases is a list; begin each case with '- name:'.")
        entries += [(file, entry) for entry in content]
    return entries


def check_case(file: Path, entry: dict[str, Any]) -> LawCase:
    """A case from a list entry.

    Raises:
        LawCaseError: a key, kind, word or parameter is unknown, or something needed is missing.
    """
    place = f'{file.name}, case "{entry.get("name", "(without a name)")}"'
    refuse_unknown(place, "key", set(entry), CASE_KEYS)
    refuse_missing(place, set(entry), {"name", "as_of", "instalments", "expect"})
    instalments = {str(label): dict(fields) for label, fields in entry["instalments"].items()}
    for label, fields in instalments.items():
        check_instalment(f"{place}, instalment {label}", fields)
    parameters = entry.get("parameters") or {}
    known = {row["parameter"] for row in seed_rows("law_parameters")}
    refuse_unknown(place, "parameter", set(parameters), known)
    return LawCase(
        file=file,
        name=str(entry["name"]),
        article=str(entry.get("article", "")),
        as_of=check_date(f"{place}, as_of", entry["as_of"]),
        parameters=parameters,
        instalments=instalments,
        events=tuple(check_event(place, event, set(instalments)) for event in entry.get("events") or []),
        expect=check_expectation(place, entry["expect"] or {}, set(instalments)),
    )


def check_instalment(place: str, fields: dict[str, Any]) -> None:
    """Refuse an instalment with unknown, missing or ill-typed fields."""
    refuse_unknown(place, "key", set(fields), INSTALMENT_KEYS)
    refuse_missing(place, set(fields), NEEDED_INSTALMENT_KEYS)
    items = {row["tax_item"] for row in seed_rows("tax_items") if row["law_scope"]}
    refuse_unknown(place, "tax_item", {fields["tax_item"]}, items)
    methods = {row["collection_method"] for row in seed_rows("collection_methods")}
    refuse_unknown(place, "collection_method", {fields.get("collection_method", "ordinary")}, methods)
    check_fields(place, fields)


def check_event(place: str, event: dict[str, Any], labels: set[str]) -> Event:
    """One event: its kind is the key that names an instalment."""
    kinds = [key for key in event if key in EVENT_KEYS]
    if len(kinds) != 1:
        raise LawCaseError(
            f"{place}: the event {{{', '.join(map(str, event))}}} is of no known kind. "
            f"Begin it with one of: {', '.join(EVENT_KEYS)}."
        )
    kind = kinds[0]
    needed, optional = EVENT_KEYS[kind]
    place = f"{place}, {kind} of {event[kind]}"
    refuse_unknown(place, "instalment", {str(event[kind])}, labels)
    fields = {key: value for key, value in event.items() if key != kind}
    refuse_unknown(place, "key", set(fields), needed | optional)
    refuse_missing(place, set(fields), needed)
    for key, words in EVENT_WORDS.items():
        if key in fields:
            refuse_unknown(place, key, {fields[key]}, words)
    check_fields(place, fields)
    return Event(kind, str(event[kind]), fields)


def check_expectation(place: str, expect: dict[str, Any], labels: set[str]) -> Expectation:
    """What is expected, per mart and instalment; column names are checked once the marts have run."""
    refuse_unknown(place, "part of expect", set(expect), EXPECTED_PARTS)
    checked: Expectation = {}
    for part, rows in expect.items():
        refuse_unknown(f"{place}, expect {part}", "instalment", set(map(str, rows or {})), labels)
        checked[part] = {str(label): dict(fields) for label, fields in (rows or {}).items()}
    return checked


def check_fields(place: str, fields: dict[str, Any]) -> None:
    """Refuse dates that are not dates and yen that are not whole numbers."""
    for key, value in fields.items():
        if key.endswith("date") and value is not None:
            check_date(f"{place}, {key}", value)
        if key.endswith("_yen") and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise LawCaseError(f"{place}, {key}: {value!r} is not a whole number of yen.")


def check_date(place: str, value: object) -> date:
    """The value, which must be a day written as YYYY-MM-DD."""
    if type(value) is not date:
        raise LawCaseError(f"{place}: {value!r} is not a date. Write YYYY-MM-DD without quotes.")
    return value


def refuse_unknown(place: str, noun: str, given: set[Any], known: set[Any]) -> None:
    """Refuse words that the format does not know."""
    unknown = sorted(map(str, given - known))
    if unknown:
        allowed = ", ".join(sorted(map(str, known)))
        raise LawCaseError(f"{place}: unknown {noun} {', '.join(unknown)}. Known: {allowed}.")


def refuse_missing(place: str, given: set[str], needed: set[str]) -> None:
    """Refuse a mapping that lacks a key it must have."""
    missing = sorted(needed - given)
    if missing:
        raise LawCaseError(f"{place}: {', '.join(missing)} is missing.")
