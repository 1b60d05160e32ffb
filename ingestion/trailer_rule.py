"""What a column of a trailer must equal, as ``feeds.csv`` declares it.

``total_count=count`` is the number of data records of the block, ``total_yen=debit_yen`` the sum of a yen column; with
``:transfer_result_code=0`` (or ``!=0``) behind it only of the records whose column has (or has not) that code. Several
are joined by ``|``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = "[a-z][a-z0-9_]*"
_RULE = re.compile(f"({_NAME})=({_NAME})(?::({_NAME})(!?=)([0-9A-Za-z]+))?")
COUNT = "count"


@dataclass(frozen=True)
class TrailerRule:
    """One total: ``name`` is the column of the trailer, ``measure`` a yen column of the data records or ``count``.

    Conditional totals hold for results only: a request of the same shape states zero in all of them.
    """

    name: str
    measure: str
    condition_column: str | None = None
    is_equal: bool = True
    code: str = ""

    def __str__(self) -> str:
        """The rule in the form of ``feeds.csv``."""
        condition = (
            f":{self.condition_column}{'=' if self.is_equal else '!='}{self.code}" if self.is_conditional else ""
        )
        return f"{self.name}={self.measure}{condition}"

    @property
    def is_conditional(self) -> bool:
        """True when only some of the records are meant."""
        return self.condition_column is not None


def parse_trailer(text: str) -> tuple[TrailerRule, ...]:
    """The rules of one feed, in order.

    Raises:
        ValueError: A rule has another form; the text names it.
    """
    return tuple(_rule(part) for part in text.split("|")) if text else ()


def _rule(part: str) -> TrailerRule:
    match = _RULE.fullmatch(part)
    if match is None:
        raise ValueError(f'"{part}" is no rule such as total_yen=debit_yen or failed_count=count:result_code!=0')
    name, measure, column, sign, code = match.groups()
    return TrailerRule(name, measure, column, sign != "!=", code or "")
