"""A numbered chain that knows its own end: what a plain chain cannot see is found.

Does not test single lines; see test_hash_chain.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from ingestion.anchored_chain import AnchoredChain, Head
from ingestion.errors import ConfigurationError
from ingestion.hash_chain import ChainBroken, HashChain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> AnchoredChain:
    chain = AnchoredChain(tmp_path / "new" / "log.jsonl", "Restore it.")
    for word in ("a", "b", "c"):
        chain.append({"what": word})
    return chain


def test_lines_are_numbered_and_the_head_tells_the_end(log: AnchoredChain) -> None:
    assert [(line["number"], line["what"]) for line in log.lines()] == [(1, "a"), (2, "b"), (3, "c")]
    assert log.append({"what": "d"}) == log.head() == log.verify()
    assert log.head().count == 4


def test_no_line_yet_is_an_empty_log(tmp_path: Path) -> None:
    log = AnchoredChain(tmp_path / "nowhere" / "log.jsonl", "")
    assert (log.lines(), log.head(), log.verify()) == ([], Head(), Head())
    assert not log.path.parent.exists()


def cut(log: AnchoredChain) -> None:
    log.path.write_text("".join(log.path.read_text().splitlines(keepends=True)[:-1]))


def emptied(log: AnchoredChain) -> None:
    log.path.unlink()


def without_head(log: AnchoredChain) -> None:
    log.path.with_suffix(".head").unlink()


def damaged_head(log: AnchoredChain) -> None:
    log.path.with_suffix(".head").write_text("half a li")


def added_by_hand(log: AnchoredChain) -> None:
    HashChain(log.path, "").append({"what": "x", "number": 7})


def written_anew(log: AnchoredChain) -> None:
    log.path.unlink()
    for number, word in enumerate(("a", "b", "x"), start=1):
        HashChain(log.path, "").append({"what": word, "number": number})


@pytest.mark.parametrize("damage", [cut, emptied, without_head, damaged_head, added_by_hand, written_anew])
def test_an_end_that_is_not_the_one_written_is_found(
    log: AnchoredChain, damage: Callable[[AnchoredChain], None]
) -> None:
    damage(log)
    with pytest.raises(ChainBroken):
        log.verify()
    with pytest.raises(ChainBroken):
        log.append({"what": "more"})


def test_a_changed_line_in_the_middle_is_found(log: AnchoredChain) -> None:
    log.path.write_text(log.path.read_text().replace('"b"', '"B"'))
    with pytest.raises(ChainBroken, match=r"line 2\b"):
        log.verify()


def test_a_process_that_ended_between_line_and_note_does_not_stop_the_log(log: AnchoredChain) -> None:
    head = log.path.with_suffix(".head")
    shutil.copyfile(head, head.with_suffix(".kept"))
    log.append({"what": "d"})
    head.with_suffix(".kept").replace(head)
    assert log.head().count == 4
    assert log.append({"what": "e"}).count == 5


def test_a_note_that_a_backup_read_before_the_log_is_behind_it_and_no_fault(log: AnchoredChain) -> None:
    head = log.path.with_suffix(".head")
    before = head.read_bytes()
    for word in ("d", "e", "f"):
        log.append({"what": word})
    head.write_bytes(before)
    assert log.verify().count == 6
    assert log.append({"what": "g"}).count == 7


def test_a_noted_head_is_missed_when_the_log_was_made_anew_with_its_head(tmp_path: Path, log: AnchoredChain) -> None:
    noted = log.head()
    log.append({"what": "d"})
    assert log.verify(noted).count == 4
    other = AnchoredChain(tmp_path / "other.jsonl", "")
    for word in ("a", "x", "c", "d"):
        other.append({"what": word})
    assert other.verify().count == 4
    with pytest.raises(ChainBroken, match="noted"):
        other.verify(noted)


def test_a_head_is_read_as_it_is_shown(log: AnchoredChain) -> None:
    assert Head.parse(str(log.head())) == log.head()
    with pytest.raises(ConfigurationError, match="not the head"):
        Head.parse("12")


def test_a_log_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "access").write_text("a file where a folder belongs")
    with pytest.raises(ConfigurationError, match="cannot be read or written") as refused:
        AnchoredChain(tmp_path / "access" / "log.jsonl", "").append({})
    assert "Check the rights" in refused.value.remedy
