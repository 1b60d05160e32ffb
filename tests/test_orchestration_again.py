"""A city that has been refreshed: the same deliveries again change nothing, and a release without verdicts is refused.

Does not test what a first refresh makes of a receipt; see test_receipt_journey.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ingestion.database import write_warehouse
from ingestion.home import Home

if TYPE_CHECKING:
    from tests.refreshed_city import RefreshedCity


@pytest.fixture(scope="module")
def city(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> RefreshedCity:
    """A copy of the refreshed city's home, to change."""
    root = tmp_path_factory.mktemp("again") / "home"
    shutil.copytree(refreshed_city.home.root, root)
    return replace(refreshed_city, home=Home(root))


def released_bytes(home: Home) -> dict[str, bytes]:
    return {str(p.relative_to(home.released)): p.read_bytes() for p in home.released.rglob("*") if p.is_file()}


def test_the_first_refresh_told_what_it_did(refreshed_city: RefreshedCity) -> None:
    assert refreshed_city.exit_code == 0, refreshed_city.summary
    told = refreshed_city.summary
    assert re.search(r"Refresh as of \d{4}-\d\d-\d\d: done", told)
    for heading in ("files", "rows", "gates", "arrears", "refunds", "unidentified", "reconciled", "released", "page"):
        assert re.search(rf"^  {heading} ", told, re.MULTILINE), heading
    assert "0 failed, 0 errored" in told


def test_the_same_deliveries_again_load_nothing_and_release_the_same(city: RefreshedCity) -> None:
    before = released_bytes(city.home)
    shutil.copytree(city.deliveries, city.home.inbox, dirs_exist_ok=True)
    again = city.osamari("refresh")
    assert again.returncode == 0, again.stdout + again.stderr
    assert re.search(r"files +\d+ delivered: 0 loaded, \d+ known already, 0 refused", again.stdout)
    assert "the same figures as before; nothing was written" in again.stdout
    assert released_bytes(city.home) == before


def test_without_verdicts_the_release_is_refused(city: RefreshedCity) -> None:
    before = released_bytes(city.home)
    with write_warehouse(city.home) as connection:
        connection.execute("delete from quality_verdicts")
    refused = city.osamari("release", "create")
    assert refused.returncode == 1
    assert "has no verdict" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert released_bytes(city.home) == before


def test_an_arrear_is_explained_to_its_feed_line(refreshed_city: RefreshedCity) -> None:
    ((instalment_id,),) = refreshed_city.rows(
        "select min(instalment_id) from fct_arrears inner join int_ledger_entries using (instalment_id) "
        "inner join feed_files on file_no = source_file_no "
        "where overdue_days > 31 and kind = 'levy' and feed = 'levy'"
    )
    told = refreshed_city.osamari("explain", str(instalment_id))
    assert told.returncode == 0, told.stderr
    assert re.search(r"本税 調定  \+[\d,]+ 円 .*\(levy\.\d{6}\.\d{8}\.\d{3}\.csv line \d+\)", told.stdout)
    assert "滞納: 本税" in told.stdout
