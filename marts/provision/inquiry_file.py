"""A file of inquiries, read with the same strictness as a delivered feed, but into no table of the warehouse.

Layout: ``inquiry.csv``. CSV in UTF-8 or CP932, headings in the order of the layout. A file with any fault is refused
as a whole, before anything is answered.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.errors import DataRefused
from ingestion.layout import Layout, read_layout
from marts.provision.inquiry import INQUIRY_ID, Inquiry, Person
from marts.provision.strict_csv import SEPARATOR

if TYPE_CHECKING:
    from ingestion.contract import FeedContract

LAYOUT = Path(__file__).parent / "inquiry.csv"
MOST_SHOWN = 10
REMEDY = "Correct the file and give it again; nothing of it was answered."


@cache
def inquiry_layout() -> Layout:
    """The columns of the file."""
    return read_layout("inquiry", LAYOUT)


def role_labels() -> dict[str, str]:
    """Japanese names of what a person may be to the requester."""
    return inquiry_layout().by_name["person_role"].codes


def read_inquiries(path: Path) -> list[Inquiry]:
    """Every inquiry of the file, in its order.

    Raises:
        DataRefused: headings, encoding, a value or the number of an inquiry is wrong; line and column are named.
    """
    contract = _contract(_encoding(path))
    with tempfile.TemporaryDirectory() as folder:
        rows = _sound_rows(path, contract, Path(folder) / "framed.csv")
    wrong = [str(line) for line, row in rows if not INQUIRY_ID.fullmatch(row["inquiry_id"])]
    if wrong:
        raise DataRefused(
            f"{path.name}, line {', '.join(wrong[:MOST_SHOWN])}: the number of an inquiry has letters, digits and "
            "hyphens only.",
            REMEDY,
        )
    if not rows:
        raise DataRefused(f"{path.name} holds no inquiry.", "Give one line per inquiry under the headings.")
    return [_inquiry(row) for _, row in rows]


def _inquiry(row: dict[str, Any]) -> Inquiry:
    person = Person(
        row["addressee_code"] or "", row["full_name"] or "", row["address"] or "", row["birth_date"], row["sex"] or ""
    )
    items = tuple(text.strip() for text in row["asked_items"].split(SEPARATOR) if text.strip())
    return Inquiry(
        row["inquiry_id"],
        row["requester_id"],
        row["legal_basis"],
        row["purpose"],
        items,
        person,
        row["as_of_date"],
        row["person_role"] or "",
    )


def _encoding(path: Path) -> str:
    try:
        path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def _contract(encoding: str) -> FeedContract:
    from ingestion.contract import FeedContract  # noqa: PLC0415  (one inquiry by hand needs no reader)

    return FeedContract(
        feed="inquiry",
        family="provision",
        title_ja="照会",
        format="csv",
        extension="csv",
        encoding=encoding,
        record_bytes=None,
        record_key=("inquiry_id",),
        row_kind="event",
        amount=None,
        control="sidecar",
        instalment_key=(),
        is_assumed=True,
        source="",
        items="",
        layout=inquiry_layout(),
    )


def _sound_rows(path: Path, contract: FeedContract, framed_path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Line number and typed values of every row."""
    from ingestion.feed_file import FeedFile  # noqa: PLC0415
    from ingestion.line_errors import render_file_fault, render_line_error  # noqa: PLC0415
    from ingestion.row_sql import (  # noqa: PLC0415
        LINE_COLUMN,
        framed_relation,
        is_acceptable,
        quoted,
        typed_value,
    )

    file = FeedFile(path.name, path, contract, contract.encoding)
    framed = file.frame(framed_path)
    if not framed.has_rows:
        told = [line for fault in framed.faults for line in render_file_fault(path.name, fault, "")]
        raise DataRefused("\n".join(told), REMEDY)
    columns = contract.layout.raw_columns
    relation = framed_relation(contract, str(framed_path))
    selected = ", ".join(f"{typed_value(column)} as {quoted(column.name)}" for column in columns)
    with duckdb.connect() as connection:
        unsound = connection.execute(f"select {LINE_COLUMN} from {relation} where not ({is_acceptable(columns)})")
        refused = file.refused_lines(framed, [line for (line,) in unsound.fetchall()])
        if refused:
            errors = [error for line in refused for error in line.errors][:MOST_SHOWN]
            told = [line for error in errors for line in render_line_error(path.name, error, "")]
            raise DataRefused("\n".join(told), REMEDY)
        found = connection.execute(f"select {LINE_COLUMN}, {selected} from {relation} order by {LINE_COLUMN}")
        names = [column.name for column in columns]
        return [(line, dict(zip(names, values, strict=True))) for line, *values in found.fetchall()]
