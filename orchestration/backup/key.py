"""The key of the backups, from the key ring; made with the first backup and with no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from ingestion.key_ring import KINDS, is_from_environment, read_key
from ingestion.sealed_file import fingerprint

if TYPE_CHECKING:
    from ingestion.home import Home

__all__ = ["FILE_NAME", "backup_key", "fingerprint"]

_KIND = KINDS["backup"]
FILE_NAME = f"{_KIND.name}.key"


def backup_key(home: Home, *, may_make: bool = False) -> bytes:
    """The key, 32 bytes. With ``may_make`` a missing one is made: only before the first backup.

    Raises:
        ConfigurationError: it is missing, has a wrong form, or others than its owner may read the file.
    """
    if not may_make and not is_from_environment(_KIND.name) and not _KIND.path(home).exists():
        raise ConfigurationError(
            "the key of the backups is missing: without it nothing in them can be read",
            f"Put {FILE_NAME} from where the city keeps its keys into {home.keys} (mode 0600), "
            f"or set {_KIND.variable}.",
        )
    return bytes.fromhex(read_key(home, _KIND.name))
