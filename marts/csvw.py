"""CSV on the Web: a description beside each CSV from which tools know types, keys and codes of its columns.

Source: W3C, Model for Tabular Data and Metadata on the Web; the file name is the one its readers look for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from marts.release_files import FIGURE_TITLES_JA, decimals, header
from marts.release_words import LICENCE
from marts.released_table import FLAGS_JA

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marts.released_table import ReleasedTable


def csvw_name(table: ReleasedTable) -> str:
    """The name of the description of a table's CSV."""
    return f"{table.name}.csv-metadata.json"


def csvw_metadata(table: ReleasedTable) -> dict[str, object]:
    """The description of a table's CSV."""
    contract = table.contract
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "ja"}],
        "url": f"{table.name}.csv",
        "dc:title": contract.title_ja,
        "dc:description": f"{contract.grain_ja}{contract.note_ja}",
        "dc:license": {"@id": LICENCE.address},
        # A byte order mark is no part of a dialect: decoding as UTF-8 takes it off.
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True, "doubleQuote": True},
        "tableSchema": {
            "columns": [_column(table, name) for name in header(table)],
            "primaryKey": [*contract.dimension_names, "measure"],
        },
    }


def _column(table: ReleasedTable, name: str) -> dict[str, object]:
    """A column. Its first title is what stands in the header of the file."""
    titles = {codes.name: codes.label_ja for codes in table.code_lists} | FIGURE_TITLES_JA
    return {
        "name": name,
        "titles": [name, titles[name]],
        "datatype": _datatype(table, name),
        "required": name not in ("value", "flag"),
        "null": "",
    }


def _datatype(table: ReleasedTable, name: str) -> str | dict[str, str]:
    """The type of a column; of one with codes, the codes."""
    if name == "value":
        return "decimal" if decimals(table) else "integer"
    allowed: dict[str, Iterable[str]] = {
        **{codes.name: codes.order for codes in table.code_lists},
        "measure": [measure.name for measure in table.contract.measures],
        "unit": sorted({measure.unit for measure in table.contract.measures}),
        "flag": FLAGS_JA,
    }
    return {"base": "string", "format": f"^({'|'.join(re.escape(code) for code in allowed[name])})$"}
