"""When a refresh runs by itself: nightly, at the beginning of each month, when files arrive; weekly the review list."""

from __future__ import annotations

import hashlib

import dagster as dg

from ingestion.home import Home

REVIEW = dg.AssetSelection.assets("number_review")
EVERYTHING = dg.AssetSelection.all() - REVIEW
"""What a refresh makes: all but the review list, which officers want once a week."""
TIMEZONE = "Asia/Tokyo"

refresh_job = dg.define_asset_job(
    "refresh",
    selection=EVERYTHING,
    description="取込 → 検査 → 元帳・マート → 検査 → 統計 → 検査 → 公表. The whole way, once.",
)
daily_refresh = dg.ScheduleDefinition(
    name="daily_refresh",
    job=refresh_job,
    cron_schedule="30 2 * * *",
    execution_timezone=TIMEZONE,
    description="毎晩 2:30. After the night's deliveries.",
)
monthly_release = dg.ScheduleDefinition(
    name="monthly_release",
    job=refresh_job,
    cron_schedule="0 5 2 * *",
    execution_timezone=TIMEZONE,
    description="毎月 2 日 5:00. The month-end accounts, after the last day's receipts have been delivered.",
)

review_job = dg.define_asset_job(
    "number_review", selection=REVIEW, description="名寄せ候補. Probable pairs for the officers, once a week."
)
weekly_review = dg.ScheduleDefinition(
    name="weekly_review",
    job=review_job,
    cron_schedule="0 6 * * 1",
    execution_timezone=TIMEZONE,
    description="毎週月曜 6:00. The officers find the list in the morning.",
)


@dg.sensor(job=refresh_job, minimum_interval_seconds=60, description="inbox/ に新しいファイルがあれば取り込む")
def inbox_sensor() -> dg.RunRequest | dg.SkipReason:
    """Ask for one refresh for each new set of files; the same set asks once, whatever the daemon's restarts."""
    waiting = sorted(path for path in Home.from_environment().inbox.glob("*") if path.is_file())
    if not waiting:
        return dg.SkipReason("The inbox is empty.")
    seen = hashlib.sha256()
    for path in waiting:
        state = path.stat()
        seen.update(f"{path.name}\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return dg.RunRequest(run_key=seen.hexdigest())
