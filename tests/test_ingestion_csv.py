"""Reading of CSV: every record is framed or refused with its place, whatever the bytes.

Nothing is lost between them.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import csv_reader
from ingestion.contract import load_contract
from ingestion.csv_reader import read_csv_feed, reread_csv_feed
from tests.ingestion_deliveries import csv_bytes, levy_rows, receipt_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.framing import Framed

STORE = load_contract("convenience_store")
LEVY = load_contract("levy")
WIDTH = len(STORE.layout.header_labels)
HEADER = ",".join(STORE.layout.header_labels).encode("cp932")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


def read(folder: Path, content: bytes, encoding: str = "cp932") -> tuple[Framed, dict[int, list[str]]]:
    """What the reader found, and the framed records by line number."""
    (folder / "file.csv").write_bytes(content)
    framed = read_csv_feed(folder / "file.csv", STORE.layout, encoding, folder / "framed.csv")
    rows = csv.reader(io.StringIO((folder / "framed.csv").read_bytes().decode(), newline=""))
    return framed, {int(row[0]): row[1:] for row in rows}


def line(*values: str) -> bytes:
    return ",".join([*values, *[""] * (WIDTH - len(values))]).encode("cp932")


CELLS = st.text(st.sampled_from('髙﨑ｱア"a1,\n\r 表ソ能'), max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=WIDTH, max_size=WIDTH), max_size=8),
    line_end=st.sampled_from([b"\r\n", b"\n"]),
    block_bytes=st.sampled_from([1, 50, 4 << 20]),
    last_line_end=st.sampled_from([0, 1]),
)
def test_what_a_csv_writer_writes_is_read_back(
    folder: Path, rows: list[list[str]], line_end: bytes, block_bytes: int, last_line_end: int
) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row).encode("cp932") for row in rows]
    content = line_end.join([HEADER, *quoted]) + line_end * last_line_end
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "BLOCK_BYTES", block_bytes)
        framed, found = read(folder, content)
        again = reread_csv_feed(folder / "file.csv", STORE.layout, "cp932", list(found))
    assert not framed.faults
    assert not framed.unsound
    assert list(found.values()) == rows
    assert framed.record_count == len(rows)
    assert [list(record.fields or ()) for record in again.values()] == rows


@settings(max_examples=300, deadline=None)
@given(
    body=st.one_of(
        st.binary(max_size=400),
        st.lists(st.sampled_from([line("02"), line("髙"), b'"', b",", b"\n", b"\r\n", b"\x00", b"\x81", b"\xfd"])).map(
            b"".join
        ),
    ),
    encoding=st.sampled_from(["cp932", "utf-8"]),
    block_bytes=st.sampled_from([1, 7, 4 << 20]),
)
def test_any_bytes_become_records_or_refusals(folder: Path, body: bytes, encoding: str, block_bytes: int) -> None:
    content = HEADER.decode("cp932").encode(encoding) + b"\n" + body
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reader, "BLOCK_BYTES", block_bytes)
        framed, found = read(folder, content, encoding)
        again = reread_csv_feed(folder / "file.csv", STORE.layout, encoding, [*found, *framed.unsound])
    assert framed.record_count == len(found) + len(framed.unsound) == len(again)
    assert all(record.error for record in framed.unsound.values())
    assert all(len(fields) == WIDTH for fields in found.values())
    # Nothing is lost: the records' bytes, in order, are the file's.
    raw = b"\n".join(again[number].raw for number in sorted(again))
    assert raw == body.removesuffix(b"\n") or (not body and not again)


@pytest.mark.parametrize("line_end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_order_mark_and_both_line_ends_are_read(tmp_path: Path, line_end: str, mark: bytes) -> None:
    path = tmp_path / "levy.csv"
    path.write_bytes(mark + csv_bytes(LEVY, levy_rows(3), line_end))
    framed = read_csv_feed(path, LEVY.layout, "utf-8", tmp_path / "framed.csv")
    assert (framed.record_count, framed.faults, framed.unsound) == (3, [], {})


def test_characters_that_only_cp932_has_are_kept(folder: Path) -> None:
    _, found = read(folder, csv_bytes(STORE, receipt_rows(1)))
    assert "髙﨑店" in found[2]


def test_one_broken_character_costs_one_line(folder: Path) -> None:
    content = (
        HEADER + b"\r\n" + line("02") + b"\r\n" + b"02,\x81," + b"," * (WIDTH - 3) + b"\r\n" + line("01") + b"\r\n"
    )
    framed, found = read(folder, content)
    assert sorted(found) == [2, 4]
    error = framed.unsound[3].error
    assert error is not None
    assert (error.line_no, error.column_no, error.column_item_ja) == (3, 2, "収納日")
    assert "cp932" in error.cause


def test_a_stray_quote_does_not_swallow_the_lines_behind_it(folder: Path) -> None:
    content = b"\n".join([HEADER, line("02", '"open'), line("02"), line("02", 'a"b'), line("01")])
    framed, found = read(folder, content)
    assert sorted(found) == [3, 5]
    assert sorted(framed.unsound) == [2, 4]


def test_a_field_may_contain_line_ends_and_lines_keep_their_numbers(folder: Path) -> None:
    content = b"\r\n".join([HEADER, line("02", '"two\r\nlines"'), line("01"), b""])
    _, found = read(folder, content)
    assert sorted(found) == [2, 4]
    assert found[2][1] == "two\r\nlines"


def test_thousands_separators_are_recognised_behind_the_wrong_number_of_fields(tmp_path: Path) -> None:
    path = tmp_path / "levy.csv"
    path.write_bytes(csv_bytes(LEVY, levy_rows(2)).replace(b",1000,", b",1,000,", 1))
    framed = read_csv_feed(path, LEVY.layout, "utf-8", tmp_path / "framed.csv")
    error = framed.unsound[2].error
    assert error is not None
    assert (error.column_name, error.cause) == (
        "principal_levied_yen",
        '"1,000" is not a whole number of yen',
    )


LABELS = STORE.layout.header_labels


@pytest.mark.parametrize(
    ("labels", "cause"),
    [
        (LABELS[1:], "column 1 種別 (receipt_kind_code) is missing"),
        ((*LABELS[:7], *LABELS[8:]), "column 8 金額 (amount_yen) is missing"),
        ((*LABELS, "別の項目"), "column 14 of the header is not expected"),
        (("福島太郎",) * WIDTH, "the first line is not the header of the feed convenience_store"),
        ((LABELS[1], LABELS[0], *LABELS[2:]), "is missing from the header"),
    ],
)
def test_a_wrong_header_is_explained_without_repeating_unknown_words(
    folder: Path, labels: tuple[str, ...], cause: str
) -> None:
    framed, _ = read(folder, ",".join(labels).encode("cp932") + b"\r\n" + line("02") + b"\r\n")
    assert not framed.has_rows
    assert framed.record_count == 1
    texts = [fault.cause for fault in framed.faults]
    assert any(cause in text for text in texts)
    assert all(fault.remedy and fault.line_no == 1 for fault in framed.faults)
    assert "福島太郎" not in "".join(texts)
    assert "別の項目" not in "".join(texts)


def test_a_file_in_another_encoding_is_told_so(folder: Path) -> None:
    framed, _ = read(folder, (HEADER + b"\r\n" + line("02", "髙")).decode("cp932").encode("utf-8"))
    assert "it seems to be utf-8" in framed.faults[0].cause
