"""Loading of the inbox: every file is loaded once, refused, or recognised as delivered before; nothing is lost.

Files are loaded in batches, each in one transaction: a few hundred small commits would cost more than the loading. A
file leaves the inbox only after the commit, so a run that is killed anywhere is completed by the next one. Feeds are
loaded side by side; the files of one feed always one after the other.
"""

from __future__ import annotations

import itertools
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb

from ingestion.archive import KEY as ARCHIVE_KEY
from ingestion.city_profile import read_city_profile
from ingestion.database import cursor_on
from ingestion.delivery import Delivery, LoadingRun, NumberedFile
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.file_ledger import next_file_no
from ingestion.file_name import is_control_name, parse_file_name
from ingestion.key_ring import read_key
from ingestion.pseudonym import read_secret
from ingestion.vault import open_vault
from ingestion.warehouse import (
    MEMORY_LIMIT,
    MEMORY_LIMIT_OF_SEVERAL,
    ensure_warehouse,
    open_warehouse,
    transaction,
)

if TYPE_CHECKING:
    from ingestion.file_ledger import FileOutcome
    from ingestion.home import Home

_WORK_PREFIX = "load-"
BATCH_ROWS = 2_000_000
"""A transaction is closed when it holds this many rows."""

WORKERS = 2
"""Feeds that are loaded at the same time: most files are too small for DuckDB to share one among cores."""

GroupName = TypeVar("GroupName", str, str | None)
"""A feed; None for files of no feed."""

Progress = Callable[[int, int, str], None]
"""Called before each file with its place, the number of files of its feed and its name, from any worker."""


@dataclass(frozen=True)
class FeedLoad:
    """What became of the files of one feed that waited in the inbox."""

    feed: str
    outcomes: list[FileOutcome]


def load_inbox(home: Home, progress: Progress | None = None) -> list[FileOutcome]:
    """Load everything that waits in the inbox; outcomes by file name.

    Raises:
        ConfigurationError, Busy: see :func:`ensure_warehouse`.
    """
    ensure_warehouse(home)
    return _load(home, waiting_files(home), progress)


def load_feeds(home: Home, feeds: Iterable[str], progress: Progress | None = None) -> Iterator[FeedLoad]:
    """Load the files of these feeds that wait in the inbox; one result for each feed, as soon as it is known.

    The warehouse must exist (:func:`ensure_warehouse`) and stays open until the last feed: opening and closing it
    costs more than loading a small feed.
    """
    wanted = list(feeds)
    waiting = {feed: paths for feed, paths in _by_feed(waiting_files(home)).items() if feed}
    loaded = _load_groups(home, {feed: waiting[feed] for feed in wanted if feed in waiting}, progress)
    yield from (FeedLoad(feed, []) for feed in wanted if feed not in waiting)
    yield from (FeedLoad(feed, outcomes) for feed, outcomes in loaded)


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


def _by_feed(paths: Iterable[Path]) -> dict[str | None, list[Path]]:
    """Files by feed in their order; under None what belongs to no feed."""
    groups: dict[str | None, list[Path]] = {}
    for path in paths:
        groups.setdefault(feed_of(path), []).append(path)
    return groups


def _load(home: Home, paths: list[Path], progress: Progress | None) -> list[FileOutcome]:
    outcomes = [one for _, group in _load_groups(home, _by_feed(paths), progress) for one in group]
    return sorted(outcomes, key=lambda outcome: outcome.file_name)


def _load_groups(
    home: Home, groups: dict[GroupName, list[Path]], progress: Progress | None
) -> Iterator[tuple[GroupName, list[FileOutcome]]]:
    """Load the files of each group in their order, the groups side by side; the outcomes of a group when it is done.

    When one fails, or the reader of the outcomes leaves, the others roll back what they have begun.
    """
    if not groups:
        return
    memory_limit = MEMORY_LIMIT_OF_SEVERAL if len(groups) > 1 else MEMORY_LIMIT
    with open_warehouse(home, memory_limit) as connection, open_vault(home) as vault, _work_folder(home) as folder:
        run = LoadingRun(
            home=home,
            connection=connection,
            vault=vault,
            profile=read_city_profile(home),
            secret=read_secret(home),
            archive_key=read_key(home, ARCHIVE_KEY),
            work_folder=folder,
            is_stopped=threading.Event(),
        )
        numbers = itertools.count(next_file_no(connection))
        files = {group: [NumberedFile(next(numbers), path) for path in paths] for group, paths in groups.items()}
        workers = ThreadPoolExecutor(WORKERS, "feed")
        try:
            # The longest first: nobody should wait for it alone at the end.
            ordered = sorted(groups, key=lambda group: -sum(path.stat().st_size for path in groups[group]))
            futures = {workers.submit(_load_group, run, files[group], progress): group for group in ordered}
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BaseException:
            run.is_stopped.set()
            raise
        finally:
            workers.shutdown(cancel_futures=True)


def _load_group(run: LoadingRun, files: list[NumberedFile], progress: Progress | None) -> list[FileOutcome]:
    """Load these files, many small ones in one transaction, on a connection of their own."""
    outcomes: list[FileOutcome] = []
    waiting = list(enumerate(files, start=1))
    with cursor_on(run.connection) as cursor:
        own = replace(run, connection=cursor)
        while waiting:
            batch: list[Delivery] = []
            with transaction(cursor):
                while waiting and sum(delivery.outcome.row_count_delivered for delivery in batch) < BATCH_ROWS:
                    place, file = waiting.pop(0)
                    if progress:
                        progress(place, len(files), file.path.name)
                    run.refuse_when_stopped()
                    batch.append(Delivery(own, file))
                    _take(batch[-1], file.path.name)
            # Only what is committed may leave the inbox.
            for delivery in batch:
                delivery.settle()
                outcomes.append(delivery.outcome)
    return outcomes


def _take(delivery: Delivery, name: str) -> None:
    try:
        delivery.take()
    except duckdb.OutOfMemoryException as problem:
        raise ConfigurationError(
            f"{name}: loading it beside another file needs more memory than loading may take.",
            "Repeat: it goes on after the files that are loaded. What was not loaded still waits in the inbox.",
        ) from problem
