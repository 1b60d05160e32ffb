"""What of a command's arguments may be written into the access log: kinds of values that cannot hold a person's value.

An argument is recorded only when its option is declared in ``commands.yaml`` and its value has the form of its kind.
Of a value of another form (a name typed where a key belongs) only that fact is recorded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OTHER_FORM = "様式外"
ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.@\\-]{0,63}")
_PSEUDONYM = re.compile(r"[A-Z][0-9a-f]{20}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RELEASE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,6}")
MOST_COUNT_DIGITS = 10
"""A number of rows or yen; an individual number has twelve digits."""


def _is_list_name(text: str) -> bool:
    from marts.lists.declaration import load_declarations  # noqa: PLC0415  (commands load only what they need)

    return text in load_declarations()


KINDS: Mapping[str, Callable[[str], bool]] = {
    "account": lambda text: bool(ACCOUNT.fullmatch(text)),
    # A choice is one of the fixed words of its option; click has refused all others.
    "choice": lambda _: True,
    "count": lambda text: text.isdecimal() and text.isascii() and len(text) <= MOST_COUNT_DIGITS,
    "day": lambda text: bool(_DAY.fullmatch(text)),
    "list_name": _is_list_name,
    "pseudonym": lambda text: bool(_PSEUDONYM.fullmatch(text)),
    "release_id": lambda text: bool(_RELEASE.fullmatch(text)),
}
"""Name of a kind → whether a text has its form."""


def recorded(records: Mapping[str, str], arguments: Mapping[str, object]) -> dict[str, str]:
    """Option → value of what was given and may be recorded."""
    told = {}
    for option, kind in records.items():
        value = arguments.get(option)
        if value is None or value == "":
            continue
        text = str(value)
        told[option] = text if KINDS[kind](text) else OTHER_FORM
    return told
