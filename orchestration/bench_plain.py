"""One step of ``osamari bench encryption`` with plain files: the encryption is taken out of this process only.

There is no setting for it. What it writes lies in the folder of the measuring and goes with it.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ingestion import archive, database

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType
    from typing import BinaryIO

    import duckdb

_attach = database.attach_database


def _attach_plain(
    connection: duckdb.DuckDBPyConnection, path: Path, _keys: object, name: str, *, read_only: bool = False
) -> str | None:
    """With the storage that DuckDB takes for encrypted files: its default for plain ones is an older, slower one."""
    if read_only:
        return _attach(connection, path, None, name, read_only=True)
    literal = str(path).replace("'", "''")
    connection.execute(f"ATTACH '{literal}' AS {name} (STORAGE_VERSION 'latest')")
    return None


def _copy(source: BinaryIO, target: BinaryIO, _key: str) -> None:
    shutil.copyfileobj(source, target)


def take_out_encryption() -> None:
    """From now on this process attaches plain files and keeps originals as they are."""
    stand_ins: dict[str, tuple[ModuleType, object]] = {
        "attach_database": (database, _attach_plain),
        "load_cryptography": (database, lambda _connection: None),
        "seal": (archive, _copy),
    }
    for name, (module, stand_in) in stand_ins.items():
        setattr(module, name, stand_in)


if __name__ == "__main__":
    take_out_encryption()
    from orchestration.bench_encrypted import main

    main()
