"""Loading for ``osamari bench ingest``: what waits in the inbox, one format after the other, in a process of its own.

It times itself, so that starting Python and making the tables do not count. One line of JSON for each format.
"""

from __future__ import annotations

import json
import sys
import time

from ingestion.contract import FeedContract, load_contracts
from ingestion.home import Home
from ingestion.loader import feed_of, load_feeds, waiting_files
from ingestion.warehouse import ensure_warehouse
from orchestration.progress import say, shown_on_stderr


def format_of(contract: FeedContract) -> str:
    """How a feed is written: its format, and for CSV its encoding."""
    return "fixed" if contract.format == "fixed" else f"csv {contract.encoding}"


def feeds_by_format() -> dict[str, list[str]]:
    """All feeds of the catalogue by :func:`format_of`."""
    formats: dict[str, list[str]] = {}
    for feed, contract in load_contracts().items():
        formats.setdefault(format_of(contract), []).append(feed)
    return formats


def main() -> None:
    """Load the inbox of the home that ``OSAMARI_HOME`` names."""
    home = Home.from_environment()
    ensure_warehouse(home)
    waiting = {feed_of(path) for path in waiting_files(home)}
    with shown_on_stderr():
        for form, feeds in feeds_by_format().items():
            began = time.monotonic()
            present = [feed for feed in feeds if feed in waiting]
            outcomes = [outcome for load in load_feeds(home, present, _show) for outcome in load.outcomes]
            if outcomes:
                rows = sum(outcome.row_count_delivered for outcome in outcomes)
                found = {"format": form, "seconds": time.monotonic() - began, "files": len(outcomes), "rows": rows}
                sys.stdout.write(json.dumps(found) + "\n")
                sys.stdout.flush()


def _show(place: int, count: int, name: str) -> None:
    say("load", f"{place:,} of {count:,}: {name}")


if __name__ == "__main__":
    main()
