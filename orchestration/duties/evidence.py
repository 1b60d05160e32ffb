"""Evidence for each duty: the last results of its tests and the counts of its logs, put side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.duties.logs import LogExcerpt, excerpt_of
from orchestration.duties.test_results import Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.home import Home
    from orchestration.duties.declaration import Duty
    from orchestration.duties.test_results import TestResults


@dataclass(frozen=True)
class Evidence:
    """One duty with what shows it."""

    duty: Duty
    results: tuple[tuple[str, Result], ...]
    logs: tuple[LogExcerpt, ...]

    @property
    def is_met(self) -> bool:
        """Every test of the duty was run and passed, and none of its logs is broken."""
        passed = bool(self.results) and all(result is Result.PASSED for _, result in self.results)
        return passed and not any(log.broken for log in self.logs)

    @property
    def verdict(self) -> str:
        """In one word, as officers read it."""
        if self.is_met:
            return "充足"
        if any(log.broken for log in self.logs) or any(result is Result.FAILED for _, result in self.results):
            return "不適合"
        return "未確認"


def gathered(home: Home, duties: Sequence[Duty], results: TestResults) -> tuple[Evidence, ...]:
    """The evidence for each duty, in their order."""
    excerpts = {name: excerpt_of(home, name) for name in sorted({name for duty in duties for name in duty.logs})}
    return tuple(
        Evidence(
            duty,
            tuple((test, results.of(test)) for test in duty.tests),
            tuple(excerpts[name] for name in duty.logs),
        )
        for duty in duties
    )
