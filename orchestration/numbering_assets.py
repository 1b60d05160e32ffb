"""Numbering as assets, between the feeds and the models: which codes are one person's, which sheets got a number."""

from collections.abc import Iterator

import dagster as dg

from ingestion.database import read_warehouse
from ingestion.numbering.refused_sheets import describe_refused, refused_sheets
from ingestion.numbering.review import write_review
from ingestion.numbering.run import FEEDS, number_everyone
from orchestration.access.account import current_account
from orchestration.access.copies import Copy, register_copy
from orchestration.access.gate import moment
from orchestration.as_of import AsOf
from orchestration.progress import say
from orchestration.step import step

DEPS = [f"raw_{feed}" for feed in FEEDS]
PURPOSE = "numbering"
"""What the weekly list is for; it is a numbered copy like one that an officer asks for."""


@dg.multi_asset(
    name="numbering",
    group_name="numbering",
    specs=[
        dg.AssetSpec("number_persons", deps=DEPS, description="同一人: which addressee codes are one person's"),
        dg.AssetSpec(
            "number_assignments", deps=DEPS, description="付番: individual and integrated numbers and their state"
        ),
        dg.AssetSpec("number_history", deps=DEPS, description="付番の履歴: what happened to each number, append-only"),
        dg.AssetSpec("number_sheets", deps=DEPS, description="登録票: what became of the sheets without a code"),
    ],
)
def numbering(as_of: AsOf) -> Iterator[dg.MaterializeResult[None]]:
    """Number whoever is new; nothing when nothing was delivered or decided since the last time."""
    with step() as home:
        found = number_everyone(home, as_of.day(home))
        with read_warehouse(home) as connection:
            refused = refused_sheets(connection)
    if not found.is_unchanged:
        for sheet in refused:
            say("refused", describe_refused(sheet))
    say(
        "number",
        f"{found.persons_with_several_codes:,} people with several codes; sheets: {found.numbered:,} numbered, "
        f"{found.known:,} known, {found.waiting:,} waiting, {found.refused:,} refused",
    )
    counted = {
        "number_persons": {"people with several codes": found.persons_with_several_codes, "doubts": found.conflicts},
        "number_assignments": {"integrated numbers": found.integrated},
        "number_history": {},
        "number_sheets": {
            "numbered": found.numbered, "known": found.known, "waiting": found.waiting, "refused": found.refused
        },
    }  # fmt: skip
    for table, metadata in counted.items():
        yield dg.MaterializeResult(asset_key=table, metadata=metadata)


@dg.asset(
    name="number_review",
    deps=["number_persons", "number_sheets"],
    group_name="numbering",
    description="名寄せ候補: pairs for an officer to decide, in numbering/ of the home (weekly)",
)
def number_review(as_of: AsOf) -> dg.MaterializeResult[None]:
    """The review list with the pairs that are probably one person; not part of the daily refresh."""
    with step() as home:
        account = current_account(home)
        written = write_review(home, as_of.day(home), by=account, purpose=PURPOSE)
        register_copy(
            home, Copy(written.path, "review", written.pair_count, account, "number_review", "", None), moment()
        )
    say("number", f"{written.pair_count:,} pairs to decide")
    return dg.MaterializeResult(metadata={"pairs": written.pair_count, "left out": written.left_out})
