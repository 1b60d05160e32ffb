"""Keyed pseudonyms.

The same person gets the same key everywhere in this installation, and nobody can go back.

``<letter> + first 20 hex digits of sha256(secret:purpose:value)``. The secret never leaves ``home/keys`` (or
the environment) and reaches SQL as a bound parameter only.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from ingestion.home import Home

ENVIRONMENT_VARIABLE = "OSAMARI_PSEUDONYM_KEY"
LETTERS = {"addressee": "A", "household": "H", "instalment": "I", "individual_number": "N", "person": "P"}
_DIGITS = 20
_SECRET = re.compile("[0-9a-f]{64}")
_REMEDY = "Set 64 hexadecimal digits, as made by: openssl rand -hex 32."


def read_secret(home: Home) -> str:
    """The secret of this installation; made on first use and kept in ``keys/pseudonym.key`` (mode 0600).

    Raises:
        ConfigurationError: the secret has a wrong form, or others than its owner may read the file.
    """
    given = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    if given:
        return _checked(given, ENVIRONMENT_VARIABLE)
    path = home.keys / "pseudonym.key"
    if not path.exists():
        _make_key(path)
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} can be read by others than its owner", f"Run: chmod 600 {path}")
    return _checked(path.read_text(encoding="ascii", errors="replace").strip(), str(path))


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made beside and renamed, so that a stopped run leaves no half-written key behind.
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(secrets.token_hex(32) + "\n")
        target.flush()
        os.fsync(target.fileno())
    beside.rename(path)


def _checked(secret: str, place: str) -> str:
    if not _SECRET.fullmatch(secret):
        raise ConfigurationError(f"{place} does not hold a secret of 64 hexadecimal digits", _REMEDY)
    return secret


def fingerprint(secret: str) -> str:
    """Tells two secrets apart without revealing them; kept in the warehouse to notice a changed secret."""
    return hashlib.sha256(f"{secret}:fingerprint".encode()).hexdigest()[:16]


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
