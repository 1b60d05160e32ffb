"""Which addressee codes are one person: ties by rule and by decision, the groups they make, and what must give way.

Three ranks of ties: *decided* (an officer, or a merge by the city's own system), *number* (the same individual
number), and *items* (the same four identifying items). What is decided to be different never stands in one group:
there items give way first, then numbers. Nor do two different individual numbers, unless it was decided. What gave
way is a conflict.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ingestion.pseudonym import pseudonym_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from duckdb import DuckDBPyConnection

Pair = tuple[str, str]
MOST_CODES_OF_A_NUMBER = 10
"""An individual number that stands with more codes is a placeholder of some system and tells nothing."""
CONTRADICTION, NUMBER_DIFFERS, NUMBER_OF_ANOTHER = "contradiction", "number_differs", "number_of_another"

# Each code beside the first one of its group, found by sorting: joins with an inequality would compare all with all.
_SAME_NUMBER = f"""
WITH others AS (SELECT * FROM (SELECT *, first_value(addressee_code) OVER same_number AS first_code,
        count(*) OVER (PARTITION BY token) AS code_count
    FROM latest WHERE token IS NOT NULL WINDOW same_number AS (PARTITION BY token ORDER BY addressee_code))
    WHERE code_count <= {MOST_CODES_OF_A_NUMBER} AND first_code <> addressee_code)
SELECT others.first_code, others.addressee_code,
    coalesce(one.name_key = others.name_key, false) OR coalesce(one.kana_key = others.kana_key, false)
    OR coalesce(one.birth_date = others.birth_date, false)
    OR (others.name_key IS NULL AND others.birth_date IS NULL) AS is_tie
FROM others JOIN latest AS one ON one.addressee_code = others.first_code
ORDER BY ALL
"""
_SAME_ITEMS = """
WITH codes AS (SELECT DISTINCT items_hash, addressee_code FROM identities WHERE items_hash IS NOT NULL),
others AS (SELECT DISTINCT first_code, addressee_code FROM (SELECT addressee_code,
        first_value(addressee_code) OVER (PARTITION BY items_hash ORDER BY addressee_code) AS first_code FROM codes)
    WHERE first_code <> addressee_code)
SELECT others.first_code, others.addressee_code, coalesce(one.token = other.token, true) AS is_tie
FROM others JOIN latest AS one ON one.addressee_code = others.first_code
JOIN latest AS other ON other.addressee_code = others.addressee_code
ORDER BY ALL
"""
_MERGED = """
SELECT number, other_number FROM number_history
WHERE number_kind = 'individual' AND event = 'merged' ORDER BY history_no
"""
_DECIDED = """
SELECT one.addressee_code, other.addressee_code, decided.verdict <> 'different' AS is_tie
FROM decided_codes AS decided
JOIN known_codes AS one ON one.addressee_key = decided.one_key
JOIN known_codes AS other ON other.addressee_key = decided.other_key
ORDER BY ALL
"""


@dataclass
class Ties:
    """Pairs of codes by rank, the pairs decided to be different, and the codes that have an individual number."""

    decided: list[Pair] = field(default_factory=list)
    number: list[Pair] = field(default_factory=list)
    items: list[Pair] = field(default_factory=list)
    different: list[Pair] = field(default_factory=list)
    with_number: set[str] = field(default_factory=set)


def tie_codes(connection: DuckDBPyConnection, secret: str) -> int:
    """Make ``number_persons`` and ``number_conflicts`` anew; returns the number of persons with several codes.

    Needs the tables of ``gather_identities`` and ``gather_decisions``.
    """
    ties, conflicts = _read(connection)
    groups, gave_way = resolve(ties)
    conflicts |= dict.fromkeys(gave_way, CONTRADICTION)
    for decided in (*ties.different, *ties.decided):
        conflicts.pop(decided, None)
        conflicts.pop(decided[::-1], None)
    _store_persons(connection, groups, secret)
    _store_conflicts(connection, conflicts)
    return len(set(groups.values()))


def _read(connection: DuckDBPyConnection) -> tuple[Ties, dict[Pair, str]]:
    ties, conflicts = Ties(), {}
    for query, kept, cause in (
        (_SAME_NUMBER, ties.number, NUMBER_OF_ANOTHER),
        (_SAME_ITEMS, ties.items, NUMBER_DIFFERS),
    ):
        for one, other, is_tie in connection.execute(query).fetchall():
            if is_tie:
                kept.append((one, other))
            else:
                conflicts[one, other] = cause
    for one, other, is_tie in connection.execute(_DECIDED).fetchall():
        (ties.decided if is_tie else ties.different).append((one, other))
    ties.decided += [(one, other) for one, other in connection.execute(_MERGED).fetchall()]
    tied = {code for pair in (*ties.decided, *ties.number, *ties.items) for code in pair}
    numbered = "SELECT addressee_code FROM latest WHERE token IS NOT NULL AND addressee_code IN (SELECT unnest(?))"
    ties.with_number = {code for (code,) in connection.execute(numbered, [sorted(tied)]).fetchall()}
    return ties, conflicts


def resolve(ties: Ties) -> tuple[dict[str, str], list[Pair]]:
    """The first code of each tied code's person, for persons of several codes; and the ties that gave way."""
    solid, gave_way = _without_contradiction(ties.decided, ties.number, ties.different)
    of_solid = group_of(solid)

    def has_two_numbers(codes: list[str]) -> bool:
        return len({of_solid.get(code, code) for code in codes if code in ties.with_number}) > 1

    groups = group_of([*solid, *ties.items])
    members = _members(groups)
    bad = _groups_with(groups, ties.different) | {first for first, codes in members.items() if has_two_numbers(codes)}
    kept = [pair for pair in ties.items if groups[pair[0]] not in bad]
    gave_way += [pair for pair in ties.items if groups[pair[0]] in bad]
    return group_of([*solid, *kept]), gave_way


def _without_contradiction(
    firm: list[Pair], weaker: list[Pair], different: list[Pair]
) -> tuple[list[Pair], list[Pair]]:
    """All ties but the weaker ones of groups in which two codes were decided to be different."""
    groups = group_of([*firm, *weaker])
    bad = _groups_with(groups, different)
    kept = [pair for pair in weaker if groups[pair[0]] not in bad]
    return [*firm, *kept], [pair for pair in weaker if groups[pair[0]] in bad]


def group_of(pairs: Iterable[Pair]) -> dict[str, str]:
    """The first code of the group that each code belongs to."""
    pairs = list(pairs)
    if not pairs:
        return {}
    codes, places = np.unique(np.array(pairs), return_inverse=True)
    places = places.reshape(-1, 2)
    graph = coo_array((np.ones(len(places), bool), (places[:, 0], places[:, 1])), shape=(len(codes), len(codes)))
    _, labels = connected_components(graph, directed=False)
    # The codes are sorted, so the first of each label is its smallest.
    _, firsts = np.unique(labels, return_index=True)
    return dict(zip(codes.tolist(), codes[firsts[labels]].tolist(), strict=True))


def _groups_with(groups: Mapping[str, str], different: Iterable[Pair]) -> set[str]:
    return {groups[one] for one, other in different if one in groups and groups[one] == groups.get(other)}


def _members(groups: Mapping[str, str]) -> dict[str, list[str]]:
    members: dict[str, list[str]] = {}
    for code, first in groups.items():
        members.setdefault(first, []).append(code)
    return members


def _store_persons(connection: DuckDBPyConnection, groups: Mapping[str, str], secret: str) -> None:
    rows = pa.table(
        {"addressee_code": pa.array(groups, pa.string()), "first_code": pa.array(groups.values(), pa.string())}
    )
    connection.execute("DELETE FROM number_persons")
    connection.register("tied_codes", rows)
    connection.execute(
        f"INSERT INTO number_persons SELECT addressee_code, {pseudonym_sql('addressee', 'addressee_code')}, "
        f"{pseudonym_sql('person', 'first_code')} FROM tied_codes ORDER BY addressee_code",
        {"secret": secret},
    )
    connection.unregister("tied_codes")


def _store_conflicts(connection: DuckDBPyConnection, conflicts: Mapping[Pair, str]) -> None:
    connection.execute("DELETE FROM number_conflicts")
    if conflicts:
        rows = [(one, other, cause) for (one, other), cause in sorted(conflicts.items())]
        columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(3)]
        connection.register("conflicting_codes", pa.table(columns, ["one", "other", "cause"]))
        connection.execute("INSERT INTO number_conflicts SELECT * FROM conflicting_codes ORDER BY ALL")
        connection.unregister("conflicting_codes")
