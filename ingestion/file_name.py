"""The name of a feed file says what it is: ``<feed>.<municipality_code>.<YYYYMMDD>.<seq>.<csv|dat>``."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import PurePath

from ingestion.check_digits import is_municipality_code
from ingestion.contract import list_feeds, load_contract
from ingestion.errors import DataRefused

CONTROL_SUFFIX = ".control.csv"
PATTERN = "<feed>.<municipality_code>.<YYYYMMDD>.<seq>.<csv|dat>"
_NAME = re.compile(r"([a-z0-9_]+)\.([0-9]{6})\.([0-9]{8})\.([0-9]{1,6})\.(csv|dat)")


@dataclass(frozen=True)
class FeedFileName:
    """The parts of a feed file's name."""

    feed: str
    municipality_code: str
    delivery_date: dt.date
    delivery_seq: int


def parse_file_name(name: str) -> FeedFileName:
    """Take a file name apart.

    Raises:
        DataRefused: the name does not follow the pattern; the text says which part.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise DataRefused("the file name is unknown", f"Name the file {PATTERN}.")
    feed, municipality_code, date, seq, extension = match.groups()
    if feed not in list_feeds():
        raise DataRefused(f'there is no feed "{feed}"', f"Begin the name with one of: {', '.join(list_feeds())}.")
    if extension != load_contract(feed).extension:
        expected = load_contract(feed).extension
        raise DataRefused(f"files of the feed {feed} end in .{expected}, not .{extension}", "Correct the file name.")
    if not is_municipality_code(municipality_code):
        raise DataRefused(
            f"the municipality code {municipality_code} has a wrong check digit",
            "Use the six-digit code of the city.",
        )
    try:
        delivery_date = dt.datetime.strptime(date, "%Y%m%d").date()  # noqa: DTZ007  a civil date has no zone
    except ValueError:
        raise DataRefused(
            f"the delivery date {date} does not exist", "Write the day of delivery as YYYYMMDD."
        ) from None
    return FeedFileName(feed, municipality_code, delivery_date, int(seq))


def is_control_name(name: str) -> bool:
    """True for control sidecars."""
    return name.endswith(CONTROL_SUFFIX)


def control_names(name: str) -> tuple[str, str]:
    """Names under which the sidecar of a feed file is looked for, in this order."""
    return PurePath(name).stem + CONTROL_SUFFIX, name + CONTROL_SUFFIX
