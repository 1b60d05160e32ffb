"""What an attacker could recover is not released, whoever chose the mask; and anyone can attack with the command.

The attacks themselves are tested in test_attacker.py.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

import marts.release
from ingestion.errors import ConfigurationError
from ingestion.home import Home
from marts.disclosure.protect import SECONDARY, Protection, protect
from marts.evidence import read_evidence
from marts.last_gate import Recoverable, refuse_recoverable
from marts.release import release
from marts.release_folder import read_files
from orchestration.release_commands import release as command
from tests.released_folders import BLOCK, LARGE, square, write_folder
from tests.released_home import PROTECTED, folder, let_through, release_once, rows_of
from tests.statistics_warehouse import AS_OF, fill_warehouse, invented_arrears

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from marts.disclosure.table import CellRef


@pytest.fixture(scope="module")
def released_once(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with one release. Read only."""
    return release_once(tmp_path_factory.mktemp("released"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a warehouse and no release; every suite has passed."""
    let_through(monkeypatch)
    home = Home(tmp_path / "home")
    fill_warehouse(home, invented_arrears())
    return home


def masking(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[CellRef, str]], None], **rules: bool) -> None:
    """Let the engine's mask be changed before it is used, as a defect of the engine would."""

    def careless(tables: Any, thresholds: Any, **more: Any) -> Protection:
        protection = protect(tables, replace(thresholds, **rules), **more)
        masked = dict(protection.masked)
        change(masked)
        return replace(protection, masked=masked)

    monkeypatch.setattr(marts.release, "protect", careless)


def drop_a_secondary(masked: dict[CellRef, str]) -> None:
    """Forget a cell that is masked for the sake of others, in a table so small that each of them hides somebody."""
    served = [cell for cell, rule in sorted(masked.items()) if rule == SECONDARY]
    del masked[next(cell for cell in served if cell.table == "arrears_by_levy_year")]


def test_a_mask_with_one_cell_too_few_is_not_released(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    masking(monkeypatch, drop_a_secondary)
    with pytest.raises(
        Recoverable, match=rf"files of {AS_OF}\.1 give away a masked figure by \w+: arrears_by_\w+ \w+/"
    ):
        release(home, AS_OF)
    assert not home.released.exists() or not list(home.released.iterdir())


def test_a_mask_that_serves_a_lone_contributor_is_not_released(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_warehouse(home, invented_arrears(seed=8, debtors=100))
    masking(monkeypatch, lambda _: None, guards_lone_contributor=False)
    with pytest.raises(Recoverable, match="by insider: "):
        release(home, AS_OF)


def test_a_cell_that_was_masked_before_is_not_opened(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    release(home, AS_OF)

    # With fewer masks left further attacks succeed; with none there is only what was masked before.
    masking(monkeypatch, lambda masked: masked.clear())
    with pytest.raises(Recoverable, match=r"by re_opened: arrears_by_a\w+ "):
        release(home, AS_OF)


def test_an_earlier_release_that_cannot_be_read_stops_the_next(home: Home) -> None:
    release(home, AS_OF)
    earlier = home.released / "2026-04-30.1"
    shutil.copytree(folder(home), earlier)
    (earlier / "certificate.json").chmod(0o600)
    (earlier / "certificate.json").write_text("{}", encoding="utf-8")
    nothing = Protection({}, {}, 0, 0, {}, {}, 0)
    with pytest.raises(Recoverable, match=r"did not end: 2026-04-30\.1 cannot be read"):
        refuse_recoverable(home.released, (f"{AS_OF}.2", read_files(folder(home))), nothing, [])


def attacked(home: Home, *arguments: str) -> Result:
    """What ``osamari release attack`` says in that home."""
    return CliRunner().invoke(command, ["attack", *arguments], env={"OSAMARI_HOME": str(home.root)})


def test_the_command_attacks_all_releases_of_the_home_and_finds_nothing(released_once: Home) -> None:
    result = attacked(released_once)
    assert result.exit_code == 0
    rows = [row for table in PROTECTED for row in rows_of(released_once, table)]
    masked = sum(row["measure"] == "case_count" and row["flag"] == "X" for row in rows)
    assert f"case_count: masked {masked}, blocks 1, linear programs " in result.output
    assert result.output.endswith("Nothing was found.\n")


def test_the_command_tells_what_it_finds_with_exit_code_one_and_no_figure(released_once: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder(released_once), copy)
    table = copy / "arrears_by_area_age.csv"
    table.chmod(0o600)
    lines = table.read_bytes().decode().splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.startswith("T,T,21,") and line.endswith(",yen,,X\r\n"))
    tables = read_evidence(released_once, f"{AS_OF}.1").tables
    true = str(tables["arrears_by_area_age"].cells["T", "T", "21"].values["outstanding_yen"])
    table.write_bytes("".join([*lines[:place], lines[place].replace(",,X", f",{true},"), *lines[place + 1 :]]).encode())
    result = attacked(released_once, str(copy), str(folder(released_once)))
    assert result.exit_code == 1
    assert "re_opened: arrears_by_area_age T/T/21 outstanding_yen" in result.output
    assert true not in result.output
    assert f"{int(true):,}" not in result.output


def test_what_somebody_who_knows_a_cell_can_add_can_be_asked(released_once: Home, tmp_path: Path) -> None:
    block = write_folder(tmp_path, "2026-05-31.1", [square(LARGE, BLOCK)])
    assert "insider: " in attacked(released_once, str(block), "--knows", "square:a/x").output
    wrong = attacked(released_once, "--knows", "arrears_by_area_age:T/T/T")
    assert isinstance(wrong.exception, ConfigurationError)
    assert "masks no cell T/T/T" in str(wrong.exception)
    assert attacked(released_once, "--knows", "nonsense").exit_code == 2


def test_a_folder_without_a_release_is_wrong_use(released_once: Home, tmp_path: Path) -> None:
    assert isinstance(attacked(released_once, str(tmp_path)).exception, ConfigurationError)
    assert attacked(released_once, str(tmp_path / "nowhere")).exit_code == 2
