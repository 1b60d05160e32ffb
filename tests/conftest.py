"""Options of the test run, and what many tests share because it takes long to make."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingestion.home import Home
from tests.dbt_runs import build_on_an_empty_warehouse
from tests.law_case_runner import Project, compile_project
from tests.loose_databases import copy_warehouse
from tests.made_once import made_once
from tests.provision_city import ProvidedCity, provide_the_table
from tests.refreshed_city import RefreshedCity, refresh_a_city
from tests.statistics_released import invented_release

if TYPE_CHECKING:
    from marts.released_table import ReleasedTable

LONGEST_FIRST = (
    # Makes the city that others wait for; those behind it need none.
    "test_orchestration_again",
    "test_law_cases",
    "test_collections",
    "test_dbt_project",
    "test_orchestration",
    "test_orchestration_bench",
    "test_release_keeping",
    "test_expectations_catch_faults",
    "test_orchestration_bench_marts",
    "test_receipt_journey",
    "test_reconciliation",
    "test_personal_data_zones",
    "test_backup",
    "test_closed_gates",
    "test_erasure",
    "test_lists",
    "test_lists_command",
)
LAST = len(LONGEST_FIRST)
OF_THE_CALLER = re.compile(r"OSAMARI_(HOME|PURPOSE|AS_OF|WAREHOUSE|\w+_KEY)")


def pytest_configure() -> None:
    """Tests have homes, keys and purposes of their own; those of whoever runs them are none of theirs."""
    for name in [name for name in os.environ if OF_THE_CALLER.fullmatch(name)]:
        del os.environ[name]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--cases DIR``: a further folder of law cases, beside ``tests/cases``; may be given several times."""
    parser.addoption(
        "--cases",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a further folder with law cases (*.yaml) for tests/test_law_cases.py",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long go first, so that no process waits for another's last one; else the order of names."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    # Not by the length of the list: while it is being sorted Python calls it empty.
    items.sort(key=lambda item: places.get(item.path.stem, LAST))


@pytest.fixture(scope="session")
def compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The dbt project, compiled once in a folder of its own."""
    return made_once(tmp_path_factory, "dbt", compile_project)


@pytest.fixture(scope="session")
def built_project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The target folder of everything built on an empty warehouse, and what dbt said if it did not succeed."""
    return made_once(tmp_path_factory, "built", build_on_an_empty_warehouse)


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ReleasedTable]:
    """Every statistics table with invented figures, as it leaves. Read only."""
    return invented_release(tmp_path_factory.mktemp("statistics"))


@pytest.fixture(scope="session")
def refreshed_city(tmp_path_factory: pytest.TempPathFactory) -> RefreshedCity:
    """A small city after its first refresh. Read only: a test that changes the home copies it first."""
    return made_once(tmp_path_factory, "city", refresh_a_city)


@pytest.fixture(scope="session")
def provided(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> ProvidedCity:
    """The city after the 200 inquiries of ``provision_inquiries.csv``. Read only: see :meth:`ProvidedCity.copy_to`."""
    return made_once(
        tmp_path_factory, "provided", lambda folder: provide_the_table(refreshed_city.home, folder / "home")
    )


@pytest.fixture
def copied(refreshed_city: RefreshedCity, tmp_path: Path) -> Home:
    """A home with a copy of the city's warehouse, to change it."""
    return copy_warehouse(refreshed_city.home, Home(tmp_path / "home"))


@pytest.fixture(scope="module")
def own(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of this file with the city's warehouse; lists are written into it, the warehouse stays as it is."""
    home = Home(tmp_path_factory.mktemp("lists") / "home").create()
    shutil.copytree(refreshed_city.home.keys, home.keys, dirs_exist_ok=True)
    home.warehouse.symlink_to(refreshed_city.home.warehouse)
    return home
