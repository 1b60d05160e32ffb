"""Looking at one kept answer on the screen (閲覧), which the register records like everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.errors import DataRefused
from marts.provision.copies import kept_answer
from marts.provision.items import PERSON, TAX, ordered
from marts.provision.register import VIEW, Register, kept
from marts.provision.words import day_ja, shown

if TYPE_CHECKING:
    from ingestion.home import Home
    from marts.provision.answer import Answer
    from marts.provision.provide import Officer


def view_answer(home: Home, inquiry_id: str, officer: Officer) -> list[str]:
    """The kept answer as lines of text. Personal data; for the screen, not for a log.

    Raises:
        DataRefused: nothing is kept under that number, or it is not what was recorded.
    """
    register = Register(home)
    line = kept(register.lines()).get(inquiry_id)
    if line is None:
        raise DataRefused(f"No answer to {inquiry_id} is kept.", "`osamari provide log` says what became of it.")
    answer = kept_answer(home, line)
    at = officer.at.isoformat(timespec="seconds")
    register.append([{"event": VIEW, "inquiry_id": inquiry_id, "by": officer.by, "at": at}])
    return _lines(answer)


def _lines(answer: Answer) -> list[str]:
    items = ordered(answer.items)
    about = [f"{item.title} {shown(item, answer.person.get(item.name))}" for item in items if item.grain == PERSON]
    rows = [
        "  ".join(f"{item.title} {shown(item, row.get(item.name))}" for item in items if item.grain == TAX)
        for row in answer.taxes
    ]
    head = f"照会 {answer.inquiry_id}  文書 {answer.document_no}  基準日 {day_ja(answer.as_of)}"
    return [head, answer.requester_name, *about, *(rows or ["該当する課税はない。"])]
