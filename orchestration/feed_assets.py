"""One asset for each feed of the catalogue: the loader takes in what the inbox holds of it; rows and yen as metadata.

Every ``raw_*`` asset waits for ``inbox``, which makes the warehouse ready and refuses files of no feed. One step makes
all of them, or those that are selected, because they share the warehouse's only writer.
"""

from collections.abc import Iterator

import dagster as dg

from ingestion.contract import FeedContract, load_contracts
from ingestion.file_ledger import FileOutcome
from ingestion.loader import FeedLoad, load_feeds, register_inbox
from orchestration.load_totals import LoadTotals, totals_by_feed
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


def _tell(outcomes: list[FileOutcome]) -> None:
    """Pass on what the loader says of refused files and lines: place, cause, remedy. Known files are only counted."""
    for message in (message for outcome in outcomes if outcome.is_refused for message in outcome.messages):
        say("refused", message)


def _raw_spec(contract: FeedContract) -> dg.AssetSpec:
    """The asset of one feed: named like its table, in the group of its family, described by its title."""
    return dg.AssetSpec(
        contract.raw_table,
        deps=["feed_files"],
        group_name=contract.family,
        description=f"{contract.title_ja}: rows of the feed {contract.feed} ({contract.source})",
    )


@dg.multi_asset(name="feeds", specs=[_raw_spec(contract) for contract in load_contracts().values()], can_subset=True)
def feeds(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Load the waiting files of the selected feeds on one opened warehouse."""
    selected = {key.to_user_string() for key in context.selected_asset_keys}
    contracts = [contract for contract in load_contracts().values() if contract.raw_table in selected]
    with step() as home:
        loads = []
        for load in load_feeds(home, [contract.feed for contract in contracts]):
            loads.append(load)
            _tell(load.outcomes)
            new = LoadTotals.of(load.outcomes)
            say("load", f"raw_{load.feed}: {new.row_count:,} rows new, {new.quarantined_count:,} quarantined")
        held = totals_by_feed(home)
    for load in loads:
        yield _result(load, held.get(load.feed, LoadTotals()))


def _result(load: FeedLoad, held: LoadTotals) -> dg.MaterializeResult[None]:
    """Counts and sums as metadata, never a value of a person."""
    new = LoadTotals.of(load.outcomes)
    return dg.MaterializeResult(
        asset_key=f"raw_{load.feed}",
        metadata={
            "rows": held.row_count,
            "yen": held.yen,
            "quarantined lines": held.quarantined_count,
            "files in this run": new.file_count,
            "rows in this run": new.row_count,
            "yen in this run": new.yen,
        },
    )


raw_assets = [feeds]
