"""Record layouts: what each delivered column is called, what it may hold and how personal it is.

Grain: one :class:`Column` per row of ``layouts/<feed>.csv``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ingestion.check_digits import check_of, describe_wrong_check, is_refusing
from ingestion.column_types import (
    DUCKDB_TYPES,
    LONGEST_TOLERATED,
    character_count,
    describe_fault,
    is_missing,
    value_pattern,
)
from ingestion.errors import ConfigurationError
from ingestion.name_keys import MATCH_KEYS

if TYPE_CHECKING:
    from pathlib import Path

PERSONAL_CLASSES = ("none", "key", "direct", "sensitive", "vault")
RECORD_KINDS = ("header", "data", "trailer", "end")
_NAME = re.compile("[a-z][a-z0-9_]*")
_CODE = re.compile("[0-9A-Za-z]+")
_LONGEST_VALUE_SHOWN = 40


@dataclass(frozen=True)
class Diagnosis:
    """Why one cell is refused and what to do about it. Holds no value of a personal column."""

    cause: str
    remedy: str


@dataclass(frozen=True)
class Column:
    """One column of a layout.

    ``position`` counts from 1 within its record; ``no`` is the item number of its source.
    """

    position: int
    record: str
    no: str
    item_ja: str
    name: str
    type: str
    length: int
    required: bool
    codes: dict[str, str]
    is_open_list: bool
    personal: str
    description_ja: str
    check: str = ""
    """Check of ``check_digits`` that values must pass; ``flag:`` in front where a wrong one is only flagged."""
    era: str = ""
    """Era map of a date column (``eras.csv``); empty where only western dates are delivered."""
    match_key: str = ""
    """Name of the system column that holds the match key of this name (see ``name_keys``); empty for other columns."""
    is_tolerant: bool = False
    """True in the copy whose pattern also matches what is rare (see ``value_pattern``)."""

    @property
    def duckdb_type(self) -> str:
        """Type of the column in ``raw_<feed>``."""
        return DUCKDB_TYPES[self.type]

    @property
    def is_personal(self) -> bool:
        """True when a value must never be shown in an error, a log or a report."""
        return self.personal != "none"

    @cached_property
    def pattern(self) -> str | None:
        """What a present value looks like (see ``column_types``); None where only the length counts."""
        codes = () if self.is_open_list else tuple(self.codes)
        return value_pattern(self.type, self.length, codes, self.era, is_tolerant=self.is_tolerant)

    @cached_property
    def tolerant(self) -> Column:
        """The column as it judges what the plain pattern does not match. A required date must be a whole one."""
        is_strict = (self.type == "date" and self.required) or self.length > LONGEST_TOLERATED
        return self if is_strict else replace(self, is_tolerant=True)

    @cached_property
    def compiled(self) -> re.Pattern[str] | None:
        """The pattern, made ready."""
        return re.compile(self.pattern) if self.pattern else None

    @cached_property
    def is_refusing(self) -> bool:
        """True when a value that fails the column's check refuses its line."""
        return bool(self.check) and is_refusing(self.check)

    def accepts(self, value: str) -> bool:
        """True when the delivered text can be loaded into this column.

        The same decision as the SQL of ``row_sql``.
        """
        if is_missing(self.type, value):
            return not self.required
        return self._has_form(value) and (not self.is_refusing or check_of(self.check).is_right(value))

    def _has_form(self, value: str) -> bool:
        tolerant = self.tolerant.compiled
        if tolerant:
            return tolerant.fullmatch(value) is not None
        return len(value) <= self.length

    def diagnose(self, value: str) -> Diagnosis | None:
        """None when the value is accepted, else cause and remedy (without the value where it is personal)."""
        if self.accepts(value):
            return None
        if is_missing(self.type, value):
            return Diagnosis("the value is missing", "The column is required; ask the sender for it.")
        if self._has_form(value):
            cause, remedy = describe_wrong_check(self.check)
        elif self.pattern is None:
            cause = f"has {character_count(value)} characters, the layout allows {self.length}"
            remedy = "Shorten the value, or correct the length in the layout."
        else:
            cause, remedy = describe_fault(self.type, self.length, tuple(self.codes), value, self.era)
        shown = "the value" if self.is_personal else f'"{value[:_LONGEST_VALUE_SHOWN]}"'
        return Diagnosis(f"{shown} {cause}", remedy)


@dataclass(frozen=True)
class Layout:
    """The records of one feed. CSV feeds have ``data`` columns only."""

    feed: str
    columns: tuple[Column, ...]

    def record(self, kind: str) -> tuple[Column, ...]:
        """Columns of one record kind, in order of position."""
        return tuple(column for column in self.columns if column.record == kind)

    @cached_property
    def raw_columns(self) -> tuple[Column, ...]:
        """Columns of ``raw_<feed>``: those of the header record, then those of the data record."""
        return self.record("header") + self.record("data")

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """All columns by name; names are unique within a layout."""
        return {column.name: column for column in self.columns}

    @property
    def header_labels(self) -> tuple[str, ...]:
        """Japanese item names in order, as the first line of a CSV file carries them."""
        return tuple(column.item_ja for column in self.record("data"))


def read_layout(feed: str, path: Path) -> Layout:
    """Read one layout file.

    Raises:
        ConfigurationError: the file is missing, or a row has an unknown type or personal class, a repeated
        name ...
    """
    if not path.exists():
        raise ConfigurationError(
            f"The layout {path.name} does not exist", f"Add {path} or remove the feed from feeds.csv."
        )
    columns: list[Column] = []
    seen: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for line_no, row in enumerate(csv.DictReader(lines), start=2):
            position = 1 + sum(column.record == row.get("record", "data") for column in columns)
            try:
                column = _column(row, position)
                _refuse_repeated(column, seen)
            except (KeyError, ValueError) as error:
                raise ConfigurationError(
                    f"{path.name}, line {line_no}: {error}", "Correct the row of the layout."
                ) from error
            seen.add(column.name)
            columns.append(column)
    return Layout(feed, tuple(columns))


def _refuse_repeated(column: Column, seen: set[str]) -> None:
    if column.name in seen:
        raise ValueError(f'the name "{column.name}" stands twice')


def _column(row: dict[str, str], position: int) -> Column:
    parts = [part for part in row["codes"].split(";") if part]
    codes = dict(part.split("=", 1) for part in parts if part != "*")
    _check_row(row, codes)
    column = Column(
        position=position,
        record=row.get("record", "data"),
        no=row["no"],
        item_ja=row["item_ja"],
        name=row["name"],
        type=row["type"],
        length=int(row["length"]),
        required=row["required"] == "yes",
        codes=codes,
        is_open_list=not codes or "*" in parts,
        personal=row["personal"],
        description_ja=row["description_ja"],
        check=row.get("check") or "",
        era=row.get("era") or "",
        match_key=row.get("match_key") or "",
    )
    if column.check:
        check_of(column.check)
    if column.match_key and column.match_key not in MATCH_KEYS:
        raise ValueError(f'unknown match key "{column.match_key}"; known: {", ".join(MATCH_KEYS)}')
    value_pattern(column.type, column.length, (), column.era)
    return column


def _check_row(row: dict[str, str], codes: dict[str, str]) -> None:
    if row.get("record", "data") not in RECORD_KINDS:
        raise ValueError(f'unknown record "{row["record"]}"')
    if not _NAME.fullmatch(row["name"]):
        raise ValueError(f'the name "{row["name"]}" is not written in lower_case letters')
    if row["personal"] not in PERSONAL_CLASSES:
        raise ValueError(f'unknown personal class "{row["personal"]}"')
    if row["required"] not in ("yes", ""):
        raise ValueError(f'required is "{row["required"]}", not yes or empty')
    for code in codes:
        if not _CODE.fullmatch(code):
            raise ValueError(f'the code "{code}" is not made of letters and digits')
