"""Deliveries that go wrong as deliveries: the same file twice, a corrected file, a file in parts.

Made from files that are already written, so that their rows stay what the city knows.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.file_name import control_names
from ingestion.sample_city.due_dates import as_date

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.writers import FeedFile

_FEWEST_ROWS = 4
_WRONG_YEN = 1000


def add_awkward_files(deliveries: Deliveries, tags: Tags) -> None:
    """Change deliveries that have been written; a city too small for them has none."""
    last_day = as_date(deliveries.schedule.as_of).strftime("%Y%m%d")
    usual = [file for file in deliveries.finished if file.path.name.split(".")[2] <= last_day]
    for feed, change in (
        ("reminder", _deliver_twice),
        ("overpayment_detail", _correct),
        ("receipt_history", _split),
    ):
        files = [file for file in usual if file.contract.feed == feed and file.row_count >= _FEWEST_ROWS]
        if files:
            change(deliveries, files[len(files) // 2], tags)


def _deliver_twice(deliveries: Deliveries, file: FeedFile, tags: Tags) -> None:
    again = _next(file)
    shutil.copyfile(file.path, again.path)
    shutil.copyfile(_sidecar(file.path), _sidecar(again.path))
    deliveries.finished.append(again)
    tags.add_file("same_file_twice", again.path.name)


def _correct(deliveries: Deliveries, file: FeedFile, tags: Tags) -> None:
    """What was written becomes the correction; the first delivery has one line with too much."""
    right = _next(file)
    shutil.copyfile(file.path, right.path)
    _control(right, right.path.read_bytes(), f",change,1,1,{file.path.name}")
    header, first, *rest = file.path.read_bytes().split(b"\r\n")
    names = [column.name for column in file.contract.layout.record("data")]
    fields, place = first.split(b","), names.index(file.contract.amount or "")
    fields[place] = str(int(fields[place]) + _WRONG_YEN).encode()
    wrong = b"\r\n".join([header, b",".join(fields), *rest])
    file.path.write_bytes(wrong)
    file.amount_yen += _WRONG_YEN
    _control(file, wrong)
    deliveries.finished.append(right)
    tags.add_file("corrected_file", right.path.name)


def _split(deliveries: Deliveries, file: FeedFile, tags: Tags) -> None:
    header, *lines = file.path.read_bytes().removesuffix(b"\r\n").split(b"\r\n")
    half, second = len(lines) // 2, _next(file)
    for part, (one, some) in enumerate(((file, lines[:half]), (second, lines[half:])), start=1):
        content = b"\r\n".join([header, *some, b""])
        one.row_count = len(some)
        one.path.write_bytes(content)
        _control(one, content, f",change,{part},2,")
        tags.add_file("file_in_parts", one.path.name)
    deliveries.finished.append(second)


def _next(file: FeedFile) -> FeedFile:
    """The same file under the next sequence number of its day."""
    feed, city, day, seq, extension = file.path.name.split(".")
    return replace(file, path=file.path.with_name(f"{feed}.{city}.{day}.{int(seq) + 1:03d}.{extension}"))


def _sidecar(path: Path) -> Path:
    return path.with_name(control_names(path.name)[0])


def _control(file: FeedFile, content: bytes, notice: str = "") -> None:
    header = "rows,amount_yen,sha256" + (",scope,part,parts,corrects" if notice else "")
    line = f"{file.row_count},{file.amount_yen},{hashlib.sha256(content).hexdigest()}{notice}"
    _sidecar(file.path).write_bytes(f"{header}\r\n{line}\r\n".encode())
