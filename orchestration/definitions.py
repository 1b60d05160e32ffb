"""The only entry point for Dagster, in the order in which the data goes: feeds, numbering, models, gates, release."""

import dagster as dg

from orchestration import feed_assets
from orchestration.as_of import AsOf
from orchestration.dbt_assets import dbt_core, dbt_resource, dbt_statistics
from orchestration.link_assets import link_deliveries
from orchestration.numbering_assets import number_review, numbering
from orchestration.quality_checks import quality_checks
from orchestration.release_assets import release_asset
from orchestration.schedules import (
    daily_refresh,
    inbox_sensor,
    monthly_release,
    refresh_job,
    review_job,
    weekly_review,
)

defs = dg.Definitions(
    assets=[
        *dg.load_assets_from_modules([feed_assets]),
        numbering,
        number_review,
        dbt_core,
        dbt_statistics,
        link_deliveries,
        release_asset,
    ],
    asset_checks=quality_checks(),
    jobs=[refresh_job, review_job],
    schedules=[daily_refresh, monthly_release, weekly_review],
    sensors=[inbox_sensor],
    resources={"dbt": dbt_resource(), "as_of": AsOf()},
    # One writer: DuckDB allows one writing process, so the steps of a run follow one another in one process.
    executor=dg.in_process_executor,
)
