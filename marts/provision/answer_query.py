"""The SQL of an answer, made from the items that are given and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from marts.provision.items import KEY, PERSON, SUM, TAX, Item, ordered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from marts.provision.rules import Rule

Value: TypeAlias = "str | int | date | None"
Facts: TypeAlias = "tuple[dict[str, Value], list[dict[str, Value]]]"
"""The items about a person, and the rows about the person's taxes, each by the name of the item."""

PEOPLE = """
select addressees.addressee_key, versions.basic_full_name_kanji as full_name, versions.birth_date,
    concat_ws('　', versions.address_kanji, versions.building_name_kanji) as address, versions.sex
from dim_addressee as addressees inner join stg_addressee as versions using (source_file_no, source_line_no)
"""
WANTED = "with wanted as (select distinct unnest($keys) as addressee_key)"
REDUCED = {
    KEY: "{0}",
    SUM: "cast(sum({0}) as bigint)",
    "worst": "arg_min({0}, {1}_precedence)",
}


def person_query(items: Sequence[Item]) -> str:
    """One row per person: the key, then the given items about the person."""
    selected = "".join(f", people.{item.column} as {item.name}" for item in items)
    return f"""{WANTED}
        select addressee_key{selected} from wanted inner join ({PEOPLE}) as people using (addressee_key)
    """


def tax_query(items: Sequence[Item]) -> str:
    """One row per person and given key (tax item, levy year): the key of the person, then the given items.

    Without a key among the items there is one row for all tax items and years of the rule.
    """
    keys = ["addressee_key", *(item.column for item in items if item.reduction == KEY)]
    selected = "".join(
        f", {REDUCED[item.reduction].format(item.column, item.column.removesuffix('_ja'))} as {item.name}"
        for item in items
    )
    order = "min(tax_item_order), " if "tax_item_ja" in keys else ""
    return f"""{WANTED}
        select addressee_key{selected} from provision_tax_states
        where addressee_key in (from wanted) and years_ago < $levy_years
            and list_contains($tax_item_codes, tax_item_code)
        group by {", ".join(keys)} order by addressee_key, {order}{", ".join(keys)}
    """


def read_facts(
    connection: duckdb.DuckDBPyConnection, rule: Rule, names: tuple[str, ...], keys: Sequence[str]
) -> dict[str, Facts]:
    """For each key: the items about the person, and the rows about the person's taxes. Only the named items."""
    items = ordered(names)
    about = [item for item in items if item.grain == PERSON]
    taxes = [item for item in items if item.grain == TAX]
    facts: dict[str, Facts] = {key: ({}, []) for key in keys}
    if about and keys:
        for key, *values in connection.execute(person_query(about), {"keys": list(keys)}).fetchall():
            facts[key][0].update(zip((item.name for item in about), values, strict=True))
    if taxes and keys:
        scope = {"levy_years": rule.levy_years, "tax_item_codes": list(rule.tax_item_codes)}
        for key, *values in connection.execute(tax_query(taxes), {"keys": list(keys), **scope}).fetchall():
            facts[key][1].append(dict(zip((item.name for item in taxes), values, strict=True)))
    return facts
