"""The last results of the tests, as pytest writes them (JUnit XML): what was run, and whether all of it passed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

_PARAMETERS = re.compile(r"\[.*", re.DOTALL)


class Result(Enum):
    """How a test ended; with parameters, how all of its runs did. The text is for officers."""

    PASSED = "合格"
    FAILED = "不合格"
    SKIPPED = "未実施（省略）"
    NOT_RUN = "未実施"


@dataclass(frozen=True)
class TestResults:
    """Results by test name (``tests/test_x.py::test_y``), and the moment the run began as the file says it."""

    __test__ = False
    results: dict[str, Result]
    began: str

    def of(self, test: str) -> Result:
        """The result of one test; not run when the file does not know it."""
        return self.results.get(test, Result.NOT_RUN)


NO_RESULTS = TestResults({}, "")


def read_test_results(path: Path) -> TestResults:
    """Read the file of ``pytest --junitxml``.

    Raises:
        ConfigurationError: there is no such file, or pytest did not write it.
    """
    try:
        root = ET.parse(path).getroot()  # noqa: S314  (a file that our own test run wrote)
    except (OSError, ET.ParseError) as problem:
        raise ConfigurationError(
            f"{path} holds no test results.", "Run `make test`, or name the file that `pytest --junitxml` wrote."
        ) from problem
    results: dict[str, Result] = {}
    for case in root.iter("testcase"):
        name = _name(case)
        results[name] = _worse(results.get(name), _result(case))
    began = next((suite.get("timestamp", "") for suite in root.iter("testsuite")), "")
    return TestResults(results, began)


def _name(case: ET.Element) -> str:
    """``tests.test_x`` and ``test_y[1]`` as ``tests/test_x.py::test_y``."""
    file = case.get("classname", "").replace(".", "/") + ".py"
    return f"{file}::{_PARAMETERS.sub('', case.get('name', ''))}"


def _result(case: ET.Element) -> Result:
    kinds = {child.tag for child in case}
    if kinds & {"failure", "error"}:
        return Result.FAILED
    return Result.SKIPPED if "skipped" in kinds else Result.PASSED


def _worse(one: Result | None, other: Result) -> Result:
    order = [Result.PASSED, Result.SKIPPED, Result.NOT_RUN, Result.FAILED]
    return other if one is None else max(one, other, key=order.index)
