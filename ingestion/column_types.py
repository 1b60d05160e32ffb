"""What a value of each layout type may look like: one pattern per type, used by SQL and by Python alike.

The patterns are written in the common part of RE2 (DuckDB) and Python's ``re``, so that both decide the same
way. A missing value is the empty text; for dates also zeros. Full-width digits match nowhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingestion.dates import MISSING_DATES, date_pattern, describe_date_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

DUCKDB_TYPES = {
    "code": "VARCHAR",
    "text": "VARCHAR",
    "time": "VARCHAR",
    "yen": "BIGINT",
    "int": "BIGINT",
    "year": "INTEGER",
    "date": "DATE",
    "flag": "BOOLEAN",
    "rate": "DECIMAL(12,5)",
}
NUMERIC_TYPES = frozenset({"yen", "int"})
LONGEST_NUMBER = 18
"""Digits that always fit into BIGINT."""
LONGEST_TOLERATED = 1000
"""Characters up to which a text is counted without its variation selectors (RE2 repeats no more often)."""

_TIME = {4: "(?:[01][0-9]|2[0-3])[0-5][0-9]", 6: "(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]"}
_FIXED_PATTERNS = {
    "year": "(?:19|2[0-9])[0-9]{2}",
    "flag": "[01]",
    "rate": "-?[0-9]{1,7}(?:[.][0-9]{1,5})?",
}


# Written as the characters themselves: RE2 and Python have no escape in common for those beyond FFFF.
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_SELECTOR = f"[{_SELECTORS}]"
# What row_sql puts between values must not count as a character.
_CHARACTER = f"[^{_SELECTORS}\x1e\x1f]"
_IS_SELECTOR = re.compile(_SELECTOR)


def value_pattern(
    type_name: str, length: int, closed_codes: Sequence[str], era: str = "", *, is_tolerant: bool = False
) -> str | None:
    """Pattern that every value present in a column of this type matches in full.

    None where only the length counts. A tolerant pattern also matches what is loaded but rare: partial dates, and
    texts that are longer than the layout says by variation selectors only.

    Raises:
        ValueError: the type is unknown, or the length is none that the type can have.
    """
    if type_name not in DUCKDB_TYPES:
        raise ValueError(f'unknown type "{type_name}"')
    if type_name in NUMERIC_TYPES:
        if not 1 <= length <= LONGEST_NUMBER:
            raise ValueError(f"a number has 1 to {LONGEST_NUMBER} digits, not {length}")
        return f"-?0*[0-9]{{1,{length}}}"
    if type_name == "time":
        if length not in _TIME:
            raise ValueError(f"a time has 4 or 6 digits, not {length}")
        return _TIME[length]
    if type_name == "code" and closed_codes:
        return "|".join(closed_codes)
    if type_name == "date":
        return date_pattern(era, has_partial=is_tolerant)
    if is_tolerant and type_name in ("text", "code"):
        return f"{_SELECTOR}*(?:{_CHARACTER}{_SELECTOR}*){{0,{length}}}"
    return _FIXED_PATTERNS.get(type_name)


def character_count(value: str) -> int:
    """Characters as a reader counts them: a variation selector (of an IVS) belongs to the character before it."""
    return sum(not _IS_SELECTOR.fullmatch(character) for character in value)


def is_missing(type_name: str, value: str) -> bool:
    """True when the text stands for "nothing delivered"."""
    return value == "" or (type_name == "date" and value in MISSING_DATES)


_FULL_WIDTH = re.compile("[０-９]")
_DIGITS = re.compile("[0-9]+")


def describe_fault(type_name: str, length: int, codes: Sequence[str], value: str, era: str = "") -> tuple[str, str]:
    """Cause and remedy for a value that does not match its pattern; neither contains the value itself.

    The cause continues a sentence that begins with the value or with "the value".
    """
    if _FULL_WIDTH.search(value) and type_name not in ("code", "text"):
        return "is written with full-width digits", "Write half-width digits."
    if type_name in NUMERIC_TYPES:
        return _number_fault(type_name, length, value)
    if type_name == "date":
        return describe_date_fault(value, era)
    if type_name == "code":
        return (
            f"is not one of the codes {', '.join(codes)}",
            "Use a code of the list, or add the code to the layout.",
        )
    return {
        "year": ("is not a four-digit western year", "Write the year with four digits, such as 2025."),
        "flag": ("is neither 0 nor 1", "Write 1 for yes, 0 for no, or leave it empty."),
        "time": (
            f"is not a time of {length} digits",
            "Write hours and minutes as HHMM, with seconds HHMMSS.",
        ),
        "rate": (
            "is not a rate with at most five decimals",
            "Write digits with a decimal point, such as 8.7.",
        ),
    }[type_name]


def _number_fault(type_name: str, length: int, value: str) -> tuple[str, str]:
    noun = "whole number of yen" if type_name == "yen" else "whole number"
    if _DIGITS.fullmatch(value.removeprefix("-")):
        return f"has more than {length} digits", "Check the value with the sender."
    if "," in value:
        return f"is not a {noun}", "Write digits without separators."
    if "." in value:
        return f"is not a {noun}", "Write no decimals; ask the sender for the whole number."
    if re.fullmatch("[-+]?[0-9]+[eE][-+]?[0-9]+", value):
        return f"is not a {noun}", "Write all digits; a spreadsheet has shortened the number."
    if value != value.strip():
        return f"is not a {noun}", "Remove the spaces around the number."
    return f"is not a {noun}", "Write half-width digits, with a minus in front where it is negative."
