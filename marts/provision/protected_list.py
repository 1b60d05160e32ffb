"""The city's own list of people under protection (支援措置), beside the flags of the feeds."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts.provision.strict_csv import ENDLESS, read_table

if TYPE_CHECKING:
    from datetime import date

    from ingestion.home import Home

FILE_NAME = "protected.csv"
COLUMNS = ("addressee_code", "valid_from", "valid_to", "source")


def protected_codes(home: Home, day: date) -> frozenset[str]:
    """Addressee codes (宛名番号) under protection on that day by ``provisions/protected.csv``; none without the file.

    Raises:
        ConfigurationError: others than its owner may read the file, or a line is wrong. A list that cannot be read
            protects nobody, so nothing is answered.
    """
    path = home.provisions / FILE_NAME
    if not path.exists():
        return frozenset()
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} can be read by others than its owner.", f"Run: chmod 600 {path}")
    codes = set()
    for row in read_table(path, COLUMNS):
        row.text("source")
        if row.day("valid_from") <= day <= row.day("valid_to", ENDLESS):
            codes.add(row.text("addressee_code"))
    return frozenset(codes)
