"""Keyed pseudonyms.

The same person gets the same key everywhere in this installation, and nobody can go back.

``<letter> + first 20 hex digits of sha256(secret:purpose:value)``. The secret never leaves ``home/keys`` (or
the environment) and reaches SQL as a bound parameter only.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ingestion.key_ring import read_key
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ingestion.home import Home

LETTERS = {"addressee": "A", "household": "H", "instalment": "I", "individual_number": "N", "person": "P"}
_DIGITS = 20


def read_secret(home: Home) -> str:
    """The secret of this installation, from its key ring.

    Raises:
        ConfigurationError: see :func:`ingestion.key_ring.read_key`.
    """
    return read_key(home, "pseudonym")


def pseudonym(secret: str, purpose: str, value: str) -> str:
    """The pseudonym of one value; the Python twin of :func:`pseudonym_sql`."""
    digest = hashlib.sha256(f"{secret}:{purpose}:{value}".encode()).hexdigest()
    return LETTERS[purpose] + digest[:_DIGITS]


def pseudonym_sql(purpose: str, value: str, parameter: str = "$secret") -> str:
    """SQL for the pseudonym of an SQL text expression; NULL stays NULL."""
    digest = f"sha256({parameter} || ':{purpose}:' || {value})"
    return f"'{LETTERS[purpose]}' || substr({digest}, 1, {_DIGITS})"


def instalment_value(parts: Sequence[str | int | dt.date | None]) -> str:
    """What identifies an instalment, as one text.

    Its key parts as ISO dates and plain integers, joined by ``|``.
    """
    return "|".join("" if part is None else str(part) for part in parts)


def instalment_value_sql(instalment_key: Sequence[str]) -> str:
    """SQL twin of :func:`instalment_value` over typed columns; ``=x`` stands for the constant ``x``.

    NULL where the first part is missing: the record names no instalment (a refund without appropriation).
    """
    if not instalment_key:
        return "NULL"
    parts = [
        f"'{part[1:]}'" if part.startswith("=") else f"coalesce(CAST({quoted(part)} AS VARCHAR), '')"
        for part in instalment_key
    ]
    named = f"{quoted(instalment_key[0])} IS NOT NULL"
    return f"CASE WHEN {named} THEN " + " || '|' || ".join(parts) + " END"
