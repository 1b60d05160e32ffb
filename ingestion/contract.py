"""The feed catalogue: what each feed promises, read from ``layouts/feeds.csv`` and the layout beside it.

Reader, DuckDB types, expectations, data dictionary and sample city all take their columns from here.
Grain: one :class:`FeedContract` per row of ``feeds.csv``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.fixed_layout import check_fixed_layout
from ingestion.layout import PERSONAL_CLASSES, Column, Diagnosis, Layout, read_layout
from ingestion.trailer_rule import TrailerRule, parse_trailer

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "PERSONAL_CLASSES",
    "Column",
    "Diagnosis",
    "FeedContract",
    "Layout",
    "list_feeds",
    "load_contract",
    "load_contracts",
]

LAYOUT_FOLDER = Path(__file__).parent / "layouts"
ENCODINGS = ("utf-8", "cp932")


@dataclass(frozen=True)
class FeedContract:
    """What one feed promises.

    ``amount`` names the yen column of the control totals, None where there is none. ``items`` is the section of the
    city's item list that the numbers of the layout refer to (see ``item_homes``), empty where there is none.
    """

    feed: str
    family: str
    title_ja: str
    format: str
    extension: str
    encoding: str
    record_bytes: int | None
    record_key: tuple[str, ...]
    row_kind: str
    amount: str | None
    control: str
    instalment_key: tuple[str, ...]
    is_assumed: bool
    source: str
    items: str
    layout: Layout
    trailer: tuple[TrailerRule, ...] = ()
    absent_columns: tuple[Column, ...] = ()
    """Columns of the platform's layout that this city's own lacks: they stand in the table, empty."""

    @property
    def raw_table(self) -> str:
        """Name of the table that holds the rows of this feed."""
        return f"raw_{self.feed}"

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        """Columns of ``raw_<feed>`` in front of the system columns: those delivered, then those that stay empty."""
        return self.layout.raw_columns + self.absent_columns

    @property
    def match_columns(self) -> tuple[Column, ...]:
        """Columns with a name that is matched by a key of its own, as personal as the name."""
        return tuple(column for column in self.layout.raw_columns if column.match_key)

    @property
    def has_result_marks(self) -> bool:
        """True when the trailer tells results from requests (then ``is_result`` is a system column)."""
        return any(rule.is_conditional for rule in self.trailer)

    @cached_property
    def system_columns(self) -> tuple[tuple[str, str], ...]:
        """Name and DuckDB type of the columns that the loader adds behind those of the layout."""
        names = self.layout.by_name
        columns = [
            ("source_file_no", "INTEGER"),
            ("source_line_no", "INTEGER"),
            ("delivery_date", "DATE"),
            ("delivery_seq", "INTEGER"),
            ("record_hash", "UBIGINT"),
        ]
        if "addressee_code" in names:
            columns.append(("addressee_key", "VARCHAR"))
        if self.feed == "addressee":
            columns.append(("household_key", "VARCHAR"))
        columns += [(one.match_key, "VARCHAR") for one in self.match_columns]
        if self.instalment_key:
            columns.append(("instalment_id", "VARCHAR"))
        if self.has_result_marks:
            columns.append(("is_result", "BOOLEAN"))
        return tuple(columns)


def list_feeds() -> tuple[str, ...]:
    """Names of all feeds of the catalogue, in catalogue order."""
    return tuple(_catalogue(LAYOUT_FOLDER))


def load_contract(feed: str) -> FeedContract:
    """The contract of one feed.

    Raises:
        ConfigurationError: no such feed, or its layout is wrong (the text names file, line and cause).
    """
    return _load_contract(feed, LAYOUT_FOLDER)


def load_contracts() -> dict[str, FeedContract]:
    """All contracts by feed name, in catalogue order."""
    return {feed: load_contract(feed) for feed in list_feeds()}


@cache
def _catalogue(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "feeds.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {row["feed"]: row for row in csv.DictReader(lines)}


@cache
def _load_contract(feed: str, folder: Path) -> FeedContract:
    row = _catalogue(folder).get(feed)
    if row is None:
        known = ", ".join(_catalogue(folder))
        raise ConfigurationError(f'There is no feed "{feed}" in feeds.csv', f"Use one of: {known}.")
    layout = read_layout(feed, folder / f"{feed}.csv")
    contract = FeedContract(
        feed=feed,
        family=row["family"],
        title_ja=row["title_ja"],
        format=_one_of(row, "format", ("csv", "fixed")),
        extension=_one_of(row, "extension", ("csv", "dat")),
        encoding=_one_of(row, "encoding", ENCODINGS),
        record_bytes=int(row["record_bytes"]) if row["record_bytes"] else None,
        record_key=_split(row["record_key"]),
        row_kind=_one_of(row, "row_kind", ("state", "event")),
        amount=row["amount"] or None,
        control=_one_of(row, "control", ("sidecar", "trailer")),
        instalment_key=_split(row["instalment_key"]),
        is_assumed=_one_of(row, "assumed", ("yes", "no")) == "yes",
        source=row["source"],
        items=row.get("items", ""),
        layout=layout,
        trailer=_trailer(row),
    )
    check_contract(contract)
    return contract


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _trailer(row: dict[str, str]) -> tuple[TrailerRule, ...]:
    try:
        return parse_trailer(row.get("trailer") or "")
    except ValueError as error:
        raise ConfigurationError(f"feeds.csv, feed {row['feed']}, trailer: {error}", "Correct the rule.") from error


def _one_of(row: dict[str, str], field: str, allowed: Iterable[str]) -> str:
    if row[field] not in allowed:
        raise ConfigurationError(
            f'feeds.csv, feed {row["feed"]}: {field} is "{row[field]}"', f"Use one of: {', '.join(allowed)}."
        )
    return row[field]


def check_contract(contract: FeedContract) -> None:
    """Refuse a contract whose keys, amount or record length its layout does not have.

    Raises:
        ConfigurationError: the text names the feed and what is missing.
    """
    names = {column.name for column in contract.layout.raw_columns}
    asked = [*contract.record_key, *(part for part in contract.instalment_key if not part.startswith("="))]
    asked += [contract.amount] if contract.amount else []
    for name in asked:
        if name not in names:
            raise ConfigurationError(
                f'feeds.csv, feed {contract.feed}: the layout has no column "{name}"',
                "Correct feeds.csv or the layout.",
            )
    if contract.format == "fixed":
        check_fixed_layout(contract)
