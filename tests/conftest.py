"""Options of the test run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


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
