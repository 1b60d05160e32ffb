"""The city's own list of people under protection (支援措置): ``protected.csv`` in the home, beside the feeds' flags.

addressee_code,valid_from,valid_to,source
1234567,2026-04-01,,市民課 R8-12

It is read whenever names are about to be shown, so that an entry holds at once. ``valid_to`` may be empty; an entry
protects until that day has passed, also before ``valid_from``. For its owner only.
"""

from __future__ import annotations

import csv
import datetime as dt
import stat
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.pseudonym import pseudonym, read_secret

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

PROTECTED = "（非開示）"
"""In the place of name and address. It does not say why: that somebody is under protection is itself sensitive."""
COLUMNS = ["addressee_code", "valid_from", "valid_to", "source"]


def protected_keys(home: Home, day: dt.date) -> frozenset[str]:
    """Keys (``addressee_key``) of those whose protection by the list is not over on a day; none without the file.

    Raises:
        ConfigurationError: others than its owner may read the file, or a line is wrong; the text names the line, never
            a code. A list that cannot be read protects nobody, so nothing may be shown.
    """
    if not home.protected_list.exists():
        return frozenset()
    codes = _codes(home.protected_list, day)
    secret = read_secret(home) if codes else ""
    return frozenset(pseudonym(secret, "addressee", code) for code in codes)


def _codes(path: Path, day: dt.date) -> set[str]:
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} can be read by others than its owner.", f"Run: chmod 600 {path}")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigurationError(f"{path.name} cannot be read.", "Restore it, or save it as CSV in UTF-8.") from problem
    if not lines or lines[0] != COLUMNS:
        raise ConfigurationError(
            f"{path.name}: the headings are not those of this table.", f"The first line is: {','.join(COLUMNS)}"
        )
    codes = [_code_of(f"{path.name}, line {number}", line, day) for number, line in enumerate(lines[1:], 2) if line]
    return set(codes) - {""}


def _code_of(place: str, line: list[str], day: dt.date) -> str:
    """The code of one line; empty when its protection is over."""
    if len(line) != len(COLUMNS):
        raise ConfigurationError(f"{place}: {len(line)} cells instead of {len(COLUMNS)}.", "Correct the line.")
    code, start, end, source = (cell.strip() for cell in line)
    if not code or not source:
        raise ConfigurationError(f"{place}: addressee_code or source is empty.", "Fill it in; nothing is assumed.")
    try:
        first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end) if end else dt.date.max
    except ValueError:
        raise ConfigurationError(f"{place}: a day is wrong.", "Write YYYY-MM-DD; valid_to may be empty.") from None
    if last < first:
        raise ConfigurationError(f"{place}: valid_to is before valid_from.", "Correct the days.")
    return code if day <= last else ""
