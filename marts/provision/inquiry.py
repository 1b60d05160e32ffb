"""An inquiry: who asks for what, for which purpose, under which article, about whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

INQUIRY_ID = re.compile("[0-9A-Za-z][0-9A-Za-z-]{0,39}")


@dataclass(frozen=True)
class Person:
    """Whom the inquiry is about: a code (宛名番号), or all four identifying items, or both. Personal data."""

    addressee_code: str = ""
    full_name: str = ""
    address: str = ""
    birth_date: date | None = None
    sex: str = ""

    @property
    def has_four_items(self) -> bool:
        """Whether name, address, birth date and sex are all there."""
        return bool(self.full_name and self.address and self.birth_date and self.sex)

    @property
    def has_some_items(self) -> bool:
        """Whether any of the four is there."""
        return bool(self.full_name or self.address or self.birth_date or self.sex)


@dataclass(frozen=True)
class Inquiry:
    """One inquiry as it was asked; nothing in it has been judged.

    ``legal_basis`` is the number of a rule or its article, ``purpose`` its number or name; ``as_of`` None means the day
    of the marts. ``person_role`` is what the person is to the requester.
    """

    inquiry_id: str
    requester_id: str
    legal_basis: str
    purpose: str
    items: tuple[str, ...]
    person: Person
    as_of: date | None = None
    person_role: str = ""
