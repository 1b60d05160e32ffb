"""The release as an entry of an open data catalogue: DCAT in JSON-LD, as DCAT-AP asks for it.

The release is a dataset whose parts are the tables; files of one dataset hold the same figures. Addresses are relative
to the file itself, so the entry holds wherever the folder is put.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.csvw import csvw_name
from marts.release_files import WORKBOOK
from marts.release_folder import digests
from marts.release_words import DESCRIPTION_EN, DESCRIPTION_JA, LICENCE, MEDIA_TYPES, TITLE_EN, TITLE_JA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.certificate import Setting
    from marts.released_table import ReleasedTable

CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
MEDIA_TYPE_ADDRESS = "https://www.iana.org/assignments/media-types/"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
RELEASE = "#release"


def catalogue_entry(
    release_id: str, setting: Setting, tables: Sequence[ReleasedTable], files: Mapping[str, bytes]
) -> dict[str, object]:
    """The content of ``metadata.dcat.jsonld``; ``files`` are the data files as they are released."""
    whole = {
        **_dataset(RELEASE, (f"{TITLE_JA} {setting.as_of.isoformat()}", TITLE_EN), (DESCRIPTION_JA, DESCRIPTION_EN)),
        "dct:identifier": f"{setting.municipality_code}-{release_id}",
        "dcat:version": release_id,
        "dcat:landingPage": {"@id": "index.html"},
        "dct:hasPart": [{"@id": f"#{table.name}"} for table in tables],
        "dcat:distribution": [_distribution(WORKBOOK, files)],
    }
    parts = [
        {
            **_dataset(
                f"#{table.name}",
                (table.contract.title_ja, table.contract.title_en),
                (f"{table.contract.purpose_ja}{table.contract.note_ja}", table.contract.purpose_en),
            ),
            "dct:identifier": f"{setting.municipality_code}-{release_id}-{table.name}",
            "dct:isPartOf": {"@id": RELEASE},
            "dcat:keyword": [_text(measure.label_ja, "ja") for measure in table.contract.measures],
            "dcat:distribution": [
                {**_distribution(f"{table.name}.csv", files), "dct:conformsTo": {"@id": csvw_name(table)}},
                _distribution(f"{table.name}.parquet", files),
            ],
        }
        for table in tables
    ]
    common = {"dct:publisher": _publisher(setting), "dct:issued": _typed(setting.as_of.isoformat(), "xsd:date")}
    return {"@context": CONTEXT, "@graph": [{**dataset, **common} for dataset in (whole, *parts)]}


def _dataset(address: str, titles: tuple[str, str], descriptions: tuple[str, str]) -> dict[str, object]:
    languages = ("ja", "en")
    return {
        "@id": address,
        "@type": "dcat:Dataset",
        "dct:title": [_text(text, language) for text, language in zip(titles, languages, strict=True)],
        "dct:description": [_text(text, language) for text, language in zip(descriptions, languages, strict=True)],
        "dct:language": {"@id": f"{AUTHORITY}language/JPN"},
        "dct:license": {"@id": LICENCE.address},
        "dct:accessRights": {"@id": f"{AUTHORITY}access-right/PUBLIC"},
        "dcat:theme": {"@id": f"{AUTHORITY}data-theme/GOVE"},
    }


def _publisher(setting: Setting) -> dict[str, object]:
    """The city by its code: the platform knows no other name of it."""
    return {
        "@type": "foaf:Organization",
        "dct:identifier": setting.municipality_code,
        "foaf:name": _text(f"団体コード {setting.municipality_code} の市区町村", "ja"),
    }


def _distribution(name: str, files: Mapping[str, bytes]) -> dict[str, object]:
    content = files[name]
    return {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:accessURL": {"@id": name},
        "dcat:downloadURL": {"@id": name},
        "dcat:mediaType": {"@id": f"{MEDIA_TYPE_ADDRESS}{MEDIA_TYPES[name.rsplit('.', 1)[-1]]}"},
        "dcat:byteSize": _typed(str(len(content)), "xsd:nonNegativeInteger"),
        "dct:license": {"@id": LICENCE.address},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": _typed(digests({name: content})[name], "xsd:hexBinary"),
        },
    }


def _text(text: str, language: str) -> dict[str, str]:
    return {"@value": text, "@language": language}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"@value": value, "@type": kind}
