"""Another system's lookup in a link table: one person by the addressee code, the registered items, nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ingestion.database import read_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from marts.link_tables.delivery_log import LOOKED_UP, log_of
from marts.link_tables.statement import looked_up

if TYPE_CHECKING:
    from datetime import date, datetime

    from ingestion.home import Home
    from marts.link_tables.link import Link


@dataclass(frozen=True)
class Lookup:
    """Who looks, why, on which day and at which moment; the log keeps all but the person who was looked up."""

    by: str
    purpose: str
    day: date
    at: datetime


def reference(home: Home, link: Link, addressee_code: str, lookup: Lookup) -> list[dict[str, str]]:
    """The records of one person as the consumer has them: heading → text in the form of the deliveries.

    Grain: one dictionary per record; none when the table has nobody of that code. Every lookup is logged, whatever
    it finds, without the code.

    Raises:
        ConfigurationError: no purpose, or the link is not in force on that day.
        DataRefused: nothing has been delivered yet.
    """
    if not lookup.purpose.strip():
        raise ConfigurationError("No purpose was given.", "Say what the lookup is for: --purpose.")
    if not link.is_in_force(lookup.day):
        last = link.to_date or "no end"
        raise ConfigurationError(
            f"The link {link.id} is not in force on {lookup.day}.", f"It holds from {link.from_date} to {last}."
        )
    with read_warehouse(home) as connection:
        try:
            cursor = connection.execute(looked_up(link), {"code": addressee_code})
        except (duckdb.CatalogException, duckdb.BinderException):
            raise DataRefused(
                f"Nothing has been delivered by the link {link.id} as it is registered.", "Run `osamari link deliver`."
            ) from None
        rows = cursor.fetchall()
    found = [dict(zip(link.headings[1:], ("" if v is None else str(v) for v in row), strict=True)) for row in rows]
    _record(home, link, lookup, len(found))
    return found


def _record(home: Home, link: Link, lookup: Lookup, row_count: int) -> None:
    log_of(home).append(
        {
            "kind": LOOKED_UP,
            "link": link.id,
            "by": lookup.by,
            "purpose": lookup.purpose.strip(),
            "rows": row_count,
            "at": lookup.at.isoformat(timespec="seconds"),
        }
    )
