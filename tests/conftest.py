"""Options of the test run, and what many tests share because it takes long to make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.law_case_runner import Project


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


@pytest.fixture(scope="session")
def compiled_models(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The dbt project, compiled once in a folder of its own."""
    from tests.law_case_runner import compile_project  # noqa: PLC0415  most runs of single tests need no dbt

    return compile_project(tmp_path_factory.mktemp("dbt"))
