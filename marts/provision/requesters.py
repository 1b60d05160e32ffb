"""Who may ask: the bodies and sections that the city has registered, with the days between which each may."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.provision.strict_csv import ENDLESS, read_table

if TYPE_CHECKING:
    from datetime import date

    from ingestion.home import Home

CITY_FILE = "provision_requesters.csv"
COLUMNS = ("requester_id", "requester_kind", "name_ja", "valid_from", "valid_to", "source")


@dataclass(frozen=True)
class Requester:
    """One registered body or section; the kind is that of the rules."""

    requester_id: str
    kind: str
    name: str
    valid_from: date
    valid_to: date

    def is_registered(self, day: date) -> bool:
        """Whether it may ask on that day."""
        return self.valid_from <= day <= self.valid_to


def load_requesters(home: Home) -> dict[str, Requester]:
    """Every requester by its number; none when the city has registered none.

    Raises:
        ConfigurationError: a line of the table is wrong; file and line are named.
    """
    path = home.root / CITY_FILE
    requesters: dict[str, Requester] = {}
    for row in read_table(path, COLUMNS) if path.exists() else ():
        row.text("source")
        requester = Requester(
            row.text("requester_id"),
            row.text("requester_kind"),
            row.text("name_ja"),
            row.day("valid_from"),
            row.day("valid_to", ENDLESS),
        )
        if requester.requester_id in requesters:
            raise row.wrong("the number of this requester stands twice.", "Give each requester its own number.")
        requesters[requester.requester_id] = requester
    return requesters
