"""How fast fixed-width files are framed, beside DuckDB reading the same file as one column of text.

python -m tests.benchmarks.fixed_width_framing [--records 1000000]

Each file is made of invented records of account transfers: framed with CRLF and without separators, in EBCDIC, and cut
into bundles of 100. Prints records per second, the ratio to DuckDB, and the peak memory of the process.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.contract import load_contract
from ingestion.fixed_width_reader import read_fixed_width_feed
from tests.ingestion_deliveries import end_record, transfer_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONTRACT = load_contract("account_transfer_result")
RECORDS_AT_ONCE = 100
_KIBIBYTES = 1024


def blocks(count: int, size: int) -> Iterator[list[bytes]]:
    """Blocks of ``size`` records; the data records of a hundred stand for all, their totals hold."""
    for _ in range(0, count, size):
        header, *data, _ = transfer_records([(f"C{number}", 1000, "0") for number in range(RECORDS_AT_ONCE)])
        stated = [(f"C{number}", 1000, "0") for number in range(RECORDS_AT_ONCE)] * (size // RECORDS_AT_ONCE)
        yield [header, *data * (size // RECORDS_AT_ONCE), transfer_records(stated)[-1]]


def as_delivered(record: bytes) -> bytes:
    """JIS as it is."""
    return record


def in_ebcdic(record: bytes) -> bytes:
    """The record in code page 290."""
    return record.decode("cp932").encode("cp290")


KINDS: dict[str, tuple[bytes, bool, Callable[[bytes], bytes]]] = {
    "CRLF": (b"\r\n", False, as_delivered),
    "no separator": (b"", False, as_delivered),
    "EBCDIC": (b"", False, in_ebcdic),
    "bundles of 100": (b"\r\n", True, as_delivered),
}


def write_file(path: Path, count: int, kind: str) -> None:
    """One file of a kind."""
    separator, is_bundled, encode = KINDS[kind]
    size = RECORDS_AT_ONCE if is_bundled else min(count, 900_000) // RECORDS_AT_ONCE * RECORDS_AT_ONCE
    with path.open("wb") as target:
        for block in blocks(count, size):
            target.writelines(encode(record) + separator for record in block)
        target.write(encode(end_record()) + separator)


def seconds_of_duckdb(path: Path) -> float:
    """DuckDB reading each line (or all of the file where there are none) as one text."""
    query = (
        f"select count(*) from read_csv('{path}', header = false, auto_detect = false, delim = '\\x01', quote = '', "
        "encoding = 'latin-1', columns = {'record': 'VARCHAR'}, strict_mode = false)"
    )
    started = time.perf_counter()
    with duckdb.connect() as connection:
        connection.execute(query).fetchall()
    return time.perf_counter() - started


def measure(folder: Path, count: int, kind: str) -> str:
    """One line of the report."""
    path = folder / "file.dat"
    write_file(path, count, kind)
    started = time.perf_counter()
    framed = read_fixed_width_feed(path, CONTRACT, "cp932", folder / "framed.csv")
    seconds = time.perf_counter() - started
    if framed.faults or framed.trailers.faults:
        raise SystemExit(f"{kind}: {framed.faults or framed.trailers.faults}")
    floor = f"{seconds / seconds_of_duckdb(path):.1f} x DuckDB" if KINDS[kind][0] else "DuckDB needs lines"
    return f"{kind}: {framed.record_count:,} records, {framed.record_count / seconds:,.0f} a second, {floor}"


def main() -> None:
    """Measure every kind of file."""
    parser = argparse.ArgumentParser(description="Speed of framing fixed-width files.")
    parser.add_argument("--records", type=int, default=1_000_000)
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            sys.stdout.write(measure(Path(folder), records, kind) + "\n")
            sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _KIBIBYTES
    sys.stdout.write(f"peak memory {peak:,} MiB\n")


if __name__ == "__main__":
    main()
