"""What a link is: which system gives which items of which records to which other system, why and until when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from ingestion.contract import FeedContract

ADDRESSEE_CODE = "addressee_code"
ADDRESSEE_KEY, INSTALMENT_ID = "addressee_key", "instalment_id"
CHANGE_HEADING = "異動区分"
INSERTED, CHANGED, DELETED = "1", "2", "3"


@dataclass(frozen=True)
class System:
    """A system of the city, and the section that answers for it."""

    code: str
    name_ja: str
    section_ja: str


@dataclass(frozen=True)
class LinkItem:
    """One item that a consumer gets: a column of the link's feed, or of a model with one row per instalment or person.

    ``joined_on`` is the column by which the model is joined; empty for a column of the feed.
    """

    source: str
    column: str
    heading: str
    duckdb_type: str
    joined_on: str = ""

    @property
    def name(self) -> str:
        """Its column in the link table."""
        return f"{self.source}__{self.column}"


@dataclass(frozen=True)
class Link:
    """One registered link. Grain of its table: one standing record of ``contract``'s feed.

    ``keys`` are the columns of the record's key, ``items`` those registered beside it; nothing else can be delivered.
    ``records`` names the model that says which delivered row stands for whom; empty where the record key says it.
    ``rows_in`` names a model: only records that it knows, by its column ``rows_on``, are given; empty for all.
    ``from_date`` and ``to_date`` are included; without the latter the link has no end.
    ``registration`` is the SHA-256 of the file that registers it.
    """

    id: str
    title_ja: str
    provider: System
    consumer: System
    purpose_ja: str
    legal_basis: str
    responsible_ja: str
    retention_ja: str
    outbox_days: int
    contract: FeedContract
    records: str
    rows_in: str
    rows_on: str
    keys: tuple[LinkItem, ...]
    items: tuple[LinkItem, ...]
    from_date: date
    to_date: date | None
    registration: str

    @property
    def table(self) -> str:
        """The link table: what the consumer has."""
        return f"link_{self.id}"

    @property
    def columns(self) -> tuple[LinkItem, ...]:
        """Key and items, in the order of the file."""
        return self.keys + self.items

    @property
    def headings(self) -> tuple[str, ...]:
        """The first line of a delivery."""
        return (CHANGE_HEADING, *(column.heading for column in self.columns))

    @property
    def amount(self) -> LinkItem | None:
        """The yen column of the control totals: that of the feed, where it is registered."""
        return next(
            (c for c in self.columns if (c.source, c.column) == (self.contract.feed, self.contract.amount)), None
        )

    @property
    def addressee_code(self) -> LinkItem:
        """The column by which the table is looked up."""
        return next(column for column in self.columns if column.column == ADDRESSEE_CODE)

    @property
    def models(self) -> tuple[str, ...]:
        """The models that items come from, and the one that chooses the records."""
        named = [column.source for column in self.columns if column.joined_on] + (
            [self.rows_in] if self.rows_in else []
        )
        return tuple(dict.fromkeys(named))

    @property
    def reads(self) -> tuple[str, ...]:
        """Every table that the link is made from."""
        return (self.contract.raw_table, "ended_records", "int_run", *self.models)

    def is_in_force(self, day: date) -> bool:
        """Whether items may be delivered on that day."""
        return self.from_date <= day and not self.has_expired(day)

    def has_expired(self, day: date) -> bool:
        """Whether its last day is over: then the consumer's copy is withdrawn."""
        return self.to_date is not None and self.to_date < day
