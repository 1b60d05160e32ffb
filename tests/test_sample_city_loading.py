"""The platform takes in every line of the invented city: nothing is quarantined, only the file sent twice is known.

Which lines are loaded, and not what they mean.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from ingestion.home import Home
from ingestion.loader import load_inbox
from ingestion.sample_city import generate

if TYPE_CHECKING:
    from pathlib import Path


def test_every_line_is_loaded(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    summary = generate(home.inbox, 400, 1, 5)
    with summary.tags.open(encoding="utf-8", newline="") as lines:
        (twice,) = [row["file_name"] for row in csv.DictReader(lines) if row["tag"] == "same_file_twice"]
    sidecar = home.inbox / twice.replace(".csv", ".control.csv")
    sidecar_rows = sidecar.read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    outcomes = load_inbox(home)
    assert len(outcomes) == summary.file_count
    by_status = {status: [one for one in outcomes if one.file_status == status] for status in ("loaded", "duplicate")}
    assert [one.file_name for one in by_status["duplicate"]] == [twice]
    assert [message for outcome in by_status["loaded"] for message in outcome.messages] == []
    rows = sum(one.row_count_delivered for one in by_status["loaded"])
    assert rows + int(sidecar_rows) == summary.row_count
    assert rows == sum(one.row_count_loaded for one in by_status["loaded"])
