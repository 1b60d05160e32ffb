"""Folders of releases: written aside, moved into place in one step, read-only afterwards."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SUMS = "SHA256SUMS"
_RELEASE_ID = re.compile(r"(\d{4}-\d{2}-\d{2})\.([1-9]\d*)")
_READ_ONLY = 0o444


def split_id(release_id: str) -> tuple[date, int] | None:
    """As-of date and number of a release id; none when it is not one."""
    match = _RELEASE_ID.fullmatch(release_id)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1]), int(match[2])
    except ValueError:
        return None


def release_ids(released: Path) -> list[str]:
    """The ids of the folders that are there, oldest day first."""
    found = [path.name for path in released.iterdir() if path.is_dir()] if released.is_dir() else []
    return sorted(
        (name for name in found if split_id(name) is not None), key=lambda name: split_id(name) or (date.min, 0)
    )


def next_id(as_of: date, taken: list[str]) -> str:
    """The first free id of that day."""
    numbers = [parts[1] for parts in map(split_id, taken) if parts is not None and parts[0] == as_of]
    return f"{as_of.isoformat()}.{max(numbers, default=0) + 1}"


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of each file."""
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files and, beside them, their digests in the format of ``sha256sum -c``."""
    lines = [f"{digest}  {name}\n" for name, digest in digests(files).items()]
    return {**files, SUMS: "".join(lines).encode()}


def read_files(folder: Path) -> dict[str, bytes]:
    """Every file of a release folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def write_release(released: Path, release_id: str, files: Mapping[str, bytes]) -> Path:
    """Write the folder so that it is there completely or not at all.

    Raises:
        FileExistsError: that release is there already; a release is never changed.
    """
    target = released / release_id
    if target.exists():
        raise FileExistsError(target)
    aside = released / f".{release_id}.part"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, content in files.items():
        with (aside / name).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        (aside / name).chmod(_READ_ONLY)
    aside.rename(target)
    return target
