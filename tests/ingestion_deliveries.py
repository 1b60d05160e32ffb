"""Small invented deliveries for the tests of ingestion: whole and sound, to be damaged by the tests."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import TYPE_CHECKING

from ingestion.check_digits import barcode_check_digit
from ingestion.contract import FeedContract, load_contract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ingestion.layout import Column

Row = dict[str, str]
_VALUES = {"yen": "1000", "int": "1", "year": "2025", "date": "20250630", "flag": "0", "rate": "9.6"}
_CHECKED = {"gs1_barcode": "EAN" + "0" * 44, "ocr_row": "0" * 39, "el_qr": ""}


def sound_value(column: Column) -> str:
    """A value that the column accepts; empty where nothing is required."""
    if not column.required:
        return ""
    if column.is_refusing:
        return _CHECKED[column.check]
    if column.type == "time":
        return "120000"[: column.length]
    if column.codes:
        return next(iter(column.codes))
    return _VALUES.get(column.type, "0" * min(column.length, 6))


def sound_row(contract: FeedContract, **values: str) -> Row:
    """One record of a feed, with the given values."""
    row = {column.name: sound_value(column) for column in contract.layout.raw_columns}
    assert set(values) <= set(row)
    return row | values


def levy_rows(count: int) -> list[Row]:
    """Levy rows of different instalments, 1,000 yen each."""
    contract = load_contract("levy")
    return [
        sound_row(contract, notice_no=f"{number:08d}", addressee_code=f"{number:015d}", principal_levied_yen="1000")
        for number in range(1, count + 1)
    ]


def receipt_rows(count: int) -> list[Row]:
    """Convenience-store receipts of different barcodes, 500 yen each."""
    contract = load_contract("convenience_store")
    return [
        sound_row(contract, barcode_label=barcode_label(number), amount_yen="500", chain_name="髙﨑店")
        for number in range(1, count + 1)
    ]


def barcode_label(number: int) -> str:
    """A barcode as the agent reports it, with its check digit."""
    body = f"{number:043d}"
    return f"EAN{body}{barcode_check_digit(body)}"


def csv_bytes(contract: FeedContract, rows: Sequence[Mapping[str, str]], line_end: str = "\r\n") -> bytes:
    """A CSV file in the encoding of its feed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(contract.layout.header_labels)
    writer.writerows([row[column.name] for column in contract.layout.raw_columns] for row in rows)
    return text.getvalue().encode(contract.encoding)


def write_sidecar(path: Path, row_count: int, yen: int, sha256: str | None = None) -> Path:
    """The control file beside ``path``; by default with the hash that the file has."""
    digest = sha256 or hashlib.sha256(path.read_bytes()).hexdigest()
    sidecar = path.with_name(f"{path.stem}.control.csv")
    sidecar.write_text(f"rows,amount_yen,sha256\n{row_count},{yen},{digest}\n", encoding="ascii")
    return sidecar


def deliver(folder: Path, name: str, content: bytes, row_count: int, yen: int) -> Path:
    """Write a file and its sidecar."""
    path = folder / name
    path.write_bytes(content)
    write_sidecar(path, row_count, yen)
    return path


def fixed_record(contract: FeedContract, kind: str, **values: str) -> bytes:
    """One fixed-width record: numbers zero-filled on the left, everything else space-filled on the right."""
    parts: list[bytes] = []
    for column in contract.layout.record(kind):
        value = values.get(column.name, sound_value(column)).encode(contract.encoding)
        fill = value.rjust(column.length, b"0") if column.type in ("yen", "int") else value.ljust(column.length)
        assert len(fill) == column.length, column.name
        parts.append(fill)
    return b"".join(parts)


def transfer_records(
    receipts: Sequence[tuple[str, int, str]], *, is_request: bool = False, **header: str
) -> list[bytes]:
    """Header, data and trailer of one account-transfer block.

    Each receipt is customer number, yen, result code.
    """
    contract = load_contract("account_transfer_result")
    paid = [yen for _, yen, code in receipts if code == "0"]
    failed = [yen for _, yen, code in receipts if code != "0"]
    outcome = {"transferred": paid, "failed": failed} if not is_request else {"transferred": [], "failed": []}
    data = [
        fixed_record(
            contract,
            "data",
            customer_no=customer,
            debit_yen=str(yen),
            transfer_result_code=code,
            account_no="1234567",
            depositor_name_kana="ｺｵﾘﾔﾏ ﾊﾅｺ",
        )
        for customer, yen, code in receipts
    ]
    trailer = {"total_count": str(len(receipts)), "total_yen": str(sum(yen for _, yen, _ in receipts))}
    for name, yens in outcome.items():
        trailer |= {f"{name}_count": str(len(yens)), f"{name}_yen": str(sum(yens))}
    return [
        fixed_record(contract, "header", **({"debit_month_day": "0630"} | header)),
        *data,
        fixed_record(contract, "trailer", **trailer),
    ]


def end_record(feed: str = "account_transfer_result") -> bytes:
    """The end record of a fixed-width file."""
    return fixed_record(load_contract(feed), "end")


def refund_records(refunds: Sequence[tuple[str, int]]) -> list[bytes]:
    """A whole file of outgoing refunds. Each refund is customer code and yen."""
    contract = load_contract("refund_transfer")
    data = [fixed_record(contract, "data", customer_code_1=code, transfer_yen=str(yen)) for code, yen in refunds]
    totals = {"total_count": str(len(refunds)), "total_yen": str(sum(yen for _, yen in refunds))}
    return [
        fixed_record(contract, "header", transfer_month_day="0731"),
        *data,
        fixed_record(contract, "trailer", **totals),
        fixed_record(contract, "end"),
    ]


def pension_records(collected: Mapping[str, Sequence[tuple[int, int, int]]], **data: str) -> list[bytes]:
    """A whole file of pension withholding: one block per municipality, each person with three amounts."""
    contract = load_contract("pension_special_collection")
    records: list[bytes] = []
    for municipality, amounts in collected.items():
        records.append(fixed_record(contract, "header", header_jis_municipality_code=municipality))
        for number, yens in enumerate(amounts, start=1):
            person = {"jis_municipality_code": municipality, "basic_pension_no": f"{number:010d}"} | data
            person |= {f"amount_{place}_yen": str(yen) for place, yen in enumerate(yens, start=1)}
            records.append(fixed_record(contract, "data", **person))
        totals = {f"total_amount_{place + 1}_yen": str(sum(yens[place] for yens in amounts)) for place in range(3)}
        records.append(fixed_record(contract, "trailer", total_count=str(len(amounts)), **totals))
    return records
