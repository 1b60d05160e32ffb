"""Which columns exist that a link may name: of a feed by its layout, of a model by the YAML beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from marts.link_tables.link import ADDRESSEE_KEY, INSTALMENT_ID

if TYPE_CHECKING:
    from ingestion.contract import FeedContract

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"


@dataclass(frozen=True)
class Model:
    """A dbt model as its YAML describes it: the DuckDB type of each column (empty where none is promised)."""

    types: dict[str, str]
    unique: frozenset[str]


@cache
def known_models() -> dict[str, Model]:
    """Every model that has a description, by name. Statistics and lists are none that a link reads."""
    found: dict[str, Model] = {}
    for layer in ("intermediate", "marts"):
        for path in sorted((MODELS / layer).glob("_*.yml")):
            # The C reader is ten times faster; where it was not built the other one does.
            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            described = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  (both are safe)
            found.update((model["name"], _model(model.get("columns", []))) for model in described.get("models", []))
    return found


def _model(columns: list[dict[str, object]]) -> Model:
    types = {str(column["name"]): str(column.get("data_type", "")).upper() for column in columns}
    unique = {str(column["name"]) for column in columns if _is_unique(column.get("data_tests"))}
    return Model(types, frozenset(unique))


def _is_unique(tests: object) -> bool:
    return isinstance(tests, list) and "unique" in tests


def record_identity(contract: FeedContract) -> str:
    """The pseudonym that stands for the record key of a feed; empty where the key is more, or something else."""
    if contract.record_key == ("addressee_code",):
        return ADDRESSEE_KEY
    key = {part for part in contract.instalment_key if not part.startswith("=")}
    return INSTALMENT_ID if key and key == set(contract.record_key) else ""


def pseudonyms(contract: FeedContract) -> tuple[str, ...]:
    """The pseudonyms on the rows of a feed by which models can be joined, the narrower one first."""
    names = {name for name, _ in contract.system_columns}
    return tuple(name for name in (INSTALMENT_ID, ADDRESSEE_KEY) if name in names)
