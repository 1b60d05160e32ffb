"""The keys of this installation: a file each in ``keys/``, readable by its owner only, or from the environment.

A key is made on first use, and only while nothing exists that was made with it: a lost key is never replaced by a new
one, with which nothing could be read. While a key is being changed there are two, and each file tells which is its own.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.sealed_file import is_encrypted_database, is_sealed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ingestion.home import Home

NEXT = "next"
"""Marks the key that a rotation is bringing in: ``keys/<name>.next.key`` or ``OSAMARI_<NAME>_NEXT_KEY``."""
_FORM = re.compile("[0-9a-f]{64}")
_REMEDY = "Set 64 hexadecimal digits, as made by: openssl rand -hex 32."


@dataclass(frozen=True)
class KeyKind:
    """One key of the ring: what it protects, what to do when it is lost, and whether anything was made with it yet."""

    name: str
    protects: str
    when_lost: str
    is_in_use: Callable[[Home], bool]

    @property
    def variable(self) -> str:
        """The environment variable that may hold it instead of a file."""
        return f"OSAMARI_{self.name.upper()}_KEY"

    @property
    def next_variable(self) -> str:
        """The environment variable for the key that a rotation is bringing in."""
        return f"OSAMARI_{self.name.upper()}_{NEXT.upper()}_KEY"

    def path(self, home: Home) -> Path:
        """Where it is kept."""
        return home.keys / f"{self.name}.key"


def _is_encrypted(path: Path) -> bool:
    return path.exists() and is_encrypted_database(path)


def _has_sealed_originals(home: Home) -> bool:
    return any(is_sealed(path) for path in home.archive.glob("??/*"))


def _has_backups(home: Home) -> bool:
    return home.backups.is_dir() and any(home.backups.iterdir())


_REBUILD = "else build a new home from the archive: osamari rebuild --until <today> --home <new home>."
KINDS = {
    kind.name: kind
    for kind in (
        KeyKind(
            "pseudonym",
            "keyed pseudonyms (addressee_key and the others)",
            "with another one the same person would get two keys.",
            lambda home: home.warehouse.exists(),
        ),
        KeyKind("warehouse", "warehouse.duckdb", _REBUILD, lambda home: _is_encrypted(home.warehouse)),
        KeyKind("vault", "vault.duckdb, the individual numbers", _REBUILD, lambda home: _is_encrypted(home.vault)),
        KeyKind("archive", "delivered originals", "without it no original can be read.", _has_sealed_originals),
        KeyKind("backup", "copies of this home", "without it no backup can be restored.", _has_backups),
    )
}


def read_key(home: Home, name: str) -> str:
    """The key of that name, 64 hexadecimal digits; made on first use.

    Raises:
        ConfigurationError: it is lost or has a wrong form, or others than its owner may read the file.
    """
    kind = KINDS[name]
    given = os.environ.get(kind.variable, "").strip()
    if given:
        return checked_key(given, kind.variable)
    path = kind.path(home)
    if not path.exists():
        if kind.is_in_use(home):
            raise ConfigurationError(
                f"{path} is missing, and {kind.variable} is not set, but there is what was made with it",
                f"Restore keys/{path.name} from where the city keeps its keys; {kind.when_lost}",
            )
        write_key(path, secrets.token_hex(32))
    return _read(path)


def readable_keys(home: Home, name: str) -> tuple[str, ...]:
    """The key, and behind it the one that a rotation is bringing in, when one has begun.

    Raises:
        ConfigurationError: see :func:`read_key`.
    """
    following = next_key(home, name)
    return (read_key(home, name), *([following] if following else []))


def next_key(home: Home, name: str) -> str | None:
    """The key that a rotation is bringing in; None when none is."""
    variable = KINDS[name].next_variable
    given = os.environ.get(variable, "").strip()
    if given:
        return checked_key(given, variable)
    path = next_path(home, name)
    return _read(path) if path.exists() else None


def made_next_key(home: Home, name: str) -> str:
    """The key that a rotation is bringing in, made when it has not begun."""
    if next_key(home, name) is None:
        write_key(next_path(home, name), secrets.token_hex(32))
    return next_key(home, name) or ""


def adopt_next_key(home: Home, name: str) -> None:
    """The key that was brought in is the only one; what the environment gives stays as it is."""
    if next_path(home, name).exists():
        next_path(home, name).replace(KINDS[name].path(home))


def next_path(home: Home, name: str) -> Path:
    """Where the key is kept that a rotation is bringing in."""
    return home.keys / f"{name}.{NEXT}.key"


def is_from_environment(name: str) -> bool:
    """True when the key is given by the environment, which no command can change."""
    return bool(os.environ.get(KINDS[name].variable, "").strip())


def write_key(path: Path, key: str) -> None:
    """Keep a key, unless the file exists: then another process was first, and its key holds."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made beside and linked, so that a stopped run leaves no half-written key behind and nobody's key is overwritten.
    beside = path.with_suffix(f".{os.getpid()}.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
        target.write(key + "\n")
        target.flush()
        os.fsync(target.fileno())
    try:
        path.hardlink_to(beside)
    except FileExistsError:
        return
    finally:
        beside.unlink()


def checked_key(key: str, place: str) -> str:
    """The key itself.

    Raises:
        ConfigurationError: it does not have the form of one.
    """
    if not _FORM.fullmatch(key):
        raise ConfigurationError(f"{place} does not hold a key of 64 hexadecimal digits", _REMEDY)
    return key


def _read(path: Path) -> str:
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} can be read by others than its owner", f"Run: chmod 600 {path}")
    return checked_key(path.read_text(encoding="ascii", errors="replace").strip(), str(path))
