"""A release of collection statistics for analysts: tables with their flags, in pandas or DuckDB, and what changed.

Reads the files of a release folder and nothing else. A masked figure is NA, never 0; why a figure is missing stands in
its flag. Money is never a float.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import duckdb

__all__ = ["Release", "ReleaseUnreadable", "Table", "compare", "read_release"]

CODES_TABLE = "statistics_codes"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DIGITS = 20
_OLD, _NEW = ({name: f"{name}_{when}" for name in ("value", "flag")} for when in ("before", "after"))


class ReleaseUnreadable(ValueError):  # noqa: N818 - what happened is said, not that it is an error
    """A folder is not a release, or a file of it is not what was released."""

    def __init__(self, problem: str, remedy: str) -> None:
        """Say what is wrong, and what to do."""
        super().__init__(f"{problem} {remedy}")


@dataclass(frozen=True)
class Table:
    """What a table holds, as the data dictionary has it. ``period_dimension`` is empty for a stock as of the day."""

    name: str
    title_ja: str
    title_en: str
    description_ja: str
    period_dimension: str
    dimensions: tuple[Mapping[str, Any], ...] = field(repr=False)
    measures: tuple[Mapping[str, Any], ...] = field(repr=False)

    @property
    def dimension_names(self) -> list[str]:
        """The dimensions in the order of the columns."""
        return [dimension["name"] for dimension in self.dimensions]

    def labels(self, dimension: str, language: str = "ja") -> dict[str, str]:
        """The label of each code of a dimension, the total included where there is one; ``ja`` or ``en``.

        Raises:
            KeyError: the table has no such dimension.
        """
        found = {one["name"]: one for one in self.dimensions}[dimension]
        suffix = "" if language == "ja" else f"_{language}"
        labels = {code["code"]: code[f"label{suffix}"] for code in found["codes"]}
        total = {found["total"]: found.get(f"total_label{suffix}", found["total"])}
        return {**total, **labels} if found.get("has_total", True) else labels


@dataclass(frozen=True)
class Release:
    """A released folder whose files are as they were released."""

    folder: Path
    release_id: str
    as_of: date
    flags: Mapping[str, str]
    tables: Mapping[str, Table] = field(repr=False)

    def to_pandas(self, name: str, *, labels: str = "") -> pd.DataFrame:
        """One row per figure: dimensions, measure, unit, value, flag.

        ``value`` is ``Int64`` in yen or as counted, an exact decimal in a table with rates, and NA where the figure is
        masked or not available. ``labels`` (``ja`` or ``en``) adds a column ``<dimension>_label`` per dimension.
        Mind that pandas leaves NA out of a sum: ``sum(skipna=False)`` says that a part is missing.

        Raises:
            KeyError: there is no such table.
        """
        table = self.tables[name]
        frame: pd.DataFrame = pq.read_table(self._parquet(name)).to_pandas(types_mapper=_column_type)
        for dimension in table.dimension_names if labels else ():
            frame[f"{dimension}_label"] = frame[dimension].map(table.labels(dimension, labels))
        return frame

    def to_duckdb(self, connection: duckdb.DuckDBPyConnection, schema: str = "main") -> list[str]:
        """Write every table, and ``statistics_codes`` with labels and parents, into a schema; return their names.

        Tables of these names are replaced. Masked figures are NULL.

        Raises:
            ValueError: ``schema`` is not a plain name.
        """
        if not _NAME.fullmatch(schema):
            raise ValueError(f"{schema!r} is not a plain name of a schema. Use small letters, digits and _.")
        connection.execute(f"create schema if not exists {schema}")
        for name in self.tables:
            connection.execute(
                f"create or replace table {schema}.{name} as select * from read_parquet(?)", [str(self._parquet(name))]
            )
        connection.execute(
            f"create or replace table {schema}.{CODES_TABLE} (table_name varchar, dimension varchar, code varchar, "
            "label_ja varchar, label_en varchar, parent varchar, sort_order integer)"
        )
        connection.executemany(f"insert into {schema}.{CODES_TABLE} values (?, ?, ?, ?, ?, ?, ?)", self._codes())
        return [*self.tables, CODES_TABLE]

    def _parquet(self, name: str) -> Path:
        return self.folder / f"{self.tables[name].name}.parquet"

    def _codes(self) -> list[tuple[str | int, ...]]:
        return [
            (name, one["name"], code["code"], code["label"], code["label_en"], code["parent"], order)
            for name, table in self.tables.items()
            for one in table.dimensions
            for order, code in enumerate(one["codes"])
        ]


def read_release(folder: Path | str) -> Release:
    """The release in a folder, its tables checked against the digests it was released with.

    Raises:
        ReleaseUnreadable: the folder holds no release, or a file is missing or not as it was released.
    """
    room = Path(folder)
    try:
        package = json.loads((room / "datapackage.json").read_text(encoding="utf-8"))
        tables = [_table(resource) for resource in package["resources"] if resource["format"] == "csv"]
        release_id, as_of = str(package["version"]), date.fromisoformat(package["osamari:as_of_date"])
        sums = (room / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError, KeyError) as problem:
        raise ReleaseUnreadable(
            f"{room.name}: cannot be read as a release ({type(problem).__name__}).",
            "Name a folder such as released/2026-05-31.1.",
        ) from problem
    names = ["datapackage.json", *(f"{table.name}.parquet" for table in tables)]
    _refuse_changed(room, {name: digest for digest, name in (line.split("  ", 1) for line in sums)}, names)
    return Release(room, release_id, as_of, package["osamari:flags"], {table.name: table for table in tables})


def compare(before: Release, after: Release, names: Iterable[str] | None = None) -> pd.DataFrame:
    """Both values and flags of every figure that stands in either release, and the change where both are published.

    Columns: table, the dimensions of the tables compared, measure, unit, value_before, flag_before, value_after,
    flag_after, change. ``change`` is NA where a figure is masked, not available or not listed in one of the two.
    ``names`` are the tables to compare; without them, those that both releases have.

    Raises:
        KeyError: a release has no table of a name.
    """
    wanted = [name for name in before.tables if name in after.tables] if names is None else list(names)
    parts = [_compared(before, after, name) for name in wanted]
    exact = pd.ArrowDtype(pa.decimal128(_DIGITS, 1)) if any(_has_rates(part) for part in parts) else pd.Int64Dtype()
    numbers = dict.fromkeys(("value_before", "value_after", "change"), exact)
    whole = pd.concat([part.astype(numbers) for part in parts], ignore_index=True)
    last = ["measure", "unit", "value_before", "flag_before", "value_after", "flag_after", "change"]
    return whole[[*(column for column in whole.columns if column not in last), *last]]


def _compared(before: Release, after: Release, name: str) -> pd.DataFrame:
    keys = [*after.tables[name].dimension_names, "measure", "unit"]
    old, new = (
        release.to_pandas(name).rename(columns=suffixed) for release, suffixed in ((before, _OLD), (after, _NEW))
    )
    # In the order of the later release; what only the earlier one lists comes last.
    listed = pd.concat([new[keys], old[keys]], ignore_index=True).drop_duplicates(ignore_index=True)
    frame = listed.merge(old, on=keys, how="left").merge(new, on=keys, how="left")
    frame["change"] = frame["value_after"] - frame["value_before"]
    frame.insert(0, "table", name)
    return frame


def _has_rates(frame: pd.DataFrame) -> bool:
    return any(isinstance(frame[column].dtype, pd.ArrowDtype) for column in ("value_before", "value_after"))


def _table(resource: Mapping[str, Any]) -> Table:
    if not _NAME.fullmatch(resource["name"]):
        raise ValueError(resource["name"])
    return Table(
        name=resource["name"],
        title_ja=resource["title"],
        title_en=resource["osamari:title_en"],
        description_ja=resource["description"],
        # Releases made before there were periods have stocks only.
        period_dimension=resource.get("osamari:period_dimension", ""),
        dimensions=tuple(resource["osamari:dimensions"]),
        measures=tuple(resource["osamari:measures"]),
    )


def _refuse_changed(room: Path, sums: Mapping[str, str], names: Iterable[str]) -> None:
    for name in names:
        path = room / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(name):
            raise ReleaseUnreadable(
                f"{room.name}/{name}: is missing or is not the file that was released.",
                "Get the release again; do not use this copy.",
            )


def _column_type(kind: pa.DataType) -> Any:  # noqa: ANN401 - a type of pandas
    """Whole numbers may be NA, rates stay exact, texts are texts."""
    if pa.types.is_integer(kind):
        return pd.Int64Dtype()
    return pd.ArrowDtype(kind) if pa.types.is_decimal(kind) else pd.StringDtype()
