"""One asset for each feed: the loader takes in what the inbox holds of it; rows and yen become metadata.

Every ``raw_*`` asset waits for ``inbox``, which makes the warehouse ready and refuses files of no feed.
"""

from collections.abc import Iterator

import dagster as dg

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
        dg.AssetSpec("raw_city_parameters", description="市の条例の値: the city's own values, from city.toml"),
    ],
)
def inbox() -> Iterator[dg.MaterializeResult[None]]:
    """Make the warehouse ready; refuse files that belong to no feed."""
    with step() as home:
        refused = register_inbox(home)
        forget_verdicts(home)
    _tell(refused)
    yield dg.MaterializeResult(asset_key="feed_files", metadata={"files of no feed": len(refused)})
    yield dg.MaterializeResult(asset_key="raw_city_parameters")


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


@dg.asset(deps=["feed_files"], group_name="address", description="宛名: who owes: people and corporations")
def raw_addressee() -> dg.MaterializeResult[None]:
    """Rows of the feed addressee."""
    return _load("addressee")


@dg.asset(deps=["feed_files"], group_name="tax", description="調定: one row per instalment and delivery")
def raw_levy() -> dg.MaterializeResult[None]:
    """Rows of the feed levy."""
    return _load("levy")


@dg.asset(deps=["feed_files"], group_name="receipt", description="納付書: which slip pays which instalments")
def raw_payment_slip() -> dg.MaterializeResult[None]:
    """Rows of the feed payment_slip."""
    return _load("payment_slip")


@dg.asset(deps=["feed_files"], group_name="case", description="督促: demand notices")
def raw_demand() -> dg.MaterializeResult[None]:
    """Rows of the feed demand."""
    return _load("demand")


@dg.asset(deps=["feed_files"], group_name="premium", description="後期高齢者資格: who is insured")
def raw_qualification() -> dg.MaterializeResult[None]:
    """Rows of the feed qualification."""
    return _load("qualification")


@dg.asset(deps=["feed_files"], group_name="premium", description="後期高齢者賦課: premiums levied")
def raw_premium_assessment() -> dg.MaterializeResult[None]:
    """Rows of the feed premium_assessment."""
    return _load("premium_assessment")


@dg.asset(
    deps=["feed_files"],
    group_name="premium",
    description="後期高齢者収納: premiums collected, refunded, written off",
)
def raw_premium_collection() -> dg.MaterializeResult[None]:
    """Rows of the feed premium_collection."""
    return _load("premium_collection")


@dg.asset(deps=["feed_files"], group_name="receipt", description="口座振替結果: 全銀 91, paid and failed debits")
def raw_account_transfer_result() -> dg.MaterializeResult[None]:
    """Rows of the feed account_transfer_result."""
    return _load("account_transfer_result")


@dg.asset(
    deps=["feed_files"],
    group_name="receipt",
    description="コンビニ収納: provisional, final and cancelled receipts",
)
def raw_convenience_store() -> dg.MaterializeResult[None]:
    """Rows of the feed convenience_store."""
    return _load("convenience_store")


@dg.asset(
    deps=["feed_files"],
    group_name="receipt",
    description="窓口領収済通知書: receipts at counters and other channels",
)
def raw_counter_slip() -> dg.MaterializeResult[None]:
    """Rows of the feed counter_slip."""
    return _load("counter_slip")
