"""Which rows of a list an officer asked for, as a condition of SQL with its values bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingestion.errors import ConfigurationError
from marts.lists.declaration import AT_LEAST, DEBTOR, MONTHS_AHEAD, PERIOD

if TYPE_CHECKING:
    from datetime import date

    from marts.lists.declaration import ListDeclaration

OPTIONS = {
    PERIOD: ("from_date", "to_date"),
    AT_LEAST: ("at_least_yen",),
    MONTHS_AHEAD: ("months_ahead",),
    DEBTOR: ("debtor",),
}
FLAGS = {
    "from_date": "--from",
    "to_date": "--to",
    "at_least_yen": "--at-least",
    "months_ahead": "--months",
    "debtor": "--debtor",
}


@dataclass(frozen=True)
class Asked:
    """The options of the command; None where none was given. Days are inclusive, yen whole.

    ``shows_protected``: also names and addresses of people under protection; who may ask so is the gate's matter.
    """

    from_date: date | None = None
    to_date: date | None = None
    at_least_yen: int | None = None
    months_ahead: int | None = None
    debtor: str | None = None
    shows_protected: bool = False


@dataclass(frozen=True)
class Condition:
    """A condition over the rows of a list, with named parameters; ``words`` says it to the officer."""

    sql: str
    parameters: dict[str, Any]
    words: str = ""


def condition(declaration: ListDeclaration, asked: Asked, as_of: date) -> Condition:
    """The rows asked for. What the officer leaves open has the default of the declaration.

    Raises:
        ConfigurationError: an option that this list does not know, or one that it needs is missing.
    """
    choice = declaration.choice
    allowed = OPTIONS[choice.kind] if choice else ()
    for option, flag in FLAGS.items():
        if getattr(asked, option) is not None and option not in allowed:
            known = ", ".join(FLAGS[name] for name in allowed) or "none of --from, --to, --at-least, --months, --debtor"
            raise ConfigurationError(f"The list {declaration.name} knows no {flag}.", f"It takes {known}.")
    if choice is None:
        return Condition("true", {})
    if choice.kind == PERIOD:
        return _period(choice.column, asked, as_of, is_monthly=choice.default == "month")
    if choice.kind == DEBTOR:
        return _debtor(choice.column, asked, declaration.name)
    if choice.kind == AT_LEAST:
        yen = int(choice.default) if asked.at_least_yen is None else asked.at_least_yen
        return Condition(f"{choice.column} >= $at_least", {"at_least": yen}, f"{yen:,} 円以上")
    months = int(choice.default) if asked.months_ahead is None else asked.months_ahead
    until = f"coalesce({choice.column} <= cast($as_of as date) + to_months($months), false)"
    return Condition(until, {"as_of": as_of, "months": months}, f"{months} か月先まで")


def _period(column: str, asked: Asked, as_of: date, *, is_monthly: bool) -> Condition:
    """A span of days, both included; by default the month of the as-of date up to it, or everything."""
    if not is_monthly and asked.from_date is None and asked.to_date is None:
        return Condition("true", {})
    start, end = asked.from_date or as_of.replace(day=1), asked.to_date or as_of
    if start > end:
        raise ConfigurationError(f"--from {start} is after --to {end}.", "Give the earlier day as --from.")
    words = f"{start} から {end} まで"
    return Condition(f"{column} between $from_date and $to_date", {"from_date": start, "to_date": end}, words)


def _debtor(column: str, asked: Asked, name: str) -> Condition:
    if not asked.debtor:
        raise ConfigurationError(
            f"The list {name} is about one debtor.",
            "Give --debtor KEY; the list large_debtors has the keys (宛名の鍵).",
        )
    return Condition(f"{column} = $debtor", {"debtor": asked.debtor})
