"""What the chained logs of a home hold, in numbers: how many lines of which kind, and whether the chain is whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.hash_chain import ChainBroken, HashChain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ingestion.home import Home


@dataclass(frozen=True)
class LogName:
    """One log: its title for officers, its place in the home, and the field by which lines are counted."""

    title: str
    place: str
    counted_by: str


LOGS: Mapping[str, LogName] = {
    "users": LogName("利用者登録簿", "access/users.jsonl", "kind"),
    "access": LogName("アクセス記録", "access/access.jsonl", "outcome"),
    "copies": LogName("複製・持出し記録", "access/copies.jsonl", "kind"),
    "provisions": LogName("提供・移転の記録", "provisions/register.jsonl", "decision"),
    "deliveries": LogName("庁内連携の配信記録", "outbox/deliveries.jsonl", "kind"),
    "releases": LogName("公表の登録簿", "released/registry.jsonl", "as_of_date"),
    "erasures": LogName("消去の証明", "erasures/certificates.jsonl", "kind"),
}


@dataclass(frozen=True)
class LogExcerpt:
    """Counts of one log; ``broken`` is the cause when the chain does not hold, else empty. No value of a person."""

    title: str
    line_count: int
    by_kind: tuple[tuple[str, int], ...]
    broken: str


def excerpt_of(home: Home, name: str) -> LogExcerpt:
    """Count the lines of one log of this home; a log without a line yet counts none."""
    log = LOGS[name]
    path: Path = home.root / log.place
    try:
        lines = HashChain(path, "").lines()
    except ChainBroken as problem:
        return LogExcerpt(log.title, 0, (), str(problem))
    kinds = Counter(str(line[log.counted_by]) for line in lines if log.counted_by in line)
    return LogExcerpt(log.title, len(lines), tuple(sorted(kinds.items())), "")
