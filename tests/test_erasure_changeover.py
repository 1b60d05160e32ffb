"""An erasure whose process is killed while its files take their places: it stands whole before anybody writes again.

The files here are invented; what is in them is tested in test_erasure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ingestion.erasure import changeover
from ingestion.erasure.archive_copy import Moves
from ingestion.home import Home
from orchestration import run_lock
from orchestration.erasure.carry_out import certificate_name, certificates, log_certificates

if TYPE_CHECKING:
    from collections.abc import Callable

PLAN = "20260601-3f9a1c"
STEPS = 8


class KilledError(Exception):
    """The process ends here."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a warehouse, two originals and a plan, all of which name somebody."""
    made = Home(tmp_path / "home").create()
    for path in (made.warehouse, made.archive / "a.csv", made.archive / "b.csv", made.erasures / f"plan-{PLAN}.json"):
        path.write_text("花子")
    return made


def moves_of(home: Home, folder: Path) -> Moves:
    """New files for all but the plan, which goes."""
    moves = Moves(removed=[home.erasures / f"plan-{PLAN}.json"])
    for name, place in (
        ("warehouse.duckdb", home.warehouse),
        ("a", home.archive / "a.csv"),
        ("b", home.archive / "b.csv"),
    ):
        (folder / name).write_text("nobody")
        moves.placed.append((folder / name, place))
    certificate = folder / "certificate"
    certificate.write_text(json.dumps({"erasure_id": PLAN, "person_count": 1}))
    moves.placed.append((certificate, home.erasures / certificate_name(PLAN)))
    return moves


def killed_at(step: int, original: Callable[..., object], taken: list[int]) -> Callable[..., object]:
    """The same function, which ends the process when it is called for the ``step``-th time."""

    def call(*arguments: object, **options: object) -> object:
        taken.append(1)
        if len(taken) == step:
            raise KilledError
        return original(*arguments, **options)

    return call


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_a_killed_change_over_is_finished_before_the_next_writes(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    moves = moves_of(home, changeover.begin(home))
    taken: list[int] = []
    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink"):
            patched.setattr(Path, name, killed_at(step, getattr(Path, name), taken))
        with pytest.raises(KilledError):
            changeover.commit(home, moves)
    is_decided = step > 1  # the first step names the journal
    with run_lock.hold(home):
        files = [home.warehouse, home.archive / "a.csv", home.archive / "b.csv"]
        assert {path.read_text() for path in files} == ({"nobody"} if is_decided else {"花子"})
        assert (home.erasures / f"plan-{PLAN}.json").exists() is not is_decided
        log_certificates(home)
        log_certificates(home)
    assert [line["erasure_id"] for line in certificates(home).lines()] == ([PLAN] if is_decided else [])


def test_every_step_was_tried(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = moves_of(home, changeover.begin(home))
    taken: list[int] = []
    for name in ("rename", "replace", "unlink"):
        monkeypatch.setattr(Path, name, killed_at(0, getattr(Path, name), taken))
    changeover.commit(home, moves)
    assert len(taken) == STEPS
    assert not (home.work / changeover.FOLDER).exists()
