"""Daily changes after the last full delivery: what came before stays the same, and every day brings news.

Loads them as a scheduled refresh would, day by day, and looks at what is loaded; the marts are not computed here.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from ingestion.home import Home
from ingestion.loader import load_inbox
from ingestion.sample_city import generate

if TYPE_CHECKING:
    from pathlib import Path

LAST_FULL_DAY, DAYS = "20260531", 6
MONEY = {"convenience_store", "counter_slip", "common_tax_payment", "account_transfer_result"}


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The same city without days, with days, and with days once more."""
    root = tmp_path_factory.mktemp("days")
    folders = [root / name / "inbox" for name in ("without", "with", "again")]
    for folder, days in zip(folders, (0, DAYS, DAYS), strict=True):
        generate(folder, 3000, 1, 3, days=days)
    return folders[0], folders[1], folders[2]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def delivered_on(name: str) -> str:
    return name.split(".")[2]


def test_deliveries_before_are_the_same_and_later_ones_are_made_the_same_again(cities: tuple[Path, Path, Path]) -> None:
    without, with_days, again = (digests(folder) for folder in cities)
    assert {name: digest for name, digest in with_days.items() if delivered_on(name) <= LAST_FULL_DAY} == without
    assert with_days == again


def test_nearly_every_working_day_has_a_delivery_and_no_other_day(cities: tuple[Path, Path, Path]) -> None:
    days = {delivered_on(path.name) for path in cities[1].iterdir()} - {
        delivered_on(p.name) for p in cities[0].iterdir()
    }
    assert days <= {"20260601", "20260602", "20260603", "20260604", "20260605", "20260608"}
    assert len(days) >= DAYS - 1


def test_each_day_is_loaded_as_news(cities: tuple[Path, Path, Path], tmp_path: Path) -> None:
    home = Home(tmp_path).create()
    days = sorted({delivered_on(path.name) for path in cities[1].iterdir()})
    feeds: set[str] = set()
    for day in [day for day in days if day > LAST_FULL_DAY]:
        for path in cities[1].glob(f"*.{day}.*"):
            shutil.copyfile(path, home.inbox / path.name)
        outcomes = load_inbox(home)
        assert {outcome.file_status for outcome in outcomes} == {"loaded"}
        assert all(outcome.row_count_loaded == outcome.row_count_delivered > 0 for outcome in outcomes)
        feeds |= {outcome.feed for outcome in outcomes}
    assert feeds & MONEY
    assert {"addressee", "receipt_history"} <= feeds
