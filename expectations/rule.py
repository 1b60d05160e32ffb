"""What an expectation is before any engine knows it: a name, a Japanese label, the rows that would break it.

Nothing here imports Great Expectations: a suite can be listed, and a verdict demanded, in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

JUDGED = "judged"
"""The name under which a rule's SQL sees the table of its suite."""


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite. ``name`` is unique in its suite; ``label_ja`` is what an operator reads."""

    name: str
    label_ja: str

    def offenders(self) -> str:
        """A SELECT over ``judged`` that returns the rows which break the rule.

        The report names the place of the first of them by its columns: ``source_file_no`` and
        ``source_line_no``; else ``source_file_no``; else ``instalment_id``, traced to its first feed line; else
        those in ``named_by`` of the suite. No other column is ever shown.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class NotNull(Rule):
    """Every row has a value in ``column``."""

    column: str

    def offenders(self) -> str:
        """Rows without a value."""
        return f"select * from {JUDGED} where {self.column} is null"


@dataclass(frozen=True)
class InSet(Rule):
    """``column`` holds one of ``values``, or nothing."""

    column: str
    values: tuple[str, ...]

    def offenders(self) -> str:
        """Rows with another value."""
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in self.values)
        return f"select * from {JUDGED} where {self.column} not in ({listed})"


@dataclass(frozen=True)
class Unique(Rule):
    """No two rows agree in all of ``columns``; missing values count as equal."""

    columns: tuple[str, ...]

    def offenders(self) -> str:
        """Every row that has a twin, except the first of each.

        A hash narrows the search first: sorting a million rows by twelve text columns would take long.
        """
        keys = ", ".join(self.columns)
        repeated = f"select hash({keys}) from {JUDGED} group by 1 having count(*) > 1"
        return (
            f"select * from {JUDGED} where hash({keys}) in ({repeated}) "
            f"qualify row_number() over (partition by {keys}) > 1"
        )


@dataclass(frozen=True)
class NoRows(Rule):
    """The SELECT ``sql`` over ``judged`` and any other table finds nothing."""

    sql: str

    def offenders(self) -> str:
        """The rows that the statement finds."""
        return self.sql


@dataclass(frozen=True)
class Suite:
    """All expectations about one table.

    ``compared_with`` are the other tables whose content the verdict speaks of; it is stale as soon as one of
    ``tables`` has changed. ``named_by`` are the columns that name a row without telling of a person: the codes of
    a statistic's cell.
    """

    name: str
    table: str
    title_ja: str
    rules: tuple[Rule, ...]
    compared_with: tuple[str, ...] = ()
    named_by: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The judged table first, then those it is compared with."""
        return (self.table, *self.compared_with)
