"""Every duty of the assessment has evidence, and what is not shown is not called met."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from ingestion.errors import ConfigurationError
from ingestion.home import Home
from orchestration.access import access_log
from orchestration.duties.declaration import PATH, load_duties
from orchestration.duties.logs import LOGS
from orchestration.duties.test_results import Result, read_test_results
from orchestration.evidence_commands import evidence

if TYPE_CHECKING:
    from orchestration.duties.declaration import Duty

DUTIES = load_duties()
ROOT = Path(__file__).parents[1]

# The risks and parts of the assessment that speak of the system; each must be answered by a duty.
SECTIONS = ("II 2", "II 5", "III 2", "III 3", "III 4", "III 5", "III 6", "III 7", "IV 1", "V 1")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return Home.from_environment().create()


@pytest.mark.parametrize("duty", DUTIES, ids=lambda duty: duty.duty_id)
def test_every_duty_has_a_test_that_exists_and_logs_that_are_known(duty: Duty) -> None:
    assert duty.tests, f"{duty.duty_id} has no evidence"
    for test in duty.tests:
        file, _, name = test.partition("::")
        functions = [
            node.name for node in ast.parse((ROOT / file).read_text()).body if isinstance(node, ast.FunctionDef)
        ]
        assert name in functions, f"{duty.duty_id}: {test} does not exist"
    assert set(duty.logs) <= set(LOGS)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_part_of_the_assessment_is_answered(section: str) -> None:
    assert any(section in duty.section for duty in DUTIES)


@pytest.mark.parametrize("log", sorted(LOGS))
def test_every_log_is_evidence_of_some_duty(log: str) -> None:
    assert any(log in duty.logs for duty in DUTIES)


def results_file(folder: Path, outcome: str = "") -> Path:
    """A file as pytest writes it, in which every test of every duty has passed but the first, which is as told."""
    cases = []
    for number, test in enumerate(sorted({test for duty in DUTIES for test in duty.tests})):
        file, _, name = test.partition("::")
        inside = outcome if number == 0 else ""
        cases.append(f'<testcase classname="{file[:-3].replace("/", ".")}" name="{name}[1]">{inside}</testcase>')
    path = folder / "results.xml"
    path.write_text(f'<testsuites><testsuite timestamp="2026-05-31T09:00:00">{"".join(cases)}</testsuite></testsuites>')
    return path


def test_all_is_met_when_all_tests_passed(home: Home, tmp_path: Path) -> None:
    done = CliRunner().invoke(evidence, ["--results", str(results_file(tmp_path))])
    assert done.exit_code == 0, done.output
    page = (home.reports / "evidence.html").read_text()
    for duty in DUTIES:
        assert duty.how_met in page
        assert f"充足  {duty.duty}" in done.output
    assert "2026-05-31T09:00:00" in (home.reports / "evidence.md").read_text()


@pytest.mark.parametrize(
    ("outcome", "verdict"), [("<failure/>", "不適合"), ("<error/>", "不適合"), ("<skipped/>", "未確認")]
)
def test_one_test_that_did_not_pass_is_told(home: Home, tmp_path: Path, outcome: str, verdict: str) -> None:
    del home
    done = CliRunner().invoke(evidence, ["--results", str(results_file(tmp_path, outcome))])
    assert done.exit_code == 1
    assert verdict in done.output


def test_without_results_nothing_is_called_met(home: Home) -> None:
    del home
    done = CliRunner().invoke(evidence)
    assert done.exit_code == 1
    assert "充足" not in done.output
    assert done.output.count("未確認") == len(DUTIES)


def test_a_broken_log_makes_its_duties_unmet(home: Home, tmp_path: Path) -> None:
    for outcome in ("done", "refused"):
        access_log.write(home, {"outcome": outcome})
    path = home.access / "access.jsonl"
    path.write_text(path.read_text().replace("refused", "done"))
    done = CliRunner().invoke(evidence, ["--results", str(results_file(tmp_path))])
    assert done.exit_code == 1
    assert "access.jsonl" in (home.reports / "evidence.html").read_text()


def test_of_several_runs_of_one_test_the_worst_counts(tmp_path: Path) -> None:
    path = tmp_path / "results.xml"
    case = '<testcase classname="tests.test_x" name="test_y[{}]">{}</testcase>'
    path.write_text(f"<testsuite>{case.format(1, '<failure/>')}{case.format(2, '')}</testsuite>")
    results = read_test_results(path)
    assert results.of("tests/test_x.py::test_y") is Result.FAILED
    assert results.of("tests/test_x.py::test_z") is Result.NOT_RUN


def test_what_is_not_a_result_file_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no test results"):
        read_test_results(tmp_path / "missing.xml")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"  - id: wrong_data": "  - id: only_what_is_needed"}, "only_what_is_needed stands twice"),
        ({"    risk: 入手した情報が誤っている。\n": ""}, "risk is missing"),
        ({"    risk: 入手した情報が誤っている。\n": "    risk: ''\n"}, "risk is empty"),
        ({"    risk: 入手した情報が誤っている。\n": "    risk: あ\n    rsik: い\n"}, "unknown key rsik"),
    ],
)
def test_a_declaration_that_says_too_little_or_too_much_is_refused(
    tmp_path: Path, change: dict[str, str], said: str
) -> None:
    text = PATH.read_text(encoding="utf-8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "duties.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        load_duties(path)
