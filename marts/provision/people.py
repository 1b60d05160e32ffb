"""Who is meant? Looks up many people at once, by code or by the four identifying items; nobody is chosen by force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.pseudonym import pseudonym
from marts.provision.causes import Cause

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb

    from marts.provision.inquiry import Person

ASKED = """
create or replace temp table asked as
select unnest($place) as place, unnest($addressee_key) as addressee_key, unnest($name_key) as name_key,
    unnest($address_key) as address_key, unnest($birth_date) as birth_date, unnest($sex) as sex
"""
BY_CODE = "select asked.place, people.person_key from asked inner join dim_addressee as people using (addressee_key)"
# Any version ever delivered may be the one that the requester knows: people move and change their names.
BY_FOUR_ITEMS = """
with alike as materialized (
    select asked.place, asked.address_key, versions.addressee_key,
        concat(versions.address_kanji, versions.building_name_kanji) as address
    from asked inner join stg_addressee as versions using (name_key, birth_date, sex)
)
select distinct alike.place, people.person_key
from alike inner join dim_addressee as people using (addressee_key) where {address_key} = alike.address_key
"""
# The leading code speaks for a person with several; protection holds for all of them.
STANDING = """
select person_key, max(addressee_key) filter (is_leading_code), bool_or(is_corporation) filter (is_leading_code),
    bool_or(source_file_no is not null) filter (is_leading_code), bool_or(is_protected), list(addressee_key)
from dim_addressee where list_contains($person_keys, person_key) group by person_key
"""


@dataclass(frozen=True)
class Match:
    """Whom an inquiry is about: the key of the person's leading code, or the cause why it is nobody.

    Both when the person needs an officer.
    """

    addressee_key: str | None
    cause: Cause | None = None


def find_people(
    connection: duckdb.DuckDBPyConnection, asked: Sequence[Person], secret: str, listed: Collection[str]
) -> list[Match]:
    """One match for each of the people asked about, in their order.

    ``secret`` makes keys of codes; ``listed`` are the keys of those whom the city's own list protects. A person with
    several codes is one person.
    """
    if not asked:
        return []
    by_items: list[set[str]] = [set() for _ in asked]
    connection.execute(ASKED, _parameters(asked, secret))
    by_code = _people(connection, BY_CODE, len(asked))
    if any(person.has_four_items for person in asked):
        from ingestion.name_keys import match_key_sql, register_match_keys  # noqa: PLC0415

        register_match_keys(connection)
        by_items = _people(connection, BY_FOUR_ITEMS.format(address_key=match_key_sql("alike.address")), len(asked))
    found = [_person_key(*one) for one in zip(asked, by_code, by_items, strict=True)]
    standing = _standing(connection, [key for key in found if not isinstance(key, Cause)], listed)
    return [Match(None, key) if isinstance(key, Cause) else standing[key] for key in found]


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


def _people(connection: duckdb.DuckDBPyConnection, query: str, count: int) -> list[set[str]]:
    found: list[set[str]] = [set() for _ in range(count)]
    for place, person_key in connection.execute(query).fetchall():
        found[place].add(person_key)
    return found


def _person_key(person: Person, by_code: set[str], by_items: set[str]) -> str | Cause:
    if person.addressee_code:
        if not by_code:
            return Cause.PERSON_UNKNOWN
        agrees = not person.has_some_items or (person.has_four_items and by_code <= by_items)
        return next(iter(by_code)) if agrees else Cause.PERSON_DIFFERS
    if len(by_items) > 1:
        return Cause.PERSON_AMBIGUOUS
    return next(iter(by_items), Cause.PERSON_UNKNOWN)


def _standing(
    connection: duckdb.DuckDBPyConnection, person_keys: Sequence[str], listed: Collection[str]
) -> dict[str, Match]:
    """For each person the leading code, and what stands against an answer."""
    rows = connection.execute(STANDING, {"person_keys": sorted(set(person_keys))}).fetchall() if person_keys else []
    matches: dict[str, Match] = {}
    for person_key, leading, is_corporation, has_record, is_protected, codes in rows:
        if not has_record:
            matches[person_key] = Match(None, Cause.PERSON_UNKNOWN)
        elif is_corporation:
            matches[person_key] = Match(None, Cause.PERSON_NOT_INDIVIDUAL)
        else:
            needs_officer = is_protected or not set(listed).isdisjoint(codes)
            matches[person_key] = Match(leading, Cause.PROTECTED if needs_officer else None)
    return matches
