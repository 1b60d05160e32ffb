"""Match keys of names: what two spellings of the same name have in common. The name itself is never changed.

NFKC, then without variation selectors, spaces and middle dots, then each character by its standard form
(``name_variants.csv``: small kana, dashes, variant kanji). So half-width kana of a bank file, which have neither small
kana nor a long-vowel mark, meet the full-width kana of the register. A key is as personal as the name.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa  # noqa: TC002  (DuckDB reads the annotations of the function)
import pyarrow.compute as pc
from duckdb.sqltypes import VARCHAR

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MATCH_KEYS = ("name_key", "name_kana_key")
_VARIANTS = Path(__file__).parent / "name_variants.csv"
_FUNCTION = "nfkc_normalize"
# Space, middle dots, variation selectors; NFKC has made all other spaces and dots into these.
_DROPPED = "[ \u30fb\u00b7\ufe00-\ufe0f\U000e0100-\U000e01ef]"


@cache
def name_variants() -> dict[str, str]:
    """Standard form by variant character."""
    with _VARIANTS.open(encoding="utf-8-sig", newline="") as lines:
        return {row["variant"]: row["standard"] for row in csv.DictReader(lines)}


def match_key(name: str) -> str:
    """The key of one name, empty when nothing is left of it; twin of :func:`match_key_sql`."""
    spelling = re.sub(_DROPPED, "", unicodedata.normalize("NFKC", name))
    return spelling.translate(str.maketrans(name_variants()))


def match_key_sql(name: str) -> str:
    """SQL for the key of an SQL text; NULL when nothing is left of it. Needs :func:`register_match_keys`."""
    variants = name_variants()
    spelling = f"regexp_replace({_FUNCTION}({name}), '{_DROPPED}', '', 'g')"
    return f"nullif(translate({spelling}, '{''.join(variants)}', '{''.join(variants.values())}'), '')"


def register_match_keys(connection: DuckDBPyConnection) -> None:
    """Give the connection NFKC, which DuckDB has not: a whole column of names at a time."""
    connection.create_function(_FUNCTION, _normalised, [VARCHAR], VARCHAR, type="arrow")


def _normalised(names: pa.Array) -> pa.Array:
    return pc.utf8_normalize(names, form="NFKC")
