"""A refreshed city with everybody an inquiry may be about, the bodies that ask, and rules of the city's own."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.database import write_warehouse
from ingestion.home import Home
from ingestion.pseudonym import pseudonym, read_secret
from marts.provision.inquiry import Inquiry, Person
from marts.provision.provide import Officer, Outcome, provide
from tests.loose_databases import copy_warehouse

if TYPE_CHECKING:
    import duckdb

TABLE = Path(__file__).parent / "provision_inquiries.csv"
REQUESTERS = """requester_id,requester_kind,name_ja,valid_from,valid_to,source
072010,public_body,架空市,2010-01-01,,照会依頼書
070009,public_body,架空県,2010-01-01,,照会依頼書
131016,public_body,架空区,2010-01-01,,照会依頼書
ended,public_body,閉庁した事務所,2010-01-01,2026-03-31,照会依頼書
future,public_body,これからの事務所,2027-04-01,,照会依頼書
housing,housing_section,住宅政策課,2010-01-01,,庁内協議
pension,pension_office,架空年金事務所,2010-01-01,,照会依頼書
welfare,welfare_section,介護保険課,2010-01-01,,庁内協議
no_rule,archive,公文書館,2010-01-01,,庁内協議
"""
CITY_RULES = Path(__file__).parent / "provision_city_rules.csv"
# Individuals with a name and birth date, not protected, one version only; the first four of each kind take a part.
CAST = """
with people as (
    select people.addressee_key, versions.addressee_code
    from dim_addressee as people inner join stg_addressee as versions using (source_file_no, source_line_no)
    where not people.is_corporation and not people.is_protected and versions.birth_date is not null
        and (select count(*) from dim_addressee as other where other.person_key = people.person_key) = 1
        and versions.sex in ('1', '2') and (select count(*) from stg_addressee as v
            where v.name_key = versions.name_key and v.birth_date = versions.birth_date) = 1
),
states as (
    select addressee_key, min(payment_state_precedence) as worst from provision_tax_states
    where years_ago < 5 and tax_item_code in ('11', '31', '41', '51') group by all
),
parted as (
    select people.addressee_code, case states.worst when 1 then 'debtor' when 5 then 'paid' else 'untaxed' end as part
    from people left join states using (addressee_key) where coalesce(states.worst, 0) in (0, 1, 5)
)
select part || '_' || row_number() over (partition by part order by addressee_code), addressee_code from parted
"""
PARTS = {
    "neglect_1": "paid_5",
    "listed_1": "paid_6",
    "listed_later_1": "debtor_6",
    "list_ended_1": "paid_7",
    "listed_code_1": "debtor_5",
    "its_other_code": "paid_10",
    "twin_1": "paid_8",
    "moved_1": "paid_9",
    "two_codes_1": "debtor_3",
    "second_code_1": "debtor_7",
}
PROTECTED = "people.is_protected and not people.is_corporation and birth_date is not null and sex in ('1', '2')"
CODE = """
select min(addressee_code) from dim_addressee as people
inner join stg_addressee as versions using (source_file_no, source_line_no)
where is_leading_code and
"""
# The oldest version: what a requester knows of somebody may be old.
FOUR_ITEMS = """
select addressee_code, basic_full_name_kanji, concat(address_kanji, building_name_kanji), birth_date, sex
from stg_addressee where list_contains($codes, addressee_code)
qualify row_number() over (partition by addressee_code order by delivery_date, delivery_seq, source_line_no) = 1
"""
TWIN, NOBODY, FAR_LINE = "999999999999999", "888888888888888", 1_000_000


@dataclass(frozen=True)
class ProvisionCity:
    """A home of its own, the codes of everybody with a part, and the four items as a requester would write them."""

    home: Home
    codes: dict[str, str]
    people: dict[str, Person]


@dataclass(frozen=True)
class ProvidedCity:
    """The city after all inquiries of the table, and what became of each row (in the order of the table)."""

    city: ProvisionCity
    outcomes: list[Outcome]

    def copy_to(self, root: Path) -> Home:
        """A home with copies of everything but the warehouse, which stays as it is."""
        home, source = Home(root).create(), self.city.home
        home.warehouse.symlink_to(source.warehouse)
        for folder in ("keys", "provisions"):
            shutil.copytree(source.root / folder, home.root / folder, dirs_exist_ok=True)
        for name in ("provision_rules.csv", "provision_requesters.csv", "protected.csv"):
            shutil.copy(source.root / name, home.root / name)
        return home


def provide_the_table(source: Home, root: Path) -> ProvidedCity:
    """Ask everything in the table, day by day, in a city of its own."""
    city = provision_city(source, root)
    rows = table_rows()
    outcomes: dict[int, Outcome] = {}
    for day in sorted({row["asked_on"] for row in rows}):
        places = [place for place, row in enumerate(rows) if row["asked_on"] == day]
        asked = [inquiry_of(city, rows[place]) for place in places]
        outcomes |= dict(zip(places, provide(city.home, asked, officer_on(day)), strict=True))
    return ProvidedCity(city, [outcomes[place] for place in range(len(rows))])


def provision_city(source: Home, root: Path) -> ProvisionCity:
    """A home with the city's warehouse and keys, changed so that everybody in the table is there."""
    home = copy_warehouse(source, Home(root))
    with write_warehouse(home) as connection:
        codes = dict(connection.execute(CAST).fetchall())
        codes |= {part: codes[taken] for part, taken in PARTS.items()} | {"twin_2": TWIN, "nobody": NOBODY}
        for part, condition in (("dv_1", PROTECTED), ("corporation_1", "people.is_corporation")):
            codes[part] = _one(connection, f"{CODE} {condition}")
        _change(connection, home, codes)
        rows = connection.execute(FOUR_ITEMS, {"codes": list(codes.values())}).fetchall()
    people = {code: Person("", *items) for code, *items in rows}
    (home.root / "provision_requesters.csv").write_text(REQUESTERS, encoding="utf-8")
    shutil.copyfile(CITY_RULES, home.root / "provision_rules.csv")
    home.protected_list.write_text(
        "addressee_code,valid_from,valid_to,source\n"
        f"{codes['listed_1']},2020-01-01,,決裁 第1号\n{codes['list_ended_1']},2010-01-01,2015-12-30,決裁 第2号\n"
        f"{codes['listed_later_1']},2030-01-01,,決裁 第3号\n{codes['its_other_code']},2020-01-01,,決裁 第4号\n",
        encoding="utf-8",
    )
    home.protected_list.chmod(0o600)
    return ProvisionCity(home, codes, {part: people[code] for part, code in codes.items() if code in people})


def _change(connection: duckdb.DuckDBPyConnection, home: Home, codes: dict[str, str]) -> None:
    """A flag, people with two codes, a second person exactly like another, and somebody who has moved since."""

    def key(part: str) -> str:
        return pseudonym(read_secret(home), "addressee", codes[part])

    connection.execute(f"update dim_addressee set is_protected = true where addressee_key = '{key('neglect_1')}'")
    for leading, other in (("listed_code_1", "its_other_code"), ("two_codes_1", "second_code_1")):
        connection.execute(
            f"update dim_addressee set person_key = '{key(leading)}', is_leading_code = false"
            f" where addressee_key = '{key(other)}'"
        )
    copy = "insert into raw_addressee select * replace ({}) from raw_addressee where addressee_key = '{}' limit 1"
    # The version of the as-of date stands elsewhere than the one that the requester knows.
    older = "date '2001-04-01' as delivery_date, '架空市旧町１－２' as address_kanji, {} as source_line_no"
    connection.execute(copy.format(older.format(FAR_LINE), key("moved_1")))
    twin = f"'{TWIN}' as addressee_code, '{key('twin_2')}' as addressee_key, {FAR_LINE + 1} as source_line_no"
    connection.execute(copy.format(twin, key("twin_1")))
    connection.execute(
        f"insert into dim_addressee select * replace ('{key('twin_2')}' as addressee_key,"
        f" '{key('twin_2')}' as person_key, {FAR_LINE + 1} as source_line_no)"
        f" from dim_addressee where addressee_key = '{key('twin_1')}'"
    )


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    row = connection.execute(query).fetchone()
    assert row
    assert row[0] is not None
    return str(row[0])


def person_of(city: ProvisionCity, part: str, given_by: str) -> Person:
    """Whom a row of the table is about, named as it says."""
    code = city.codes[part]
    if given_by in {"code", "nothing"}:
        return Person(code if given_by == "code" else "")
    person = city.people[part]
    changed = {
        "four_items": person,
        "both": replace(person, addressee_code=code),
        "name_only": Person(full_name=person.full_name),
        "without_address": replace(person, address=""),
        "wrong_birth_date": replace(person, birth_date=date(1901, 1, 1)),
        "wrong_sex": replace(person, sex="2" if person.sex == "1" else "1"),
        "wrong_address": replace(person, address="どこにもない町１番地"),
        "other_name": replace(person, full_name=f"{person.full_name}子"),
        "items_of_another": replace(city.people["paid_4"], addressee_code=code),
        "wrong_birth_date_and_code": replace(person, addressee_code=code, birth_date=date(1901, 1, 1)),
        "name_only_and_code": Person(code, person.full_name),
    }
    return changed[given_by]


def table_rows() -> list[dict[str, str]]:
    """The reviewed table, a row for each inquiry."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def inquiry_of(city: ProvisionCity, row: dict[str, str]) -> Inquiry:
    """The inquiry of one row."""
    return Inquiry(
        row["inquiry_id"],
        row["requester_id"],
        row["legal_basis"],
        row["purpose"],
        tuple(filter(None, row["items"].split("|"))),
        person_of(city, row["person"], row["given_by"]),
        date.fromisoformat(row["as_of"]) if row["as_of"] else None,
        row["person_role"],
    )


def officer_on(day: str) -> Officer:
    """The officer at nine o'clock of a day."""
    return Officer("officer-1", datetime.fromisoformat(f"{day}T09:00:00+09:00"))
