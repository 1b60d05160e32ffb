"""Files of a delivery: written under a hidden name, shown by renaming, control file first, for their owner only.

``<link>.<municipality_code>.<YYYYMMDD>.<seq>.csv`` in ``outbox/<consumer>/``, in the format of the feeds: RFC 4180,
UTF-8, Japanese headings, dates as ``YYYYMMDD``, yen as digits; beside it a control file with rows, yen, SHA-256, scope.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from ingestion.control import HEADER
from ingestion.file_name import control_names
from marts.link_tables.statement import file_rows

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import duckdb

    from ingestion.home import Home
    from marts.link_tables.delivery_log import Delivery
    from marts.link_tables.link import Link

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
_PIECE = 1 << 20


def file_name(link: Link, municipality_code: str, day: date, seq: int) -> str:
    """The name of a delivery."""
    return f"{link.id}.{municipality_code}.{day:%Y%m%d}.{seq:03}.csv"


def folder_of(home: Home, consumer: str) -> Path:
    """The outbox of a consumer, made when it is missing."""
    for folder in (home.outbox, home.outbox / consumer):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    return home.outbox / consumer


def control_of(path: Path) -> Path:
    """The control file beside a delivery."""
    return path.with_name(control_names(path.name)[0])


def hidden(path: Path) -> Path:
    """Its name until it may be read."""
    return path.with_name(f".{path.name}")


def write_rows(connection: duckdb.DuckDBPyConnection, link: Link, path: Path) -> str:
    """Write the rows of the difference under the hidden name, onto the disk; gives their SHA-256."""
    target = hidden(path)
    # DuckDB opens a file that is there already, with the rights it has; a file of its own making would be readable.
    os.close(os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE_FILE))
    quoted = str(target).replace("'", "''")
    connection.execute(f"copy ({file_rows(link)}) to '{quoted}' (format csv, header, use_tmp_file false)")
    digest = hashlib.sha256()
    with target.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
        os.fsync(file.fileno())
    return digest.hexdigest()


def control_text(delivery: Delivery) -> str:
    """The content of the control file."""
    return f"{HEADER},scope\n{delivery.rows},{delivery.amount_yen},{delivery.sha256},{delivery.scope}\n"


def write_control(delivery: Delivery, path: Path) -> None:
    """Write the control file under its hidden name, onto the disk."""
    descriptor = os.open(hidden(control_of(path)), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, PRIVATE_FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(control_text(delivery))
        file.flush()
        os.fsync(file.fileno())


def is_written(path: Path) -> bool:
    """Whether a delivery waits under its hidden name."""
    return hidden(path).exists()


def show(path: Path) -> None:
    """Let the consumer see a delivery, the control file first. Done already: nothing happens."""
    for file in (control_of(path), path):
        if hidden(file).exists():
            hidden(file).replace(file)


def remove(path: Path) -> bool:
    """Remove a delivery, the data first; whether there was one."""
    was_there = path.exists()
    for file in (path, control_of(path)):
        file.unlink(missing_ok=True)
    return was_there


def remove_unfinished(home: Home) -> None:
    """Remove what an interrupted run left under hidden names and nobody will complete."""
    for file in home.outbox.glob("*/.*.csv"):
        file.unlink()
