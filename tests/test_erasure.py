"""A person is erased from a whole city: nothing of him is found, and every yen and every released statistic stays.

One person is erased once for all tests of this file: one who pays by direct debit and has nothing open. The figures are
computed by the compiled models before and after. Does not test who is due by his periods; see test_erasure_plans.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from ingestion.archive import restore_original
from ingestion.contract import load_contracts
from ingestion.database import attach_database, read_warehouse, settings_beside, warehouse_file
from ingestion.erasure.search import find_values
from ingestion.file_name import control_names
from ingestion.home import Home
from ingestion.key_ring import readable_keys
from ingestion.loader import load_inbox
from ingestion.rebuild import archived_deliveries
from ingestion.vault import individual_number
from ingestion.warehouse import ensure_warehouse
from marts.verify import verify
from orchestration.erasure.carry_out import carry_out, certificates
from orchestration.erasure.plan import Order, make_plan, plan_path

if TYPE_CHECKING:
    from tests.law_case_runner import Project
    from tests.refreshed_city import RefreshedCity

AS_OF = dt.date(2026, 5, 31)
MOMENT = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
ROOMS = ("archive", "keys", "released", "quarantine", "reports", "evidence", "outbox", "provisions")
# Alone in a name and an address, and no barcode of anybody's holds the addressee code by chance.
WHO = """
select any_value(addresses.addressee_code) from raw_addressee as addresses
join raw_payment_slip as slips using (addressee_key)
join raw_account_transfer_result as transfers on transfers.customer_no = slips.payment_no
join raw_qualification using (addressee_key)
where addresses.account_no is not null and addresses.individual_number is not null
    and addressee_key not in (select addressee_key from fct_arrears)
    and addressee_key not in (select addressee_key from fct_refunds where pending_yen > 0)
    and addressee_key not in (select addressee_key from fct_case_history where case_kind = 'seizure')
    and address_kanji in (select address_kanji from raw_addressee group by 1 having count(distinct addressee_key) = 1)
    and addresses.name_key in (select name_key from raw_addressee group by 1 having count(distinct addressee_key) = 1)
    and addresses.name_kana_key in (
        select name_kana_key from raw_addressee group by 1 having count(distinct addressee_key) = 1
    )
    and not exists (
        select 1 from raw_payment_slip as others where contains(others.barcode_info, addresses.addressee_code)
    )
group by addressee_key order by 1 limit 1
"""
FIGURES = {
    "ledger": "select tax_item_code, accounting_year, kind, component, sum(amount_yen), count(*) "
    "from int_ledger_entries join int_instalments using (instalment_id) group by all order by all",
    "arrears": "select tax_item_code, levy_year, arrears_state, sum(principal_outstanding_yen), "
    "sum(late_charge_accrued_yen), count(*) from fct_arrears group by all order by all",
    "refunds": "select tax_item_code, refund_state, sum(overpaid_yen), sum(refunded_yen), sum(refund_interest_yen), "
    "count(*) from fct_refunds group by all order by all",
    "unidentified": "select reason, sum(amount_yen), count(*) from fct_unidentified_receipts group by all order by all",
}


@dataclass(frozen=True)
class ErasedCity:
    """The home after the erasure, the values that must be gone, and the certificate."""

    home: Home
    before: Home
    code: str
    values: list[str]
    certificate: dict[str, Any]


@pytest.fixture(scope="module")
def city(refreshed_city: RefreshedCity, tmp_path_factory: pytest.TempPathFactory) -> ErasedCity:
    """The refreshed city without one of its people."""
    home = Home(tmp_path_factory.mktemp("erased") / "home").create()
    for room in ROOMS:
        shutil.copytree(refreshed_city.home.root / room, home.root / room, dirs_exist_ok=True)
    for file in ("warehouse", "vault"):
        shutil.copy2(getattr(refreshed_city.home, file), getattr(home, file))
    ((code,),) = refreshed_city.rows(WHO)
    (home.lists / "debtors.csv").write_text(f"宛名コード\n{code}\n", encoding="utf-8")
    (home.numbering / "pairs.csv").write_text(f"a,b\n{code},1\n2,3\n", encoding="utf-8")
    values = values_of(refreshed_city, str(code))
    plan = make_plan(home, AS_OF, "officer", Order(str(code), "収第1号"))
    certificate = carry_out(home, plan.plan_id, "officer", MOMENT, lambda *_: None)
    assert not plan_path(home, plan.plan_id).exists()
    return ErasedCity(home, refreshed_city.home, str(code), values, certificate)


def individual_number_of(city: RefreshedCity, code: str) -> str:
    """The number that the vault keeps of one person."""
    ((token,),) = city.rows("select any_value(individual_number) from raw_addressee where addressee_code = ?", code)
    number = individual_number(city.home, str(token))
    assert number
    return number


def values_of(city: RefreshedCity, code: str) -> list[str]:
    """Name, kana, address, account, every number and every pseudonym of one person."""
    columns = (
        "addressee_code, basic_full_name_kanji, basic_full_name_kana, address_kanji, account_no, account_holder_kana, "
        "addressee_key, individual_number"
    )
    (row,) = city.rows(f"select {columns} from raw_addressee where addressee_code = ? limit 1", code)
    found = [str(value) for value in row if value]
    found.append(individual_number_of(city, code))
    for feed, column in (
        ("levy", "notice_no"),
        ("levy", "instalment_id"),
        ("payment_slip", "payment_no"),
        ("premium_assessment", "assessment_management_no"),
    ):
        found += [
            str(value) for (value,) in city.rows(f"select max({column}) from raw_{feed} where addressee_code = ?", code)
        ]
    return found


def test_what_is_searched_for_stood_in_many_places(city: ErasedCity, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The search finds what is there, in every encoding: without this the next test could not fail."""
    part = Home(tmp_path_factory.mktemp("before") / "home")
    shutil.copytree(city.before.archive, part.archive)
    shutil.copytree(city.before.keys, part.keys)
    names = {name.partition("_")[2].partition(".")[0] for name in find_values(part, city.values)}
    assert {"addressee", "levy", "payment_slip", "account_transfer_result", "qualification"} <= names
    own = Home(tmp_path_factory.mktemp("encodings"))
    name = city.values[1]
    for encoding in ("utf-8", "cp932", "utf-16-le", "utf-16-be"):
        (own.root / f"{encoding}.txt").write_bytes(f"氏名 {name.replace(chr(0x3000), ' ')}".encode(encoding))
    assert len(find_values(own, [name])) == 4


def test_no_file_of_the_home_holds_a_value_of_the_erased_person(city: ErasedCity) -> None:
    assert len(city.values) == 13
    assert find_values(city.home, [value for value in city.values if value != city.code]) == []
    # Consumers are told to delete by the code and nothing else; it stands there until they have taken the file.
    assert [name for name in find_values(city.home, [city.code]) if not name.startswith("outbox/")] == []
    assert (city.home.numbering / "pairs.csv").read_text(encoding="utf-8") == "a,b\n2,3\n"
    assert not list(city.home.lists.iterdir())


def test_no_row_and_no_yen_of_any_feed_is_lost(city: ErasedCity) -> None:
    queries = {
        contract.feed: f"select count(*), sum({contract.amount or '0'}) from {contract.raw_table}"
        for contract in load_contracts().values()
    } | {"files": "select * from feed_files order by file_no"}
    counted = []
    for home in (city.before, city.home):
        with read_warehouse(home) as connection:
            counted.append({name: connection.execute(query).fetchall() for name, query in queries.items()})
    assert counted[0] == counted[1]


def test_every_figure_is_what_it_was(city: ErasedCity, compiled_models: Project) -> None:
    after = figures(compiled_models, city.home)
    with read_warehouse(city.before) as connection:
        for name, query in FIGURES.items():
            assert connection.execute(query).fetchall() == after[name], name


def figures(project: Project, home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """The figures of a home by the compiled models, computed in memory."""
    file = warehouse_file(home)
    with duckdb.connect(config=settings_beside(file.path)) as connection:
        attach_database(connection, file.path, file.keys, "erased", read_only=True)
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        for (table,) in connection.execute(
            "select table_name from duckdb_tables() where database_name = 'erased'"
        ).fetchall():
            connection.execute(f"create view {table} as from erased.{table}")
        connection.execute(f"create table int_run as select date '{AS_OF}' as as_of_date")
        for model in project.models:
            connection.execute(f"create table {model.name} as {model.sql}")
        return {name: connection.execute(query).fetchall() for name, query in FIGURES.items()}


def test_the_rewritten_archive_gives_the_erased_tables(
    city: ErasedCity, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Keys, hashes and pseudonyms of a person's rows are those that loading the rewritten originals gives."""
    other = Home(tmp_path_factory.mktemp("reloaded") / "home")
    shutil.copytree(city.home.keys, other.keys)
    ensure_warehouse(other)
    feeds = ("addressee", "account_transfer_result", "pension_special_collection")
    keys = readable_keys(city.home, "archive")
    for delivery in archived_deliveries(city.home, AS_OF):
        if delivery.name.startswith(tuple(f"{feed}." for feed in feeds)):
            restore_original(delivery.path, other.inbox / delivery.name, keys)
            if delivery.sidecar:
                restore_original(delivery.sidecar, other.inbox / control_names(delivery.name)[0], keys)
    assert {outcome.file_status for outcome in load_inbox(other)} <= {"loaded", "superseded"}
    rows = []
    for home in (city.home, other):
        with read_warehouse(home) as connection:
            query = "select * exclude (source_file_no) from raw_{} order by delivery_date, source_line_no, record_hash"
            rows.append({feed: connection.execute(query.format(feed)).fetchall() for feed in feeds})
    assert rows[0] == rows[1]


def test_the_release_still_verifies_and_the_certificate_says_counts_only(city: ErasedCity) -> None:
    assert "chain unbroken" in verify(city.home)[0]
    (certified,) = certificates(city.home).lines()
    assert certified == city.certificate
    assert certified["person_count"] == 1
    assert certified["rows_by_feed"]["account_transfer_result"] > 0
    assert certified["loose_file_count"] == 2
    assert not (set(city.values) & {str(value) for value in certified.values()})
