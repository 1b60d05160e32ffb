"""Everything an erasure has made aside takes its place: all of it, also when the process is killed in between."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingestion.erasure.archive_copy import Moves
    from ingestion.home import Home

FOLDER, JOURNAL = "erasing", "moves.json"


def begin(home: Home) -> Path:
    """An empty folder for what is being made; a change-over that was interrupted is finished first."""
    finish(home)
    folder = home.work / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder


def commit(home: Home, moves: Moves) -> None:
    """From the renaming of the journal on the erasure stands, whatever happens to this process."""
    folder = home.work / FOLDER
    body = {"placed": [[str(a), str(b)] for a, b in moves.placed], "removed": [str(path) for path in moves.removed]}
    beside = folder / f"{JOURNAL}.part"
    with beside.open("w", encoding="utf-8") as journal:
        json.dump(body, journal, ensure_ascii=False)
        journal.flush()
        os.fsync(journal.fileno())
    beside.rename(folder / JOURNAL)
    finish(home)


def finish(home: Home) -> bool:
    """Carry out the moves of a journal, as often as it takes; False when there is none.

    Whoever is about to write into the home calls this first: what it wrote into files that are still to be replaced
    would be lost.
    """
    folder = home.work / FOLDER
    if not (folder / JOURNAL).exists():
        return False
    body = json.loads((folder / JOURNAL).read_text(encoding="utf-8"))
    places = set()
    for made, place in body["placed"]:
        places.add(place)
        Path(place).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if Path(made).exists():
            Path(made).replace(place)
    for path in body["removed"]:
        if path not in places:
            Path(path).unlink(missing_ok=True)
    # What DuckDB had written beside the file it no longer is.
    Path(f"{home.warehouse}.wal").unlink(missing_ok=True)
    (folder / JOURNAL).unlink()
    shutil.rmtree(folder)
    return True
