"""Rows and yen of a load, summed for a person and for asset metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.database import read_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.file_ledger import FileOutcome
    from ingestion.home import Home


@dataclass(frozen=True)
class LoadTotals:
    """Sums over delivered files. ``yen`` is that of the loaded rows, 0 for feeds without an amount."""

    file_count: int = 0
    row_count: int = 0
    yen: int = 0
    quarantined_count: int = 0

    @classmethod
    def of(cls, outcomes: Sequence[FileOutcome]) -> LoadTotals:
        """Totals of the files of one run."""
        return cls(
            len(outcomes),
            sum(outcome.row_count_loaded for outcome in outcomes),
            sum(outcome.yen_loaded for outcome in outcomes),
            sum(outcome.row_count_quarantined for outcome in outcomes),
        )


def totals_by_feed(home: Home) -> dict[str, LoadTotals]:
    """Totals of everything that was ever delivered, by feed, from the ledger of files."""
    with read_warehouse(home) as connection:
        summed = connection.execute(
            "select feed, count(*), coalesce(sum(row_count_loaded), 0), coalesce(sum(yen_loaded), 0), "
            "coalesce(sum(row_count_quarantined), 0) from feed_files where feed is not null group by feed"
        ).fetchall()
    return {feed: LoadTotals(*(int(value) for value in values)) for feed, *values in summed}
