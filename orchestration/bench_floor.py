"""The floor: one CREATE TABLE AS SELECT * FROM read_csv(...) with declared types over each file, and nothing else.

No checks, no keys, no control totals; what any loader must at least spend. CP932 files are decoded beforehand, outside
the time: DuckDB has no exact decoder. Fixed-width files are read as one text column, a record a line.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from ingestion.contract import FeedContract, load_contract
from ingestion.loader import feed_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def load_at_floor(files: list[tuple[Path, FeedContract]], database: Path) -> float:
    """Load each file into a table of its own; the seconds it took."""
    began = time.monotonic()
    with duckdb.connect(str(database)) as connection:
        for number, (path, contract) in enumerate(files):
            connection.execute(f"create table floor_{number} as select * from {_read(path, contract)}")
    return time.monotonic() - began


def decoded_files(folder: Path, target: Path, feeds: Sequence[str] = ()) -> list[tuple[Path, FeedContract]]:
    """Every feed file of ``folder``, or those of the named feeds, as UTF-8: itself, or a copy in ``target``."""
    target.mkdir()
    files = []
    for path in sorted(folder.iterdir()):
        feed = feed_of(path)
        if feed is None or (feeds and feed not in feeds):
            continue
        contract = load_contract(feed)
        if contract.encoding != "utf-8":
            copy = target / path.name
            copy.write_bytes(_lines(path.read_bytes(), contract).decode(contract.encoding).encode())
            files.append((copy, contract))
        else:
            files.append((path, contract))
    return files


def _lines(content: bytes, contract: FeedContract) -> bytes:
    """Fixed-width records each in a line of their own, whatever stands between them; other content as it is."""
    if contract.format != "fixed" or not contract.record_bytes:
        return content
    records, size = content.replace(b"\r", b"").replace(b"\n", b""), contract.record_bytes
    return b"\n".join(records[start : start + size] for start in range(0, len(records), size))


def _read(path: Path, contract: FeedContract) -> str:
    common = f"'{path}', auto_detect = false, nullstr = ['', '0', '00000000', '0000-00-00']"
    if contract.format == "fixed":
        return f"read_csv({common}, header = false, delim = '\\x01', quote = '', columns = {{'record': 'VARCHAR'}})"
    # DuckDB reads no days by era: such a column stays text.
    types = {c.name: "VARCHAR" if c.era else c.duckdb_type for c in contract.layout.raw_columns}
    columns = ", ".join(f"'{name}': '{duckdb_type}'" for name, duckdb_type in types.items())
    day = "'%Y%m%d'" if _has_compact_dates(path, contract) else "'%Y-%m-%d'"
    return f"read_csv({common}, header = true, delim = ',', quote = '\"', dateformat = {day}, columns = {{{columns}}})"


def _has_compact_dates(path: Path, contract: FeedContract) -> bool:
    """Whether the file writes dates as YYYYMMDD: no dash stands in a date of its first record."""
    with path.open(encoding="utf-8") as lines:
        next(lines, "")
        values = next(lines, "").rstrip("\r\n").split(",")
    dates = [v for v, c in zip(values, contract.layout.raw_columns, strict=False) if c.type == "date" and v]
    return not any("-" in value for value in dates)


if __name__ == "__main__":
    scratch = Path(sys.argv[2])
    scratch.mkdir()
    prepared = decoded_files(Path(sys.argv[1]), scratch / "utf-8", sys.argv[3:])
    sys.stdout.write(f"{load_at_floor(prepared, scratch / 'floor.duckdb'):.3f}\n")
