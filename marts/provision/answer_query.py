"""The SQL of an answer, made from the items that are given and from nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ingestion.row_sql import literal
from marts.provision.items import KEY, PERSON, SUM, TAX, Item, ordered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import duckdb

    from marts.provision.rules import Rule

Value: TypeAlias = "str | int | date | None"
Facts: TypeAlias = "tuple[dict[str, Value], list[dict[str, Value]]]"
"""The items about a person, and the rows about the person's taxes, each by the name of the item."""

# A person with several codes is told once: by the record of the leading code, with the taxes of all of them.
PEOPLE = """
select asked.addressee_key, versions.basic_full_name_kanji as full_name, versions.birth_date,
    concat_ws('　', versions.address_kanji, versions.building_name_kanji) as address, versions.sex
from dim_addressee as asked
inner join (from dim_addressee where is_leading_code) as leading_codes using (person_key)
inner join stg_addressee as versions
    on versions.source_file_no = leading_codes.source_file_no and versions.source_line_no = leading_codes.source_line_no
"""
CODES = """
select asked.addressee_key, codes.addressee_key
from dim_addressee as asked inner join dim_addressee as codes using (person_key) where asked.{}
"""
REDUCED = {
    KEY: "{0}",
    SUM: "cast(sum({0}) as bigint)",
    "worst": "arg_min({0}, {1}_precedence)",
}


def person_query(items: Sequence[Item], keys: Sequence[str]) -> str:
    """One row per person: the key, then the given items about the person."""
    selected = "".join(f", people.{item.column} as {item.name}" for item in items)
    return f"select addressee_key{selected} from ({PEOPLE}) as people where {_is_one_of(keys)}"


def tax_query(items: Sequence[Item], codes: Sequence[tuple[str, str]]) -> str:
    """One row per person and given key (tax item, levy year): the key of the person, then the given items.

    ``codes`` are pairs of the key asked for and each key of that person. Without a key among the items there is one row
    for all tax items and years of the rule.
    """
    grouped = ["asked_key", *(item.column for item in items if item.reduction == KEY)]
    selected = "".join(
        f", {REDUCED[item.reduction].format(item.column, item.column.removesuffix('_ja'))} as {item.name}"
        for item in items
    )
    order = "min(tax_item_order), " if "tax_item_ja" in grouped else ""
    pairs = ", ".join(f"({literal(asked)}, {literal(key)})" for asked, key in sorted(codes))
    return f"""
        select asked_key{selected}
        from provision_tax_states inner join (values {pairs}) as codes (asked_key, addressee_key) using (addressee_key)
        where {_is_one_of([key for _, key in codes])} and years_ago < $levy_years
            and list_contains($tax_item_codes, tax_item_code)
        group by {", ".join(grouped)} order by asked_key, {order}{", ".join(grouped)}
    """


def _is_one_of(keys: Sequence[str]) -> str:
    """The people asked for, as constants: only these go down to the tables, so that an answer reads little.

    A parameter or a joined table would stay above the sums: 5 s instead of half a second for 330,000 addressees.
    """
    return f"addressee_key in ({', '.join(literal(key) for key in sorted(set(keys)))})"


def read_facts(
    connection: duckdb.DuckDBPyConnection, rule: Rule, names: tuple[str, ...], keys: Sequence[str]
) -> dict[str, Facts]:
    """For each key: the items about the person, and the rows about the person's taxes. Only the named items."""
    items = ordered(names)
    about = [item for item in items if item.grain == PERSON]
    taxes = [item for item in items if item.grain == TAX]
    facts: dict[str, Facts] = {key: ({}, []) for key in keys}
    if about and keys:
        for key, *values in connection.execute(person_query(about, keys)).fetchall():
            facts[key][0].update(zip((item.name for item in about), values, strict=True))
    if taxes and keys:
        scope = {"levy_years": rule.levy_years, "tax_item_codes": list(rule.tax_item_codes)}
        codes = connection.execute(CODES.format(_is_one_of(keys))).fetchall()
        for key, *values in connection.execute(tax_query(taxes, codes), scope).fetchall():
            facts[key][1].append(dict(zip((item.name for item in taxes), values, strict=True)))
    return facts
