"""The release as an asset: calls ``marts.release``, which itself demands a pass of every suite, and nothing else."""

import dagster as dg

from expectations.catalogue import tables_by_suite
from marts.release import release
from orchestration.as_of import AsOf
from orchestration.progress import say
from orchestration.step import step


@dg.asset(
    name="release",
    # Every table that a suite judges: one closed gate anywhere keeps this step from running.
    deps=[*tables_by_suite().values(), "cells_dimension_codes"],
    group_name="release",
    description="公表統計: disclosure-controlled tables with certificate, data dictionary and page",
)
def release_asset(as_of: AsOf) -> dg.MaterializeResult[None]:
    """One release folder; unchanged figures are not released a second time."""
    with step() as home:
        result = release(home, as_of.day(home))
    known = " (unchanged)" if result.unchanged else ""
    say("release", f"{result.release_id}{known}: {result.masked_count:,} cells masked")
    return dg.MaterializeResult(
        metadata={
            "release id": result.release_id,
            "unchanged": result.unchanged,
            "tables": len(result.tables),
            "protected cells": result.cell_count,
            "masked cells": result.masked_count,
        }
    )
