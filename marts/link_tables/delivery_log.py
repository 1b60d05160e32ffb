"""The log of the shared link tables: what was delivered to whom, numbered and chained, without a value.

``outbox/link_log.jsonl``, one line for each delivered file, each lookup and each withdrawal of files. What a person's
record says stands in none of them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ingestion.anchored_chain import AnchoredChain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from ingestion.home import Home

DELIVERED, LOOKED_UP, WITHDRAWN = "delivered", "looked_up", "withdrawn"
REMEDY = "Restore the log from a backup; compare the outbox with what the consumers have."


@dataclass(frozen=True)
class Delivery:
    """One delivered file. ``as_of`` and ``at`` are ISO texts; counts are rows, ``amount_yen`` whole yen.

    ``held_count`` and ``held_digest`` describe the link table after it: all that the consumer has.
    """

    link: str
    consumer: str
    file: str
    scope: str
    as_of: str
    seq: int
    inserted: int
    changed: int
    deleted: int
    amount_yen: int
    sha256: str
    held_count: int
    held_digest: str
    registration: str
    at: str

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return self.inserted + self.changed + self.deleted

    def path(self, home: Home) -> Path:
        """Where the consumer finds it."""
        return home.outbox / self.consumer / self.file

    def body(self) -> dict[str, object]:
        """Its line in the log."""
        return {"kind": DELIVERED, **asdict(self)}


def delivery_of(body: Mapping[str, object]) -> Delivery:
    """A delivery from its line."""
    return Delivery(**{key: value for key, value in body.items() if key in Delivery.__dataclass_fields__})  # type: ignore[arg-type]


def log_of(home: Home) -> AnchoredChain:
    """The log of a home; for its owner only."""
    return AnchoredChain(home.outbox / "link_log.jsonl", REMEDY)


@dataclass(frozen=True)
class Delivered:
    """All deliveries of the log, oldest first.

    Raises:
        ChainBroken: by :meth:`read`, when the log is not what was written.
    """

    all: tuple[Delivery, ...]

    @classmethod
    def read(cls, home: Home) -> Delivered:
        """Read and check the whole log."""
        return cls(tuple(delivery_of(body) for body in log_of(home).lines() if body.get("kind") == DELIVERED))

    def of(self, link_id: str) -> list[Delivery]:
        """Those of one link."""
        return [delivery for delivery in self.all if delivery.link == link_id]

    def next_seq(self, link_id: str, day: date) -> int:
        """The number of a further file of that day."""
        return 1 + max((d.seq for d in self.of(link_id) if d.as_of == day.isoformat()), default=0)

    def newest_day(self, link_id: str) -> str:
        """The day of the newest delivery, ISO; empty before the first."""
        return max((delivery.as_of for delivery in self.of(link_id)), default="")
