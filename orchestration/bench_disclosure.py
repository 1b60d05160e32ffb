"""``osamari bench disclosure``: what protecting invented linked tables takes, audit included, and what it costs."""

from __future__ import annotations

import resource
import statistics
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from marts.disclosure.policy import IntervalRule, Rules, load_policy
from marts.disclosure.primary import OWN_RULES
from marts.disclosure.protect import SECONDARY, Protection, protect
from orchestration.bench_disclosure_tables import CASES, Case, invented_tables
from orchestration.bench_marts import aligned, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from marts.disclosure.table import Table

_KIBIBYTES_PER_MEBIBYTE = 1024
_HEADER = ("tables", "cells", "seconds", "primary", "secondary", "cells %", "amount %", "programs")
_WIDTHS = (12, 9, 10, 10, 11, 10, 10, 10)


def bench_disclosure(runs: int) -> list[str]:
    """Per size: seconds of the whole protection (median of ``runs``), masked cells, their share of the amount.

    The share is of the finest cells of the first table.

    The thresholds are those of the policy; ``count`` is judged like debtors, ``amount`` like yen owed.

    Raises:
        NotProven: the protection of some cell could not be proven.
    """
    lines = [aligned(_HEADER, _WIDTHS), *(_line(case, runs) for case in CASES)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIBIBYTES_PER_MEBIBYTE
    return [*lines, f"peak memory {peak:,.0f} MiB; thresholds of the policy; audit included"]


def _line(case: Case, runs: int) -> str:
    tables, links = invented_tables(case)
    rules, seconds = _rules(), []
    for run in range(runs):
        say(f"{case.name}: run {run + 1} of {runs}")
        began = time.perf_counter()
        protection = protect(tables, rules, links=links)
        seconds.append(time.perf_counter() - began)
    primary = sum(protection.count(rule) for rule in OWN_RULES)
    cells = (
        *(case.name, f"{protection.cell_count:,}", f"{statistics.median(seconds):.2f}", f"{primary:,}"),
        *(f"{protection.count(SECONDARY):,}", f"{100 * len(protection.masked) / protection.cell_count:.1f}"),
        *(f"{_amount_masked(tables, protection):.1f}", f"{protection.linear_programs:,}"),
    )
    return aligned(cells, _WIDTHS)


def _amount_masked(tables: Sequence[Table], protection: Protection) -> float:
    """Percent of the amount of all finest cells that stands in masked ones."""
    masked = {cell.key for cell in protection.masked if cell.table == tables[0].name}
    finest = {
        key: cell.values["amount"]
        for key, cell in tables[0].cells.items()
        if all(code not in d.children for d, code in zip(tables[0].dimensions, key, strict=True))
    }
    return 100 * sum(value for key, value in finest.items() if key in masked) / sum(finest.values())


def _rules() -> Rules:
    rules = load_policy().rules
    intervals: dict[str, IntervalRule] = {
        "count": rules.intervals["debtor_count"],
        "amount": rules.intervals["outstanding_yen"],
    }
    return replace(rules, intervals=intervals)
