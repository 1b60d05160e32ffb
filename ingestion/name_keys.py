"""Match keys of names: what two spellings of the same name have in common. The name itself is never changed.

NFKC, then without variation selectors, spaces and middle dots, then each character by its standard form
(``name_variants.csv``: small kana, dashes, variant kanji). So half-width kana of a bank file, which have neither small
kana nor a long-vowel mark, meet the full-width kana of the register. A key is as personal as the name.
"""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from duckdb.func import PythonUDFType
from duckdb.sqltypes import VARCHAR

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MATCH_KEYS = ("name_key", "name_kana_key")
_VARIANTS = Path(__file__).parent / "name_variants.csv"
_FUNCTION = "match_key"
_BETWEEN_NAMES = "\x1f"
_KNOWN: dict[str, str] = {}
MOST_KNOWN = 100_000
"""Names whose keys are remembered while loading; beyond it all are forgotten, so that memory stays bounded."""
# Space and middle dots (NFKC has made all other spaces and dots into these), variation selectors.
_DROPPED = (0x20, 0x30FB, 0xB7, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))


@cache
def name_variants() -> dict[str, str]:
    """Standard form by variant character."""
    with _VARIANTS.open(encoding="utf-8-sig", newline="") as lines:
        return {row["variant"]: row["standard"] for row in csv.DictReader(lines)}


def match_key(name: str) -> str:
    """The key of one name, empty when nothing is left of it; twin of :func:`match_key_sql`."""
    return unicodedata.normalize("NFKC", name).translate(_standard_forms())


def match_key_sql(name: str) -> str:
    """SQL for the key of an SQL text; NULL when nothing is left of it. Needs :func:`register_match_keys`."""
    return f"nullif({_FUNCTION}({name}), '')"


def register_match_keys(connection: DuckDBPyConnection) -> None:
    """Give the connection match keys, since DuckDB has no NFKC: some thousand names at a time."""
    connection.create_function(_FUNCTION, _match_keys, [VARCHAR], VARCHAR, type=PythonUDFType.ARROW)


def _match_keys(names: pa.ChunkedArray) -> pa.Array:
    """Each different name once: those of one bank file, or of one month and the next, are mostly the same."""
    encoded = names.combine_chunks().dictionary_encode()
    return pa.array(_keys_of(encoded.dictionary.to_pylist()), pa.string()).take(encoded.indices)


def _keys_of(names: list[str]) -> list[str]:
    # Two feeds ask at the same time: what one has looked up it keeps, whatever the other forgets.
    keys = [_KNOWN.get(name) for name in names]
    unknown = [name for name, key in zip(names, keys, strict=True) if key is None]
    learned: dict[str, str] = {}
    if unknown:
        # All as one text: no step crosses the character between them, which no record may contain.
        learned = dict(zip(unknown, match_key(_BETWEEN_NAMES.join(unknown)).split(_BETWEEN_NAMES), strict=True))
        if len(_KNOWN) + len(learned) > MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN.update(learned)
    return [learned[name] if key is None else key for name, key in zip(names, keys, strict=True)]


@cache
def _standard_forms() -> dict[int, str]:
    return dict.fromkeys(_DROPPED, "") | {ord(variant): standard for variant, standard in name_variants().items()}
