"""Loading of the inbox: every file is loaded once, refused, or recognised as delivered before; nothing is lost.

Files are loaded in batches, each in one transaction: a few hundred small commits would cost more than the loading. A
file leaves the inbox only after the commit, so a run that is killed anywhere is completed by the next one.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.city_profile import read_city_profile
from ingestion.delivery import Delivery, LoadingRun
from ingestion.errors import DataRefused
from ingestion.file_name import is_control_name, parse_file_name
from ingestion.pseudonym import read_secret
from ingestion.warehouse import ensure_warehouse, open_warehouse, transaction

if TYPE_CHECKING:
    from ingestion.file_ledger import FileOutcome
    from ingestion.home import Home

_WORK_PREFIX = "load-"
BATCH_ROWS = 2_000_000
"""A transaction is closed when it holds this many rows."""

Progress = Callable[[int, int, str], None]
"""Called before each file with its place, the number of files and its name."""


@dataclass(frozen=True)
class FeedLoad:
    """What became of the files of one feed that waited in the inbox."""

    feed: str
    outcomes: list[FileOutcome]


def load_inbox(home: Home, progress: Progress | None = None) -> list[FileOutcome]:
    """Load everything that waits in the inbox, by name.

    Raises:
        ConfigurationError, Busy: see :func:`ensure_warehouse`.
    """
    ensure_warehouse(home)
    return _load(home, waiting_files(home), progress)


def load_feeds(home: Home, feeds: Iterable[str], progress: Progress | None = None) -> Iterator[FeedLoad]:
    """Load the files of these feeds that wait in the inbox, feed by feed; one result for each, also without files.

    The warehouse must exist (:func:`ensure_warehouse`) and stays open until the last feed: opening and closing it
    costs more than loading a small feed.
    """
    waiting: dict[str | None, list[Path]] = {}
    for path in waiting_files(home):
        waiting.setdefault(feed_of(path), []).append(path)
    wanted = [(feed, waiting.get(feed, [])) for feed in feeds]
    if not any(paths for _, paths in wanted):
        yield from (FeedLoad(feed, []) for feed, _ in wanted)
        return
    with _loading_run(home) as run:
        for feed, paths in wanted:
            yield FeedLoad(feed, _take_in(run, paths, progress))


def register_inbox(home: Home) -> list[FileOutcome]:
    """Make the warehouse ready and refuse what belongs to no feed.

    The files of feeds keep waiting for ``load_feeds``.
    """
    ensure_warehouse(home)
    return _load(home, [path for path in waiting_files(home) if feed_of(path) is None], None)


def waiting_files(home: Home) -> list[Path]:
    """Files in the inbox by name, without control files (they go with their feed file) and hidden files."""
    if not home.inbox.is_dir():
        return []
    paths = (path for path in home.inbox.iterdir() if path.is_file() and not path.name.startswith("."))
    return sorted(path for path in paths if not is_control_name(path.name))


def feed_of(path: Path) -> str | None:
    """The feed that a file name says it belongs to, None when the name is unknown."""
    try:
        return parse_file_name(path.name).feed
    except DataRefused:
        return None


@contextmanager
def _work_folder(home: Home) -> Iterator[Path]:
    """A folder for this run, removed at its end; what a killed run left holds personal data and is removed now."""
    for left in home.work.glob(f"{_WORK_PREFIX}*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=_WORK_PREFIX, dir=home.work) as folder:
        yield Path(folder)


@contextmanager
def _loading_run(home: Home) -> Iterator[LoadingRun]:
    with open_warehouse(home) as connection, _work_folder(home) as folder:
        yield LoadingRun(home, connection, read_city_profile(home), read_secret(home), folder / "framed.csv")


def _load(home: Home, paths: list[Path], progress: Progress | None) -> list[FileOutcome]:
    if not paths:
        return []
    with _loading_run(home) as run:
        return _take_in(run, paths, progress)


def _take_in(run: LoadingRun, paths: list[Path], progress: Progress | None) -> list[FileOutcome]:
    """Load these files, many small ones in one transaction."""
    outcomes: list[FileOutcome] = []
    waiting = list(enumerate(paths, start=1))
    while waiting:
        batch: list[Delivery] = []
        with transaction(run.connection):
            while waiting and sum(delivery.outcome.row_count_delivered for delivery in batch) < BATCH_ROWS:
                place, path = waiting.pop(0)
                if progress:
                    progress(place, len(paths), path.name)
                batch.append(Delivery(run, path))
                batch[-1].take()
        # Only what is committed may leave the inbox.
        for delivery in batch:
            delivery.settle()
            outcomes.append(delivery.outcome)
    return outcomes
