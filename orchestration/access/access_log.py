"""The log of accesses (利用記録): who ran which command, when, why, and how it ended. It holds no value of a person.

Each command that needs a user writes two lines: ``opened`` before anything is shown, ``closed`` with outcome, rows and
numbers of copies afterwards. A command that was ended by force leaves its first line. A refused one writes ``refused``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.anchored_chain import AnchoredChain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ingestion.home import Home

REMEDY = "Restore access/ from the newest backup, and find out who changed it: no command runs that must be recorded."
OPENED, CLOSED, REFUSED = "opened", "closed", "refused"
DONE, FAILED, UNFINISHED = "done", "failed", "unfinished"
OUTCOMES = {DONE: "終了", REFUSED: "拒否", FAILED: "異常終了", UNFINISHED: "未了"}
"""How an access ended → Japanese label. ``unfinished``: it runs, or it was ended by force."""


@dataclass(frozen=True)
class Entry:
    """One access as it is read: ``number`` is that of its first line; ``rows`` None where none were counted."""

    number: int
    at: str
    account: str
    command: str
    objects: Mapping[str, str]
    purpose: str
    outcome: str
    reason: str
    rows: int | None
    copies: tuple[int, ...]


def log_of(home: Home) -> AnchoredChain:
    """The file of the log."""
    return AnchoredChain(home.access / "access.jsonl", REMEDY)


def write(home: Home, body: Mapping[str, object]) -> int:
    """One more line, on the disk when this returns; its number.

    Raises:
        ConfigurationError: it cannot be written. Whoever asks must then go no further.
        ChainBroken: the log does not end where it was last written.
    """
    return log_of(home).append(body).count


def entries(home: Home, first_day: str = "", last_day: str = "", account: str = "") -> Iterator[Entry]:
    """The accesses between two days (``YYYY-MM-DD``, both included), in the order in which they ended.

    What has not ended comes last. Memory holds only what is open.

    Raises:
        ChainBroken: the log is not what was written.
    """
    opened: dict[object, dict[str, object]] = {}
    for line, _ in log_of(home).walk():
        if line["kind"] == OPENED:
            opened[line["number"]] = line
            continue
        first = line if line["kind"] == REFUSED else opened.pop(line["opened"])
        if _is_asked(first, first_day, last_day, account):
            yield _entry(first, line)
    yield from (_entry(first, {}) for first in opened.values() if _is_asked(first, first_day, last_day, account))


def _is_asked(line: Mapping[str, object], first_day: str, last_day: str, account: str) -> bool:
    day = str(line["at"])[:10]
    return first_day <= day and (not last_day or day <= last_day) and account in {"", line["account"]}


def _entry(first: Mapping[str, object], last: Mapping[str, object]) -> Entry:
    rows, copies, objects = last.get("rows"), last.get("copies"), first.get("objects")
    return Entry(
        number=int(str(first["number"])),
        at=str(first["at"]),
        account=str(first["account"]),
        command=str(first["command"]),
        objects={str(key): str(value) for key, value in objects.items()} if isinstance(objects, dict) else {},
        purpose=str(first.get("purpose", "")),
        outcome=str(last.get("outcome", UNFINISHED)),
        reason=str(last.get("reason", "")),
        rows=rows if isinstance(rows, int) else None,
        copies=tuple(int(str(number)) for number in copies) if isinstance(copies, list) else (),
    )
