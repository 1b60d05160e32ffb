"""A copy of what was provided, and its comparison with the marts. Differences are told by item, never by value."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from ingestion.errors import ConfigurationError, DataRefused
from marts.provision.answer import Answer, digest_of_file
from marts.provision.answer_query import read_facts
from marts.provision.answer_store import PRIVATE_FILE, AnswerStore
from marts.provision.items import load_items
from marts.provision.marts_day import open_marts
from marts.provision.register import ANSWERED, COPY, Register, kept, outcomes
from marts.provision.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from ingestion.home import Home
    from marts.provision.answer_query import Value
    from marts.provision.provide import Officer

HEADINGS = ("照会番号", "文書番号", "規則", "基準日", "行", "項目", "値")
Cells = dict[tuple[int, str], str]
"""The values of one answer by row (0 is the person, 1 and up the taxes) and item."""


@dataclass(frozen=True)
class Difference:
    """An item of one inquiry whose values in the copy and in the marts differ, in so many rows."""

    inquiry_id: str
    item_ja: str
    row_count: int


@dataclass(frozen=True)
class Comparison:
    """How many inquiries were compared, and what differs."""

    inquiry_count: int
    differences: tuple[Difference, ...]


def export_copy(home: Home, target: Path, purpose: str, officer: Officer) -> int:
    """Write every kept answer into one CSV file for its owner only, record it, and say how many inquiries are in it.

    Raises:
        DataRefused: the register is broken, or an answer is not what was recorded.
        ConfigurationError: the folder does not exist, the file does, or no purpose is given.
    """
    if not purpose.strip():
        raise ConfigurationError("A copy needs a purpose.", "Say with --purpose what it is for.")
    register = Register(home)
    answers = [kept_answer(home, line) for line in kept(register.lines()).values()]
    try:
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE_FILE)
    except OSError as problem:
        raise ConfigurationError(
            f"{target.name} cannot be written.", "Name a new file in a folder that exists."
        ) from problem
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for answer in answers:
            front = (answer.inquiry_id, answer.document_no, answer.rule_id, answer.as_of.isoformat())
            for (row, item), value in sorted(_cells(answer.person, answer.taxes).items()):
                writer.writerow([*front, row, item, value])
    digest, at = digest_of_file(target.read_bytes()), officer.at.isoformat(timespec="seconds")
    line = {"event": COPY, "inquiry_count": len(answers), "digest_of_copy": digest, "purpose": purpose.strip()}
    register.append([{**line, "by": officer.by, "at": at}])
    return len(answers)


def kept_answer(home: Home, line: Mapping[str, Any]) -> Answer:
    """The answer under a line of the register.

    Raises:
        DataRefused: the file is gone, or is not what was recorded.
    """
    path = AnswerStore(home).record(line["inquiry_id"])
    content = path.read_bytes() if path.exists() else b""
    if digest_of_file(content) != line["files"].get(path.name):
        raise DataRefused(
            f"The answer to {line['inquiry_id']} is not what was recorded.", "`osamari provide verify` says more."
        )
    return Answer.from_bytes(content)


def compare_copy(home: Home, path: Path) -> Comparison:
    """Compute each answer of a copy anew, as of the same day, and say which items differ.

    Raises:
        DataRefused: no such copy, an inquiry that was never answered here, or the marts stand as of another day.
    """
    copied = _read_copy(path)
    register = outcomes(Register(home).lines())
    lines = {one: register.get(one) for one in copied}
    unknown = [one for one, line in lines.items() if line is None or line["decision"] != ANSWERED]
    if unknown:
        raise DataRefused(
            f"{path.name}: {len(unknown)} of its inquiries were never answered here, such as {unknown[0]}.",
            "Compare a copy that this home has written.",
        )
    original = _original(home, {one: line for one, line in lines.items() if line})
    differences = [
        Difference(one, load_items()[item].title, count)
        for one, cells in copied.items()
        for item, count in _differing(cells, original[one]).items()
    ]
    return Comparison(len(copied), tuple(differences))


def _original(home: Home, lines: Mapping[str, Mapping[str, Any]]) -> dict[str, Cells]:
    """The answers as the marts give them now; one query for all with the same rule and items."""
    rules = {rule.rule_id: rule for rule in load_rules(home)}
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for one, line in lines.items():
        groups[line["rule_id"], tuple(line["given_items"])].append(one)
    cells: dict[str, Cells] = {}
    with open_marts(home) as figures:
        other = sorted({line["as_of"] for line in lines.values()} - {figures.as_of.isoformat()})
        if other:
            raise DataRefused(
                f"The copy is as of {', '.join(other)}, the marts stand as of {figures.as_of}.",
                f"Run `osamari refresh --as-of {other[0]}` in a copy of this home, then compare there.",
            )
        for (rule_id, items), inquiry_ids in groups.items():
            if rule_id not in rules:
                raise DataRefused(
                    f"The rule {rule_id} is gone.", "Put it back with its last day; rules end, they stay."
                )
            keys = [lines[one]["addressee_key"] for one in inquiry_ids]
            facts = read_facts(figures.connection, rules[rule_id], items, keys)
            cells |= {one: _cells(*facts[key]) for one, key in zip(inquiry_ids, keys, strict=True)}
    return cells


def _cells(person: Mapping[str, Value], taxes: Iterable[Mapping[str, Value]]) -> Cells:
    rows = [(0, person), *enumerate(taxes, start=1)]
    return {(place, item): _text(value) for place, row in rows for item, value in row.items()}


def _text(value: Value) -> str:
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _differing(copied: Cells, original: Cells) -> dict[str, int]:
    """How many rows differ, by item."""
    places = sorted(place for place in copied.keys() | original.keys() if copied.get(place) != original.get(place))
    counts: dict[str, int] = defaultdict(int)
    for _, item in places:
        counts[item] += 1
    return counts


def _read_copy(path: Path) -> dict[str, Cells]:
    remedy = "Give a file that `osamari provide export` has written."
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise DataRefused(f"{path.name} cannot be read.", remedy) from problem
    if not rows or tuple(rows[0]) != HEADINGS:
        raise DataRefused(f"{path.name} is no copy of answers.", remedy)
    found: dict[str, Cells] = defaultdict(dict)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(HEADINGS) or not row[4].isdigit() or row[5] not in load_items():
            raise DataRefused(f"{path.name}, line {number}: is no line of a copy.", remedy)
        found[row[0]][int(row[4]), row[5]] = row[6]
    return found
