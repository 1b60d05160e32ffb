"""One answer as it is kept and recorded: what was given to whom, on which grounds; the same bytes every time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from marts.provision.answer_query import Value


@dataclass(frozen=True)
class Answer:
    """What is given. Personal data: ``person`` and ``taxes`` hold the given items and nothing else, by item name.

    ``document_no`` is that of the paper or list, ``answered_at`` the moment of the answer (of the inquiry while it
    waits), ``as_of`` the day of the marts.
    """

    inquiry_id: str
    document_no: str
    requester_id: str
    requester_name: str
    rule_id: str
    person_role: str
    answered_at: datetime
    as_of: date
    addressee_key: str
    items: tuple[str, ...]
    person: Mapping[str, Value]
    taxes: Sequence[Mapping[str, Value]]

    def to_bytes(self) -> bytes:
        """The answer as it is kept: JSON with sorted keys, days as ISO texts."""
        body = {**vars(self), "answered_at": self.answered_at.isoformat(timespec="seconds"), "items": list(self.items)}
        return json.dumps(body, ensure_ascii=False, sort_keys=True, default=date.isoformat, indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Answer:
        """The twin of :meth:`to_bytes`; days among the items stay texts."""
        body: dict[str, Any] = json.loads(content)
        moments = {
            "answered_at": datetime.fromisoformat(body["answered_at"]),
            "as_of": date.fromisoformat(body["as_of"]),
        }
        return cls(**{**body, **moments, "items": tuple(body["items"])})


def digest_of_file(content: bytes) -> str:
    """SHA-256 of a document, as it stands in the register."""
    return hashlib.sha256(content).hexdigest()
