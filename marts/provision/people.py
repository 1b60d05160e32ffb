"""Who is meant? Looks up many people at once, by code or by the four identifying items; nobody is chosen by force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.pseudonym import pseudonym
from marts.provision.causes import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import duckdb

    from marts.provision.inquiry import Person

ASKED = """
create or replace temp table asked as
select unnest($place) as place, unnest($addressee_key) as addressee_key, unnest($name_key) as name_key,
    unnest($address_key) as address_key, unnest($birth_date) as birth_date, unnest($sex) as sex
"""
BY_CODE = "select asked.place, people.addressee_key from asked inner join dim_addressee as people using (addressee_key)"
# Any version ever delivered may be the one that the requester knows: people move and change their names.
BY_FOUR_ITEMS = """
with alike as materialized (
    select asked.place, asked.address_key, versions.addressee_key,
        concat(versions.address_kanji, versions.building_name_kanji) as address
    from asked inner join stg_addressee as versions using (name_key, birth_date, sex)
)
select distinct place, addressee_key from alike where {address_key} = alike.address_key
"""
# A flag counts as of the date and as of the newest delivery: whoever is protected today is protected for every day.
STANDING = """
with wanted as (select unnest($keys) as addressee_key),
flags as (
    select addressee_key, source_file_no as file_no, source_line_no as line_no, delivery_date, delivery_seq, 1 as feed,
        coalesce(has_dv_flag, false) or coalesce(has_neglect_flag, false) as is_flagged
    from stg_addressee
    union all
    select addressee_key, source_file_no, source_line_no, delivery_date, delivery_seq, 2,
        coalesce(has_dv_flag, false) and not coalesce(has_deleted_flag, false)
    from stg_arrears_case
),
newest as (
    select addressee_key, feed, arg_max(is_flagged, (delivery_date, delivery_seq, file_no, line_no)) as is_flagged
    from flags where addressee_key in (from wanted) group by addressee_key, feed
),
flagged as (select addressee_key, bool_or(is_flagged) as is_flagged from newest group by addressee_key)
select people.addressee_key, people.is_corporation, people.source_file_no is not null as has_record,
    people.is_protected or coalesce(flagged.is_flagged, false) as is_protected
from wanted inner join dim_addressee as people using (addressee_key) left join flagged using (addressee_key)
"""


@dataclass(frozen=True)
class Match:
    """Whom an inquiry is about: a key, or the cause why it is nobody. Both when the person needs an officer."""

    addressee_key: str | None
    cause: Cause | None = None


def find_people(
    connection: duckdb.DuckDBPyConnection, asked: Sequence[Person], secret: str, listed: Collection[str]
) -> list[Match]:
    """One match for each of the people asked about, in their order.

    ``secret`` makes keys of codes; ``listed`` are the keys of the city's own list of people under protection.
    """
    if not asked:
        return []
    by_items: list[set[str]] = [set() for _ in asked]
    connection.execute(ASKED, _parameters(asked, secret))
    by_code = _keys(connection, BY_CODE, len(asked))
    if any(person.has_four_items for person in asked):
        from ingestion.name_keys import match_key_sql, register_match_keys  # noqa: PLC0415

        register_match_keys(connection)
        by_items = _keys(connection, BY_FOUR_ITEMS.format(address_key=match_key_sql("alike.address")), len(asked))
    matches = [_match(*found) for found in zip(asked, by_code, by_items, strict=True)]
    standing = _standing(connection, [match.addressee_key for match in matches if match.addressee_key])
    return [_with_standing(match, standing, listed) for match in matches]


def _parameters(asked: Sequence[Person], secret: str) -> dict[str, list[object]]:
    named = [_name_and_address_keys(person) for person in asked]
    complete = [person if person.has_four_items else None for person in asked]
    return {
        "place": list(range(len(asked))),
        "addressee_key": [
            pseudonym(secret, "addressee", p.addressee_code) if p.addressee_code else None for p in asked
        ],
        "name_key": [name_key for name_key, _ in named],
        "address_key": [address_key for _, address_key in named],
        "birth_date": [person.birth_date if person else None for person in complete],
        "sex": [person.sex if person else None for person in complete],
    }


def _name_and_address_keys(person: Person) -> tuple[str | None, str | None]:
    """Match keys of name and address. Who asks by code only need not wait for what makes them to be loaded."""
    if not person.has_four_items:
        return None, None
    from ingestion.name_keys import match_key  # noqa: PLC0415

    return match_key(person.full_name), match_key(person.address)


def _keys(connection: duckdb.DuckDBPyConnection, query: str, count: int) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in range(count)]
    for place, key in connection.execute(query).fetchall():
        found[place].add(key)
    return found


def _match(person: Person, by_code: set[str], by_items: set[str]) -> Match:
    if person.addressee_code:
        if not by_code:
            return Match(None, Cause.PERSON_UNKNOWN)
        agrees = not person.has_some_items or (person.has_four_items and by_code <= by_items)
        return Match(next(iter(by_code))) if agrees else Match(None, Cause.PERSON_DIFFERS)
    if len(by_items) > 1:
        return Match(None, Cause.PERSON_AMBIGUOUS)
    return Match(next(iter(by_items))) if by_items else Match(None, Cause.PERSON_UNKNOWN)


def _standing(connection: duckdb.DuckDBPyConnection, keys: Sequence[str]) -> dict[str, tuple[bool, bool, bool]]:
    """For each key: whether it is a corporation, has a record in the address feed, is under protection."""
    if not keys:
        return {}
    rows = connection.execute(STANDING, {"keys": sorted(set(keys))}).fetchall()
    return {key: (is_corporation, has_record, is_protected) for key, is_corporation, has_record, is_protected in rows}


def _with_standing(match: Match, standing: Mapping[str, tuple[bool, bool, bool]], listed: Collection[str]) -> Match:
    if match.addressee_key is None:
        return match
    is_corporation, has_record, is_protected = standing.get(match.addressee_key, (False, False, False))
    if not has_record:
        return Match(None, Cause.PERSON_UNKNOWN)
    if is_corporation:
        return Match(None, Cause.PERSON_NOT_INDIVIDUAL)
    needs_officer = is_protected or match.addressee_key in listed
    return Match(match.addressee_key, Cause.PROTECTED if needs_officer else None)
