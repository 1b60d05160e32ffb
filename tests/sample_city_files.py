"""A small invented city and plain readers for its files, independent of the platform's own readers.

Shared by the tests of the sample city; the files are made once per test run.
"""

from __future__ import annotations

import csv
import io
import tempfile
from functools import cache
from itertools import accumulate
from pathlib import Path

from ingestion.contract import load_contract
from ingestion.sample_city import SampleSummary, generate

PERSONS = 2000


@cache
def small_city() -> SampleSummary:
    """A city of 2,000 people over three years."""
    folder = Path(tempfile.mkdtemp(prefix="sample_city_"))
    return generate(folder / "inbox", PERSONS, 3, 1)


def feed_files(out: Path, feed: str) -> list[Path]:
    """Files of a feed in order of delivery."""
    return sorted(path for path in out.glob(f"{feed}.*") if not path.name.endswith(".control.csv"))


def delivered_on(path: Path) -> str:
    """Delivery day and sequence as the file name states them."""
    return ".".join(path.name.split(".")[2:4])


def read_csv_file(path: Path, feed: str) -> list[dict[str, str]]:
    """Lines of a CSV feed under the layout's names; the header must be the Japanese labels in order."""
    contract = load_contract(feed)
    text = path.read_bytes().decode(contract.encoding)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert tuple(next(lines)) == contract.layout.header_labels
    names = [column.name for column in contract.layout.record("data")]
    return [dict(zip(names, line, strict=True)) for line in lines]


def read_fixed_file(path: Path, feed: str) -> list[dict[str, str]]:
    """Records of a fixed-width feed in order, each with its kind; separators must be CRLF or nothing."""
    contract = load_contract(feed)
    content, size = path.read_bytes(), contract.record_bytes or 0
    has_line_ends = content[size : size + 2] == b"\r\n"
    step = size + 2 if has_line_ends else size
    assert len(content) % step == 0
    kinds = {"1": "header", "2": "data", "3": "trailer", "8": "trailer", "9": "end"}
    records = []
    for start in range(0, len(content), step):
        raw = content[start : start + size]
        assert content[start + size : start + step] == (b"\r\n" if has_line_ends else b"")
        kind = kinds[chr(raw[0])]
        columns = contract.layout.record(kind)
        ends = list(accumulate(column.length for column in columns))
        fields = {
            c.name: raw[end - c.length : end].decode("cp932").strip() for c, end in zip(columns, ends, strict=True)
        }
        records.append(fields | {"kind": kind})
    return records


def read_feed(out: Path, feed: str) -> list[dict[str, str]]:
    """Data rows of all files of a feed, each with ``delivered`` and, for fixed width, its header's fields."""
    rows: list[dict[str, str]] = []
    for path in feed_files(out, feed):
        if load_contract(feed).format == "csv":
            rows += [row | {"delivered": delivered_on(path)} for row in read_csv_file(path, feed)]
            continue
        header: dict[str, str] = {}
        for record in read_fixed_file(path, feed):
            if record["kind"] == "header":
                header = record
            elif record["kind"] == "data":
                rows.append(header | record | {"delivered": delivered_on(path)})
    return rows
