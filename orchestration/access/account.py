"""The account under which somebody works: what the operating system knows, never what the environment says."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.home import Home

LOGIN_UID = Path("/proc/self/loginuid")
_UNSET = 2**32 - 1


def is_owner(home: Home) -> bool:
    """Whether this process runs under the account that owns the home folder."""
    return home.root.exists() and home.root.stat().st_uid == os.getuid()


def current_account(home: Home) -> str:
    """The account of the person who runs this process.

    The real user id. Where the home belongs to an account of its own and officers run the command through sudo, every
    process has the owner's id; then it is the id with which the person logged in, which Linux keeps through sudo. That
    id is only believed of the home's owner, who could write all these files anyway.
    """
    uid = os.getuid()
    login = _login_uid() if is_owner(home) else None
    return _name(uid if login is None else login)


def _login_uid() -> int | None:
    """The id of the login of this session; None where nobody logged in, as in a job or a container."""
    try:
        uid = int(LOGIN_UID.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if uid == _UNSET else uid


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
