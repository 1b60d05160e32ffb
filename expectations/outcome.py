"""What judging a suite yields: findings, kept apart as passed, failed and errored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Outcome(StrEnum):
    """How a rule or a suite ended. *errored* means that nothing is known; it stops the way as *failed* does."""

    PASSED = "passed"
    FAILED = "failed"
    ERRORED = "errored"


@dataclass(frozen=True)
class Finding:
    """What became of one rule. ``first_place`` is a file and line or the codes of a cell, never a person's value."""

    rule: str
    label_ja: str
    outcome: Outcome
    failed_row_count: int = 0
    first_place: str = ""
    cause: str = ""


@dataclass(frozen=True)
class SuiteResult:
    """All findings about one table, with the fingerprint of the data they speak of."""

    suite: str
    table: str
    title_ja: str
    as_of: date
    fingerprint: str
    row_count: int
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """Errored outweighs failed, failed outweighs passed; a suite without rules has judged nothing and errs."""
        outcomes = {finding.outcome for finding in self.findings} or {Outcome.ERRORED}
        return next(o for o in (Outcome.ERRORED, Outcome.FAILED, Outcome.PASSED) if o in outcomes)

    def count(self, outcome: Outcome) -> int:
        """How many rules ended so."""
        return sum(finding.outcome is outcome for finding in self.findings)
