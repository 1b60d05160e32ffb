"""The release as an asset: calls ``marts.release``, which itself demands a pass of every suite, and nothing else."""

import dagster as dg

from marts.release import release
from orchestration.as_of import AsOf
from orchestration.progress import say
from orchestration.step import step

STATISTICS_TABLES = (
    "cells_collection_results",
    "cells_arrears_by_levy_year",
    "cells_arrears_by_area_age",
    "cells_dimension_codes",
)


@dg.asset(
    name="release",
    deps=[dg.AssetKey(table) for table in STATISTICS_TABLES],
    group_name="release",
    description="公表統計: disclosure-controlled tables with certificate, data dictionary and page",
)
def release_asset(as_of: AsOf) -> dg.MaterializeResult[None]:
    """One release folder; unchanged figures are not released a second time."""
    with step() as home:
        result = release(home, as_of.day(home))
    say(
        "release",
        f"{result.release_id}{' (unchanged)' if result.unchanged else ''}: {result.masked_count:,} cells masked",
    )
    return dg.MaterializeResult(
        metadata={
            "release id": result.release_id,
            "unchanged": result.unchanged,
            "tables": len(result.tables),
            "protected cells": result.cell_count,
            "masked cells": result.masked_count,
        }
    )
