"""The floor: one CREATE TABLE AS SELECT * FROM read_csv(...) with declared types over each file, and nothing else.

No checks, no keys, no control totals; what any loader must at least spend. CP932 is read as Latin-1, because DuckDB has
no exact decoder and the floor must not include one; fixed-width files are read as one text column.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import duckdb

from ingestion.contract import FeedContract, load_contract
from ingestion.file_name import parse_file_name
from ingestion.loader import feed_of


def load_at_floor(folder: Path, database: Path) -> float:
    """Load every feed file of ``folder`` into ``database``; the seconds it took."""
    began = time.monotonic()
    with duckdb.connect(str(database)) as connection:
        for number, path in enumerate(sorted(folder.iterdir())):
            if feed_of(path) is not None:
                contract = load_contract(parse_file_name(path.name).feed)
                connection.execute(f"create table floor_{number} as select * from {_read(path, contract)}")
    return time.monotonic() - began


def _read(path: Path, contract: FeedContract) -> str:
    encoding = "latin-1" if contract.encoding == "cp932" else "utf-8"
    common = f"'{path}', encoding = '{encoding}', auto_detect = false, nullstr = ['', '0', '00000000', '0000-00-00']"
    if contract.format == "fixed":
        return f"read_csv({common}, header = false, delim = '\\x01', quote = '', columns = {{'record': 'VARCHAR'}})"
    columns = ", ".join(f"'{c.name}': '{c.duckdb_type}'" for c in contract.layout.raw_columns)
    return f"read_csv({common}, header = true, delim = ',', quote = '\"', columns = {{{columns}}})"


if __name__ == "__main__":
    sys.stdout.write(f"floor: {load_at_floor(Path(sys.argv[1]), Path(sys.argv[2])):.2f} s\n")
