"""One big file of account transfer results for ``osamari bench ingest --feed account_transfer_result --rows N``.

Every record is of another instalment; banks, names and amounts repeat as those of a city do. The values belong to
nobody, and the same number of rows gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import load_contract
from ingestion.sample_city.writers import FeedFile

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

FEED = "account_transfer_result"
NAME = f"{FEED}.072036.20250401.001.dat"
_RECORDS_OF_A_BLOCK = 900_000
_RESULTS = np.array(list("0" * 18 + "12"))
_BANKS = ("0001", "0005", "0009", "0010", "0126", "9900")
_NAMES = ("ｺｵﾘﾔﾏ ﾀﾛｳ", "ｱｻｶ ﾊﾅｺ", "ﾐﾊﾙ ｼﾞﾛｳ", "ｲﾅﾜｼﾛ ｻﾁｺ", "ﾀﾑﾗ ｺﾞﾛｳ")
_HEADER = {
    "header_record_class": "1",
    "transfer_type_code": "91",
    "character_code_class": "0",
    "consignor_code": "0000072036",
    "consignor_name": "ｺｵﾘﾔﾏｼ",
    "debit_month_day": "0331",
}


def write_transfer_file(folder: Path, row_count: int) -> Path:
    """Write the file, in blocks as large as a trailer can count; ``folder`` must exist."""
    file = FeedFile(folder / NAME, load_contract(FEED))
    for first in range(0, row_count, _RECORDS_OF_A_BLOCK):
        _add_block(file, np.arange(first, min(first + _RECORDS_OF_A_BLOCK, row_count)))
    file.close()
    return file.path


def _add_block(file: FeedFile, numbers: NDArray[np.int64]) -> None:
    yen = numbers * 7919 % 3_000 * 10 + 100
    results = _RESULTS[numbers * 104_729 % len(_RESULTS)]
    is_paid = results == "0"
    data = {
        "data_record_class": "2",
        "debit_bank_code": pa.array(_BANKS).take(pa.array(numbers * 31 % len(_BANKS))),
        "debit_branch_code": _digits(numbers * 17 % 997, 3),
        "deposit_type_code": "1",
        "account_no": _digits(numbers * 48_611 % 9_999_991, 7),
        "depositor_name_kana": pa.array(_NAMES).take(pa.array(numbers * 13 % len(_NAMES))),
        "debit_yen": pa.array(yen).cast(pa.string()),
        "new_code": "0",
        "customer_no": _digits(numbers, 18),
        "transfer_result_code": pa.array(results.tolist()),
    }
    trailer = {"trailer_record_class": "8"}
    for name, counted in (("total", yen), ("transferred", yen[is_paid]), ("failed", yen[~is_paid])):
        trailer |= {f"{name}_count": str(len(counted)), f"{name}_yen": str(int(counted.sum()))}
    file.add_block(_HEADER, data, len(numbers), trailer)


def _digits(numbers: NDArray[np.int64], width: int) -> pa.Array:
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
