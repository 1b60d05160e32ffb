"""The platform takes in every line of the invented city: nothing is quarantined, nothing recognised as a duplicate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.home import Home
from ingestion.loader import load_inbox
from ingestion.sample_city import generate

if TYPE_CHECKING:
    from pathlib import Path


def test_every_line_is_loaded(tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    summary = generate(home.inbox, 200, 1, 5)
    outcomes = load_inbox(home)
    assert [message for outcome in outcomes for message in outcome.messages] == []
    assert {outcome.file_status for outcome in outcomes} == {"loaded"}
    assert len(outcomes) == summary.file_count
    assert sum(outcome.row_count_loaded for outcome in outcomes) == summary.row_count
