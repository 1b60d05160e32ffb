"""The data dictionary of a release: a Frictionless data package with code lists, units and what adds up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.disclosure.table import TOTAL
from marts.release_files import FIGURE_TITLES_JA, WORKBOOK, decimals, header
from marts.release_folder import digests
from marts.release_words import DESCRIPTION_JA, LICENCE, MEDIA_TYPES, TITLE_JA
from marts.released_table import FLAGS_JA
from marts.stat_table import TOTAL_LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.certificate import Setting
    from marts.released_table import ReleasedTable
    from marts.stat_table import CodeList


def data_package(
    release_id: str,
    setting: Setting,
    tables: Sequence[ReleasedTable],
    files: Mapping[str, bytes],
    relations: Mapping[str, object],
) -> dict[str, object]:
    """The content of ``datapackage.json``.

    ``files`` are the data files as they are released; ``relations`` say which cells of different tables are bound
    together.
    """
    resources = [resource for table in tables for resource in (_csv_resource(table), _parquet_resource(table))]
    return {
        "profile": "data-package",
        "name": f"collection-statistics-{release_id}",
        "version": release_id,
        "title": f"{TITLE_JA} {setting.as_of.isoformat()}",
        "description": DESCRIPTION_JA,
        "licenses": [{"name": LICENCE.name, "title": LICENCE.title, "path": LICENCE.address}],
        "osamari:as_of_date": setting.as_of.isoformat(),
        "osamari:municipality_code": setting.municipality_code,
        "osamari:law_version": setting.law_version,
        "osamari:flags": FLAGS_JA,
        **{f"osamari:{name}": relation for name, relation in relations.items()},
        "resources": [_with_size(resource, files) for resource in (*resources, _workbook_resource())],
    }


def _with_size(resource: dict[str, object], files: Mapping[str, bytes]) -> dict[str, object]:
    path = str(resource["path"])
    return {**resource, "bytes": len(files[path]), "hash": f"sha256:{digests({path: files[path]})[path]}"}


def _csv_resource(table: ReleasedTable) -> dict[str, object]:
    contract = table.contract
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "type": "table",
        "profile": "tabular-data-resource",
        "title": contract.title_ja,
        "description": f"{contract.grain_ja}{contract.note_ja}",
        "format": "csv",
        "mediatype": MEDIA_TYPES["csv"],
        "encoding": "utf-8",
        "dialect": {"lineTerminator": "\r\n"},
        "schema": {
            "fields": _fields(table),
            "primaryKey": [*contract.dimension_names, "measure"],
            "missingValues": [""],
        },
        **_meaning(table),
    }


def _parquet_resource(table: ReleasedTable) -> dict[str, object]:
    return {
        "name": f"{table.name}-parquet",
        "path": f"{table.name}.parquet",
        "type": "file",
        "title": f"{table.contract.title_ja}（Parquet）",
        "format": "parquet",
        "mediatype": MEDIA_TYPES["parquet"],
        "osamari:same_rows_as": table.name,
    }


def _workbook_resource() -> dict[str, object]:
    return {
        "name": "statistics-workbook",
        "path": WORKBOOK,
        "type": "file",
        "title": f"{TITLE_JA}（Excel、すべての表）",
        "format": "xlsx",
        "mediatype": MEDIA_TYPES["xlsx"],
    }


def _meaning(table: ReleasedTable) -> dict[str, object]:
    """What the columns mean; everything that is needed to add up and subtract."""
    contract = table.contract
    return {
        "osamari:title_en": contract.title_en,
        "osamari:purpose": contract.purpose_ja,
        "osamari:legal_basis": contract.legal_basis_ja,
        "osamari:audience": contract.audience_ja,
        "osamari:retention": contract.retention_ja,
        "osamari:source": contract.source_ja,
        "osamari:protected": not contract.is_exempt,
        # Whose code says the period; empty: the figures belong to the day of the release.
        "osamari:period_dimension": contract.period_dimension,
        "osamari:dimensions": [_dimension(codes) for codes in table.code_lists],
        "osamari:measures": [
            {
                "name": measure.name,
                "label": measure.label_ja,
                "label_en": measure.label_en,
                "unit": measure.unit,
                "unit_label": measure.unit_ja,
                "additive_over": list(measure.additive_over),
            }
            for measure in contract.measures
        ],
    }


def _dimension(codes: CodeList) -> dict[str, object]:
    return {
        "name": codes.name,
        "label": codes.label_ja,
        "label_en": codes.label_en,
        "total": TOTAL,
        "total_label": TOTAL_LABELS[0],
        "total_label_en": TOTAL_LABELS[1],
        # Where it is false no cell of the total is listed: months and years do not add up.
        "has_total": codes.has_total,
        "codes": [
            {"code": code.code, "label": code.label_ja, "label_en": code.label_en, "parent": code.parent}
            for code in codes.codes
        ],
    }


def _fields(table: ReleasedTable) -> list[dict[str, object]]:
    titles = {
        **{codes.name: codes.label_ja for codes in table.code_lists},
        **FIGURE_TITLES_JA,
    }
    value_type = "number" if decimals(table) else "integer"
    return [
        {"name": name, "title": titles[name], "type": value_type if name == "value" else "string"}
        for name in header(table)
    ]
