"""``osamari link``: what it says, its exit codes, and that a closed gate holds back what is made from its table.

Does not test what is delivered; see test_link_tables.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from expectations.catalogue import tables_by_suite
from expectations.verdict import CREATE_TABLE
from ingestion.home import Home
from orchestration.bench_links import bench_links
from orchestration.cli import main
from orchestration.dependence import closed_before
from tests.small_links import CODE, DAY, LINKS, change, linked_home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Every gate has passed but that of the arrears cases; nothing has been delivered. Read only."""
    home = linked_home(tmp_path_factory.mktemp("command") / "home")
    passed = ", ".join(
        f"('{name}', date '{DAY}', '', '{'failed' if name == 'cases' else 'passed'}', 1, 0, 0, '{{}}')"
        for name in tables_by_suite()
    )
    change(home, CREATE_TABLE, f"insert into quality_verdicts values {passed}")
    return home


@pytest.fixture
def home(judged: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The home of the command."""
    copy = Home(shutil.copytree(judged.root, tmp_path / "home"))
    monkeypatch.setenv("OSAMARI_HOME", str(copy.root))
    return copy


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["osamari", "link", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_a_closed_gate_holds_back_what_is_made_from_its_table(judged: Home) -> None:
    waiting = closed_before(judged, {link.id: link.reads for link in LINKS.values()}, DAY)
    assert waiting == {name: ("cases",) for name, link in LINKS.items() if link.models}
    assert 0 < len(waiting) < len(LINKS)


def test_what_passed_is_delivered_and_the_rest_waits(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "deliver") == 1
    told = capsys.readouterr().out
    assert "addressees_to_arrears: 80 inserted, 0 changed, 0 deleted (full)" in told
    assert "arrears_to_receipts: waits, closed gates: cases" in told
    assert run(monkeypatch, "deliver", "addressees_to_arrears") == 0
    assert "addressees_to_arrears: nothing new" in capsys.readouterr().out
    assert run(monkeypatch, "deliver", "--full", "addressees_to_arrears") == 0
    assert "20250601.002.csv" in capsys.readouterr().out

    assert run(monkeypatch, "verify") == 0
    assert "all as delivered" in capsys.readouterr().out
    (home.outbox / "arrears" / "levies_to_arrears.072036.20250601.001.csv").write_bytes(b"")
    assert run(monkeypatch, "verify") == 1
    assert "nobody delivered it" in capsys.readouterr().err

    assert run(monkeypatch, "reference", "addressees_to_arrears", CODE, "--purpose", "collection") == 0
    told = capsys.readouterr()
    assert f"宛名コード  {CODE}" in told.out
    assert "1 records" in told.err
    assert run(monkeypatch, "list") == 0
    assert "last delivery 2025-06-01" in capsys.readouterr().out


@pytest.mark.usefixtures("home")
def test_wrong_use_is_told_with_a_remedy(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "show", "everything") == 2
    assert "No link everything is registered." in capsys.readouterr().err
    assert run(monkeypatch, "deliver", "--full") == 2
    assert "--full needs the names of links" in capsys.readouterr().err
    assert run(monkeypatch, "reference", "levies_to_arrears", CODE) == 2
    assert "--purpose" in capsys.readouterr().err
    assert run(monkeypatch, "reference", "levies_to_arrears", CODE, "--purpose", "inquiry") == 1
    assert "osamari link deliver" in capsys.readouterr().err
    assert run(monkeypatch, "show", "levies_to_arrears") == 0
    told = capsys.readouterr().out
    assert "根拠    番号法 第9条第1項" in told
    assert "項目    本税調定額  levy.principal_levied_yen" in told


def test_the_benchmark_measures_the_changes_of_one_day() -> None:
    _, first, change_day, again, _ = bench_links(1000)
    files = [int(line.split(" cpu ")[1].split()[0]) for line in (first, change_day, again)]
    assert files[0] == len(LINKS)
    assert 5 <= files[1] <= len(LINKS)
    assert files[2] == 0
