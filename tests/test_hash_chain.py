"""A chained log: whatever is done to one of its lines is found at that line."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from ingestion.hash_chain import ChainBroken, HashChain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = ("登録", "閲覧", "閲覧", "抹消")


@pytest.fixture
def chain(tmp_path: Path) -> HashChain:
    log = HashChain(tmp_path / "new" / "log.jsonl", "Restore it.")
    for word in WORDS:
        log.append({"what": word})
    return log


def test_what_was_appended_is_read_in_order_and_for_its_owner_only(chain: HashChain) -> None:
    assert [line["what"] for line in chain.lines()] == list(WORDS)
    assert stat.S_IMODE(chain.path.stat().st_mode) == 0o600


def test_no_line_yet_is_an_empty_log(tmp_path: Path) -> None:
    assert HashChain(tmp_path / "log.jsonl", "").lines() == []


@pytest.mark.parametrize(
    ("damage", "at"),
    [
        (lambda lines: [lines[0], lines[1].replace("閲覧", "登録"), *lines[2:]], 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], 2),
        (lambda lines: [*lines, lines[3]], 5),
        (lambda lines: [*lines, "{}"], 5),
        (lambda lines: [*lines, "[]"], 5),
        (lambda lines: [*lines, "half a li"], 5),
    ],
)
def test_a_touched_line_is_named(chain: HashChain, damage: Callable[[list[str]], list[str]], at: int) -> None:
    chain.path.write_text("\n".join(damage(chain.path.read_text().splitlines())) + "\n")
    with pytest.raises(ChainBroken, match=rf"log\.jsonl, line {at}\b"):
        chain.lines()


@pytest.mark.parametrize("last", ["{}", "[]", "half a li", '{"what": "x", "previous": "0", "digest": "0"}'])
def test_nothing_is_added_behind_a_line_that_is_not_the_logs(chain: HashChain, last: str) -> None:
    with chain.path.open("a") as log:
        log.write(last + "\n")
    before = chain.path.read_bytes()
    with pytest.raises(ChainBroken, match=r"last line"):
        chain.append({"what": "more"})
    assert chain.path.read_bytes() == before


def test_a_line_longer_than_what_is_read_at_once_is_linked(chain: HashChain) -> None:
    chain.append({"what": "長" * 100_000})
    chain.append({"what": "after"})
    assert chain.lines()[-1] == {"what": "after"}


@pytest.mark.parametrize("kept", [1, 20, -1])
def test_what_a_stopped_process_left_is_no_line_and_is_set_aside(chain: HashChain, kept: int) -> None:
    before = chain.path.read_bytes()
    chain.append({"what": "中断"})
    torn = chain.path.read_bytes()[len(before) :][:kept]
    chain.path.write_bytes(before + torn)
    assert [line["what"] for line in chain.lines()] == list(WORDS)
    chain.append({"what": "後"})
    assert [line["what"] for line in chain.lines()] == [*WORDS, "後"]
    assert chain.path.read_bytes().startswith(before)
    aside = chain.path.with_name("log.jsonl.torn")
    assert aside.read_bytes() == torn + b"\n"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_a_log_whose_first_line_was_never_finished_begins_anew(tmp_path: Path) -> None:
    log = HashChain(tmp_path / "log.jsonl", "")
    log.path.write_text('{"what": "x", "prev')
    assert log.lines() == []
    log.append({"what": "first"})
    assert log.lines() == [{"what": "first"}]
