"""The register of provisions: every inquiry, decision, removal and copy, chained, without a personal value.

A person stands in it as a pseudonym. What an inquiry said in its own words is not kept: article, purpose and items
stand there only as those of a rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ingestion.anchored_chain import AnchoredChain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ingestion.home import Home

FILE_NAME = "register.jsonl"
REMEDY = "Restore provisions/ from its backup and report it: what was provided must be provable."
INQUIRY, DECISION, EXPIRY, COPY, VIEW = "inquiry", "decision", "expiry", "copy", "view"
ANSWERED, REFUSED, WAITING = "answered", "refused", "waiting"
_ID = re.compile(rb'"inquiry_id": "([0-9A-Za-z-]+)"')


class Register:
    """The register of one home, ``provisions/register.jsonl``."""

    def __init__(self, home: Home) -> None:
        """It need not exist before the first line."""
        self._path = home.provisions / FILE_NAME
        self._chain = AnchoredChain(self._path, REMEDY)

    def lines(self) -> list[dict[str, Any]]:
        """Every line, oldest first, after checking the chain.

        Raises:
            ChainBroken: a line was changed, removed (also at the end) or added by something else (exit code 1).
        """
        return self._chain.lines()

    def append(self, bodies: Sequence[Mapping[str, object]]) -> None:
        """Add lines.

        Raises:
            ChainBroken: the register does not end where it was last written; nothing is added.
        """
        if bodies:
            self._chain.append_all(bodies)

    def known_ids(self) -> frozenset[str]:
        """Numbers of all inquiries so far, found without taking every line apart: an answer must not take long."""
        return frozenset(found.decode() for found in _ID.findall(self._bytes()))

    def next_number(self) -> int:
        """Number of the next line, from 1."""
        return self._bytes().count(b"\n") + 1

    def _bytes(self) -> bytes:
        return self._path.read_bytes() if self._path.exists() else b""


def outcomes(lines: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """For each inquiry number the line that says what became of it: the newest of inquiry and decision.

    A repeated number is refused and changes nothing about the inquiry that had it first.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for line in lines:
        if line["event"] == INQUIRY:
            found.setdefault(line["inquiry_id"], line)
        elif line["event"] == DECISION:
            found[line["inquiry_id"]] = {**found[line["inquiry_id"]], **line}
    return found


def kept(lines: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """For each inquiry whose answer was given and not removed since, what became of it."""
    return _standing(lines, ANSWERED)


def waiting(lines: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """For each inquiry that waits for an officer, its line."""
    return _standing(lines, WAITING)


def _standing(lines: Sequence[Mapping[str, Any]], decision: str) -> dict[str, Mapping[str, Any]]:
    gone = {one for line in lines if line["event"] == EXPIRY for one in line["inquiry_ids"]}
    return {one: line for one, line in outcomes(lines).items() if line["decision"] == decision and one not in gone}
