"""The key of the backups: ``keys/backup.key`` or ``OSAMARI_BACKUP_KEY``, made with the first backup."""

from __future__ import annotations

import os
import re
import secrets
import stat
from hashlib import sha256
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home

ENVIRONMENT_VARIABLE = "OSAMARI_BACKUP_KEY"
FILE_NAME = "backup.key"
_FORM = re.compile("[0-9a-f]{64}")


def backup_key(home: Home, *, may_make: bool = False) -> bytes:
    """The key, 32 bytes. With ``may_make`` a missing one is made: only before the first backup.

    Raises:
        ConfigurationError: it is missing, has a wrong form, or others than its owner may read the file.
    """
    given = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    path = home.keys / FILE_NAME
    if given:
        return _checked(given, ENVIRONMENT_VARIABLE)
    if not path.exists():
        if not may_make:
            raise ConfigurationError(
                "the key of the backups is missing: without it nothing in them can be read",
                f"Put {FILE_NAME} from where the city keeps its keys into {home.keys} (mode 0600), "
                f"or set {ENVIRONMENT_VARIABLE}.",
            )
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise ConfigurationError(f"{path} can be read by others than its owner", f"Run: chmod 600 {path}")
    return _checked(path.read_text(encoding="ascii", errors="replace").strip(), str(path))


def fingerprint(key: str) -> str:
    """Tells two keys apart without revealing them."""
    return sha256(f"{key}:fingerprint".encode()).hexdigest()[:16]


def _checked(text: str, place: str) -> bytes:
    if not _FORM.fullmatch(text):
        raise ConfigurationError(
            f"{place} does not hold a key of 64 hexadecimal digits", "Set one as made by: openssl rand -hex 32."
        )
    return bytes.fromhex(text)


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(secrets.token_hex(32) + "\n")
        target.flush()
        os.fsync(target.fileno())
    beside.rename(path)
