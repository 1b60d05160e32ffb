"""A workbook saved so that the same content gives the same bytes on any day. Knows neither lists nor releases."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import datetime, time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from openpyxl import Workbook

CORE_PROPERTIES = "docProps/core.xml"
_MODIFIED = re.compile(r"(<dcterms:modified[^>]*>)[^<]*")


def save_fixed(book: Workbook, day: date, aside: Path | IO[bytes], target: Path | IO[bytes]) -> None:
    """Save ``book`` to ``target`` with ``day`` instead of the clock's time, in its properties and in the archive.

    ``aside`` takes the archive as openpyxl writes it; it is for the caller to remove.
    """
    stamp = datetime.combine(day, time())
    book.properties.creator = "Osamari"
    book.properties.created = stamp
    book.save(aside)
    with zipfile.ZipFile(aside) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=stamp.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            if name == CORE_PROPERTIES:
                text = source.read(name).decode()
                archive.writestr(entry, _MODIFIED.sub(rf"\g<1>{stamp:%FT%TZ}", text))
                continue
            with source.open(name) as part, archive.open(entry, "w", force_zip64=True) as copy:
                shutil.copyfileobj(part, copy)
