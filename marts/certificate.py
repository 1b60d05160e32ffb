"""What a release proves about itself, and what it does not. Nothing in it depends on time or machine."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import DataRefused
from marts.disclosure.arithmetic import PRIME
from marts.disclosure.primary import OWN_RULES
from marts.disclosure.protect import EARLIER, PUBLIC, PUBLISHED_EARLIER, SECONDARY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import duckdb

    from marts.disclosure.policy import Policy
    from marts.disclosure.protect import Protection
    from marts.released_table import ReleasedTable

PROMISE_JA = (
    "公表した表は、これまでに公表した同じ基準日の表と合わせても、足し引きと非負の条件から、"
    "秘匿した値を求めることも、定めた幅より狭く絞り込むこともできない。"
)
NOT_COVERED_JA = (
    "表の外の知識（近所の事情、本人や家族が知ること）による推測。",
    "秘匿した欄に寄与する者が二人以上で示し合わせる場合。一人だけの場合は確かめている。",
    "公表した二つの値の差そのもの（月ごとの残高の増減、訂正の前後の差）に寄与する者の数。秘匿した欄がそこからわからないことは確かめている。",
    "滞納者数・件数・金額の間の関係（件数は滞納者数以上であること等）を用いた絞り込み。",
    "公会計の公表値から直接にわかる金額（unclaimed に件数と理由を示す）。",
)
LAW_TABLES = ("law_parameters", "raw_city_parameters")


@dataclass(frozen=True)
class Setting:
    """Under what the figures were made."""

    as_of: date
    municipality_code: str
    law_version: str
    law_fingerprint: str
    suites: Sequence[str]
    earlier_releases: int = 0


def certificate(
    release_id: str,
    setting: Setting,
    policy: Policy,
    protection: Protection,
    contents: tuple[Sequence[ReleasedTable], Mapping[str, bytes]],
) -> dict[str, object]:
    """The content of ``certificate.json``; ``contents`` are the tables and the bytes of their files."""
    tables, files = contents
    return {
        "release_id": release_id,
        "as_of_date": setting.as_of.isoformat(),
        "municipality_code": setting.municipality_code,
        "promise": PROMISE_JA,
        "not_covered": list(NOT_COVERED_JA),
        "rules": _rules(policy),
        "exemptions": [{"table": e.table, "reason": e.reason_ja, "reason_en": e.reason_en} for e in policy.exemptions],
        "structural_zeros": {"count": protection.structural_zero_count, "reason": policy.structural_zero_reason_ja},
        "cells": _counts(protection, tables),
        "unclaimed": _unclaimed(protection, policy),
        "proof": _proof(protection, setting.earlier_releases),
        "law_version": setting.law_version,
        "law_fingerprint": setting.law_fingerprint,
        # Of released figures only: a digest over masked figures would let anyone test a guess.
        "data_fingerprint": _digest(b"".join(files[name] for name in sorted(files) if name.endswith(".csv"))),
        "quality_suites_passed": list(setting.suites),
    }


def law_version(connection: duckdb.DuckDBPyConnection) -> str:
    """The version of the law that stands on every row of the marts.

    Raises:
        DataRefused: the models have not said under which law they computed.
    """
    found = connection.execute("select law_version from int_law_version").fetchall()
    if len(found) != 1 or not found[0][0]:
        raise DataRefused("int_law_version does not say under which law the marts stand.", "Run: osamari refresh")
    return str(found[0][0])


def law_fingerprint(connection: duckdb.DuckDBPyConnection) -> str:
    """A digest of every law and city parameter, with sources and notes, whatever the order of rows."""
    rows = []
    for table in LAW_TABLES:
        found = connection.execute(f'select * from "{table}"').fetchall()
        rows += sorted(repr((table, *map(str, row))) for row in found)
    return _digest("\n".join(rows).encode())


def _rules(policy: Policy) -> dict[str, object]:
    rules = policy.rules
    return {
        "minimum_contributors": rules.minimum_contributors,
        "p_percent": rules.p_percent,
        "guards_whole_shares": rules.guards_whole_shares,
        "guards_pools": rules.guards_pools,
        "guards_lone_contributor": rules.guards_lone_contributor,
        "minimum_interval": {measure: vars(rule) for measure, rule in sorted(rules.intervals.items())},
    }


def _proof(protection: Protection, earlier_releases: int) -> dict[str, object]:
    return {
        "exact": f"linear algebra modulo the prime {PRIME} over all tables together, and earlier releases",
        "earlier_releases": earlier_releases,
        "rank": {
            measure: {"equations": rank, "unknowns": unknowns}
            for measure, (rank, unknowns) in sorted(protection.ranks.items())
        },
        "intervals": "linear programs over the finest cells, every status optimal, every point verified",
        "narrowest_interval": dict(sorted(protection.narrowest.items())),
        "linear_programs": protection.linear_programs,
        "masks_taken_away_again": protection.pruned,
        "masks_not_known_to_be_needed": protection.undecided,
        "cheapest_mask": _cheapest(protection),
        "solver": protection.solver,
    }


def _cheapest(protection: Protection) -> dict[str, object]:
    """Linked tables whose mask is the cheapest there is; costs are the worth of the cells masked for others' sake."""
    cheapest = protection.cheapest
    return {
        "blocks": cheapest.groups,
        "proven": cheapest.solved,
        "cost": round(cheapest.cost, 6),
        "cost_before": round(cheapest.cost_before, 6),
    }


def _counts(protection: Protection, tables: Sequence[ReleasedTable]) -> dict[str, object]:
    masked = Counter(cell.table for cell in protection.masked)
    return {
        "protected": protection.cell_count,
        "exempt": sum(len(table.keys) for table in tables if table.contract.is_exempt),
        "primary": {rule: protection.count(rule) for rule in OWN_RULES},
        "secondary": protection.count(SECONDARY),
        "masked_in_earlier_release": protection.count(EARLIER),
        "published": protection.cell_count - len(protection.masked),
        "masked_by_table": dict(sorted(masked.items())),
    }


def _unclaimed(protection: Protection, policy: Policy) -> list[dict[str, object]]:
    """How many masked figures readers know anyway, by reason; not which: that would tell the rule that masks them."""
    reasons = {rule.name: rule.reason_ja for rule in policy.public_figures} | {
        PUBLIC: "公会計の公表値の足し引きからわかる金額である。",
        PUBLISHED_EARLIER: "同じ基準日の以前の公表に同じ値がある。",
    }
    counted = Counter((measure, rule) for (_, measure), rule in protection.unclaimed.items())
    return [
        {
            "status": PUBLISHED_EARLIER if rule == PUBLISHED_EARLIER else PUBLIC,
            "rule": rule,
            "measure": measure,
            "count": count,
            "reason": reasons[rule],
        }
        for (measure, rule), count in sorted(counted.items())
    ]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
