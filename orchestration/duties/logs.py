"""What the chained logs of a home hold, in numbers: how many lines of which kind, and whether each is whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.hash_chain import ChainBroken, HashChain
from ingestion.numbering.decisions import decision_log
from marts.disclosure.registry import FILE_NAME
from marts.link_tables.delivery_log import log_of as deliveries_of
from marts.provision.register import Register
from orchestration.access.access_log import log_of as accesses_of
from orchestration.access.copies import register_of as copies_of
from orchestration.access.users import register_of as users_of
from orchestration.erasure.carry_out import certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ingestion.home import Home

    Lines = Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class LogName:
    """One log: its title for officers, how it is read and checked, and the field by which its lines are counted."""

    title: str
    read: Callable[[Home], Lines]
    counted_by: str


LOGS: Mapping[str, LogName] = {
    "users": LogName("利用者登録簿", lambda home: users_of(home).lines(), "kind"),
    "access": LogName("アクセス記録", lambda home: accesses_of(home).lines(), "outcome"),
    "copies": LogName("写しの台帳", lambda home: copies_of(home).lines(), "kind"),
    "provisions": LogName("提供・移転の記録", lambda home: Register(home).lines(), "decision"),
    "deliveries": LogName("庁内連携の引渡しの記録", lambda home: deliveries_of(home).lines(), "kind"),
    "numbering": LogName("名寄せの判断の記録", lambda home: decision_log(home).lines(), "verdict"),
    "releases": LogName("公表の登録簿", lambda home: HashChain(home.released / FILE_NAME, "").lines(), "as_of_date"),
    "erasures": LogName("消去の証明", lambda home: certificates(home).lines(), "reason"),
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
    try:
        lines = log.read(home)
    except ChainBroken as problem:
        return LogExcerpt(log.title, 0, (), str(problem))
    kinds = Counter(str(line[log.counted_by]) for line in lines if line.get(log.counted_by) is not None)
    return LogExcerpt(log.title, len(lines), tuple(sorted(kinds.items())), "")
