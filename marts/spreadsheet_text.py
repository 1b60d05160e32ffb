"""Texts that a spreadsheet must not compute. Knows neither lists nor provisions, which both need it."""

from __future__ import annotations

import re

FORMULA_START = r"^\s*[=+\-@＝＋－＠]"
"""How a text begins that Excel might take for a formula; full width as a Japanese keyboard writes it."""
_FORMULA = re.compile(FORMULA_START)


def guarded(text: str) -> str:
    """The text, with an apostrophe in front where it might be taken for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
