"""One asset for each feed of the catalogue: the loader takes in what the inbox holds of it; rows and yen as metadata.

Every ``raw_*`` asset waits for ``inbox``, which makes the warehouse ready and refuses files of no feed.
"""

from collections.abc import Iterator

import dagster as dg

from ingestion.contract import FeedContract, load_contracts
from ingestion.file_ledger import FileOutcome
from ingestion.loader import load_feed, register_inbox
from orchestration.load_totals import LoadTotals, totals_of_feed
from orchestration.progress import say
from orchestration.quality_checks import forget_verdicts
from orchestration.step import step


@dg.multi_asset(
    name="inbox",
    group_name="inbox",
    specs=[
        dg.AssetSpec("feed_files", description="取込記録: every delivered file: loaded, refused or recognised"),
        dg.AssetSpec("ended_records", description="終了した記録: records that a later delivery said are no more"),
        dg.AssetSpec("raw_city_parameters", description="市の条例の値: the city's own values, from city.toml"),
        dg.AssetSpec("raw_accepted_differences", description="承認した差: what the city accepts, from city.toml"),
    ],
)
def inbox() -> Iterator[dg.MaterializeResult[None]]:
    """Make the warehouse ready; refuse files that belong to no feed."""
    with step() as home:
        refused = register_inbox(home)
        forget_verdicts(home)
    _tell(refused)
    yield dg.MaterializeResult(asset_key="feed_files", metadata={"files of no feed": len(refused)})
    for table in ("raw_city_parameters", "raw_accepted_differences", "ended_records"):
        yield dg.MaterializeResult(asset_key=table)


def _load(feed: str) -> dg.MaterializeResult[None]:
    """Load the waiting files of one feed; metadata hold counts and sums, never a value of a person."""
    with step() as home:
        outcomes = load_feed(home, feed)
        held, new = totals_of_feed(home, feed), LoadTotals.of(outcomes)
    _tell(outcomes)
    say(
        "load",
        f"raw_{feed}: {held.row_count:,} rows ({new.row_count:,} new), {held.quarantined_count:,} quarantined",
    )
    return dg.MaterializeResult(
        metadata={
            "rows": held.row_count,
            "yen": held.yen,
            "quarantined lines": held.quarantined_count,
            "files in this run": new.file_count,
            "rows in this run": new.row_count,
            "yen in this run": new.yen,
        }
    )


def _tell(outcomes: list[FileOutcome]) -> None:
    """Pass on what the loader says of refused files and lines: place, cause, remedy. Known files are only counted."""
    for message in (message for outcome in outcomes if outcome.is_refused for message in outcome.messages):
        say("refused", message)


def _raw_asset(contract: FeedContract) -> dg.AssetsDefinition:
    """The asset of one feed: named like its table, in the group of its family, described by its title."""

    @dg.asset(
        name=contract.raw_table,
        deps=["feed_files"],
        group_name=contract.family,
        description=f"{contract.title_ja}: rows of the feed {contract.feed} ({contract.source})",
    )
    def raw_rows() -> dg.MaterializeResult[None]:
        return _load(contract.feed)

    return raw_rows


raw_assets = [_raw_asset(contract) for contract in load_contracts().values()]
