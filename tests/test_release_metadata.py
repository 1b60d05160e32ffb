"""What a release says about itself in the languages of catalogues and tools, and that it is true of its files."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import frictionless
import pytest

from marts.csvw import csvw_name
from tests.statistics_released import write_invented_release
from tests.statistics_warehouse import AS_OF

if TYPE_CHECKING:
    from pathlib import Path

    from marts.released_table import ReleasedTable

RELEASE_ID = f"{AS_OF}.1"


@pytest.fixture(scope="module")
def room(released: dict[str, ReleasedTable], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all data and descriptions of them."""
    return write_invented_release(tmp_path_factory.mktemp("release"), RELEASE_ID, released)


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def rows_of(path: Path) -> list[list[str]]:
    return [line.split(",") for line in path.read_bytes().decode("utf-8-sig").split("\r\n")[:-1]]


def test_the_data_package_is_valid_and_frictionless_finds_sizes_and_digests_as_told(room: Path) -> None:
    report = frictionless.Package(str(room / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    described = {resource["path"] for resource in read(room / "datapackage.json")["resources"]}
    assert described == {path.name for path in room.iterdir() if path.suffix in {".csv", ".parquet", ".xlsx"}}


def test_frictionless_finds_a_changed_file(room: Path, tmp_path: Path) -> None:
    for path in room.iterdir():
        content = path.read_bytes()
        (tmp_path / path.name).write_bytes(content.replace(b"yen,", b"yem,", 1) if path.suffix == ".csv" else content)
    problems = frictionless.Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    assert ["hash-count"] in problems


def test_the_catalogue_entry_names_every_data_file_with_its_size_and_digest(
    room: Path, released: dict[str, ReleasedTable]
) -> None:
    whole, *parts = read(room / "metadata.dcat.jsonld")["@graph"]
    assert [part["@id"] for part in parts] == [f"#{name}" for name in released]
    assert [one["@id"] for one in whole["dct:hasPart"]] == [part["@id"] for part in parts]
    seen = set()
    for dataset in (whole, *parts):
        assert dataset["dct:issued"]["@value"] == AS_OF.isoformat()
        assert {text["@language"] for text in dataset["dct:title"]} == {"ja", "en"}
        assert dataset["dct:publisher"]["dct:identifier"] == "072036"
        for distribution in dataset["dcat:distribution"]:
            name = distribution["dcat:downloadURL"]["@id"]
            content = (room / name).read_bytes()
            seen.add(name)
            assert distribution["dcat:byteSize"]["@value"] == str(len(content))
            assert distribution["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(content).hexdigest()
            assert (room / distribution.get("dct:conformsTo", {"@id": name})["@id"]).exists()
    assert seen == {path.name for path in room.iterdir() if path.suffix in {".csv", ".parquet", ".xlsx"}}


def test_every_term_of_the_catalogue_entry_has_a_vocabulary(room: Path) -> None:
    entry = read(room / "metadata.dcat.jsonld")
    terms = set(re.findall(r'"(\w+):\w+":', json.dumps(entry["@graph"])))
    assert terms <= set(entry["@context"])
    assert all(address.startswith("http") for address in entry["@context"].values())


def test_csv_on_the_web_describes_each_file_as_it_is(room: Path, released: dict[str, ReleasedTable]) -> None:
    for table in released.values():
        metadata = read(room / csvw_name(table))
        header, *rows = rows_of(room / metadata["url"])
        columns = metadata["tableSchema"]["columns"]
        assert [column["titles"][0] for column in columns] == [column["name"] for column in columns] == header
        keys = [header.index(name) for name in metadata["tableSchema"]["primaryKey"]]
        assert len({tuple(row[key] for key in keys) for row in rows}) == len(rows)
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            told = [value for value in values if value != column["null"]]
            assert len(told) == len(values) or not column["required"]
            assert all(is_of(column["datatype"], value) for value in told), (table.name, column["name"])


def is_of(datatype: str | dict[str, str], value: str) -> bool:
    """Whether a value is of a datatype of CSV on the Web, as far as ours go."""
    if isinstance(datatype, dict):
        return re.fullmatch(datatype["format"], value) is not None
    return re.fullmatch({"integer": r"-?\d+", "decimal": r"-?\d+(\.\d+)?"}[datatype], value) is not None


def test_no_description_holds_a_digest_of_itself_or_of_another_description(room: Path) -> None:
    described = [path for path in room.iterdir() if path.suffix in {".json", ".jsonld", ".html"}]
    digests = {hashlib.sha256(path.read_bytes()).hexdigest() for path in described}
    assert len(described) == len(digests)
    for path in described:
        assert not [digest for digest in digests if digest in path.read_text(encoding="utf-8")], path.name
