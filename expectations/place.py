"""Where a wrong row came from: feed file and line, to be looked up there without showing the value here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import JUDGED

if TYPE_CHECKING:
    import duckdb

    from expectations.rule import Rule, Suite

TRACED = (("source_file_no", "source_line_no"), ("source_file_no",), ("instalment_id",))
"""Columns that lead to a feed file, the most exact first."""


def first_place(connection: duckdb.DuckDBPyConnection, suite: Suite, rule: Rule) -> tuple[int, str]:
    """How many rows break the rule, and the place of the first of them in file and line order."""
    judged = f'with {JUDGED} as (select * from "{suite.table}"), offenders as ({rule.offenders()})'
    columns = {row[0] for row in connection.execute(f"describe {judged} select * from offenders").fetchall()}
    known = (*TRACED, suite.named_by)
    place = next((names for names in known if names and columns.issuperset(names)), ())
    shown = ", ".join(place) or "null"
    # Not count(*) over (): over so few rows DuckDB 1.5 now and then fails with an internal error (duckdb#22352).
    found = connection.execute(
        f"{judged} select (select count(*) from offenders), {shown} from offenders order by all limit 1"
    ).fetchone()
    if found is None:
        return 0, ""
    return int(found[0]), _describe(connection, place, found[1:])


def _describe(connection: duckdb.DuckDBPyConnection, place: tuple[str, ...], values: tuple[object, ...]) -> str:
    """The place in words; empty when the rows have none."""
    if not place or values[0] is None:
        return ""
    if place not in TRACED:
        return " ".join(str(value) for value in values)
    if place == ("instalment_id",):
        return _first_line_of_instalment(connection, str(values[0]))
    line = f" line {values[1]}" if len(values) > 1 and values[1] is not None else ""
    return _file_name(connection, values[0]) + line


def _file_name(connection: duckdb.DuckDBPyConnection, file_no: object) -> str:
    named = connection.execute("select file_name from feed_files where file_no = ?", [file_no]).fetchone()
    return str(named[0]) if named else f"file no. {file_no} (not in feed_files)"


def _first_line_of_instalment(connection: duckdb.DuckDBPyConnection, instalment_id: str) -> str:
    """The feed line that levied the instalment. A ledger that does not know it leaves only the pseudonym."""
    origin = connection.execute(
        "select source_file_no, source_line_no from int_ledger_entries where instalment_id = ? "
        "order by source_file_no, source_line_no limit 1",
        [instalment_id],
    ).fetchone()
    if origin is None:
        return f"instalment {instalment_id}"
    return f"{_file_name(connection, origin[0])} line {origin[1]}"
