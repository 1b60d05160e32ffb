"""Answers that have been kept long enough are removed; the register keeps that they were given and when they went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from marts.provision.answer_store import AnswerStore, record_name
from marts.provision.register import EXPIRY, Register, kept, outcomes, waiting

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from ingestion.home import Home
    from marts.provision.provide import Officer


@dataclass(frozen=True)
class Expired:
    """What was removed: numbers of inquiries and of files; and which inquiries still wait for an officer."""

    inquiry_ids: tuple[str, ...]
    file_count: int
    waiting_ids: tuple[str, ...]


def expire(home: Home, as_of: date, officer: Officer) -> Expired:
    """Remove every answer whose last day of keeping is before ``as_of``; the period stands with the rule.

    A list goes with the last inquiry in it. What waits is not removed, but told.

    Raises:
        DataRefused: the register is broken.
    """
    still = kept(Register(home).lines())
    gone = [inquiry_id for inquiry_id, line in still.items() if line["keep_until"] < as_of.isoformat()]
    return _removed(home, gone, officer, "kept_long_enough")


def remove_answers_of(home: Home, addressee_keys: Collection[str], officer: Officer) -> Expired:
    """Remove every kept and waiting answer about these people, whatever its period: their data is being erased.

    Lists in which they stand go as a whole, with the answers of the others in it: a list cannot lose one line.
    """
    store, lines = AnswerStore(home), Register(home).lines()
    about = {one for one, line in outcomes(lines).items() if line.get("addressee_key") in addressee_keys}
    undecided = sorted(about & set(waiting(lines)))
    still = kept(lines)
    lists = {name for one in about & set(still) for name in still[one]["files"] if not name.startswith(f"{one}.")}
    gone = [one for one, line in still.items() if one in about or lists & set(line["files"])]
    expired = _removed(home, gone + undecided, officer, "erased")
    for inquiry_id in undecided:
        (store.waiting / record_name(inquiry_id)).unlink(missing_ok=True)
    return expired


def _removed(home: Home, gone: list[str], officer: Officer, cause: str) -> Expired:
    register, store = Register(home), AnswerStore(home)
    still = kept(register.lines())
    staying = {name for one, line in still.items() if one not in gone for name in line["files"]}
    names = sorted({name for one in gone if one in still for name in still[one]["files"]} - staying)
    if gone:
        at = officer.at.isoformat(timespec="seconds")
        line = {"event": EXPIRY, "inquiry_ids": sorted(gone), "files": names, "cause": cause}
        # First the register: files that stay after a stopped run are removed by the next one, which finds them there.
        register.append([{**line, "by": officer.by, "at": at}])
    _remove_strays(register, store)
    return Expired(tuple(sorted(gone)), len(names), tuple(sorted(waiting(register.lines()))))


def _remove_strays(register: Register, store: AnswerStore) -> None:
    """Remove what the register says is gone, and what a stopped run never finished."""
    gone = {name for line in register.lines() if line["event"] == EXPIRY for name in line["files"]}
    for path in store.answers.glob("*") if store.answers.exists() else ():
        if path.name in gone or path.name.startswith("."):
            path.unlink()
