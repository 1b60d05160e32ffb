"""What consumers have: looked up by registered items only, verified, and deleted when a person is erased."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ingestion.errors import ConfigurationError, DataRefused
from ingestion.hash_chain import ChainBroken
from ingestion.home import Home
from marts.link_tables.delivery_log import Delivered, log_of
from marts.link_tables.downstream import Person, delete_downstream
from marts.link_tables.reference import Lookup, reference
from marts.link_tables.verify import verify
from tests.small_links import (
    AT,
    CODE,
    DAY,
    KEY,
    LINKS,
    ask,
    change,
    consumed,
    delivered,
    files_of,
    held_count,
    linked_home,
    rows_of,
)

if TYPE_CHECKING:
    from pathlib import Path

ARREARS, LEVIES, STATES = (
    LINKS[name] for name in ("addressees_to_arrears", "levies_to_arrears", "arrears_to_receipts")
)
CHOSEN = (ARREARS, LEVIES, STATES)
LOOKUP = Lookup("hanako", "納税相談", DAY, AT)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """After the first delivery of three links. Read only."""
    home = linked_home(tmp_path_factory.mktemp("copies") / "home")
    change(home, f"update raw_addressee set phone_no = '0249-99-0007' where addressee_code = '{CODE}'")
    delivered(home, *(link.id for link in CHOSEN))
    return home


@pytest.fixture
def home(first: Home, tmp_path: Path) -> Home:
    """After the first delivery, to change it."""
    return Home(shutil.copytree(first.root, tmp_path / "home"))


def test_a_lookup_shows_what_was_delivered_and_no_other_item(home: Home) -> None:
    change(home, f"update raw_addressee set phone_no = 'not yet delivered' where addressee_code = '{CODE}'")
    [record] = reference(home, ARREARS, CODE, LOOKUP)
    assert tuple(record) == ARREARS.headings[1:]
    assert record == consumed(home, ARREARS)[CODE,]
    assert record["電話番号等"] == "0249-99-0007"
    [levy] = reference(home, LEVIES, CODE, LOOKUP)
    assert (levy["宛名コード"], levy["本税調定額"]) == (CODE, "100")


def test_a_lookup_is_logged_without_the_person(home: Home) -> None:
    reference(home, ARREARS, CODE, LOOKUP)
    assert reference(home, ARREARS, "nobody", LOOKUP) == []
    logged = [body for body in log_of(home).lines() if body["kind"] == "looked_up"]
    assert [(body["by"], body["purpose"], body["rows"]) for body in logged] == [
        ("hanako", "納税相談", n) for n in (1, 0)
    ]
    assert CODE not in json.dumps(logged, ensure_ascii=False)
    assert verify(home, LINKS).problems == ()


def test_a_lookup_without_purpose_or_after_the_last_day_is_refused(home: Home) -> None:
    with pytest.raises(ConfigurationError, match="No purpose"):
        reference(home, ARREARS, CODE, replace(LOOKUP, purpose=" "))
    with pytest.raises(ConfigurationError, match="not in force on 2025-06-01"):
        reference(home, replace(ARREARS, to_date=date(2025, 5, 31)), CODE, LOOKUP)
    with pytest.raises(DataRefused, match="Nothing has been delivered"):
        reference(home, LINKS["addressees_to_integrated"], CODE, LOOKUP)


def test_verify_finds_a_changed_line_of_the_log(home: Home) -> None:
    log = log_of(home).path
    log.write_text(log.read_text(encoding="utf-8").replace('"deleted": 0', '"deleted": 1', 1), encoding="utf-8")
    with pytest.raises(ChainBroken, match=r"link_log.jsonl, line 1"):
        verify(home, LINKS)
    with pytest.raises(ChainBroken):
        delivered(home, ARREARS.id)


def test_verify_finds_changed_files_and_strangers(home: Home) -> None:
    changed, controlled = files_of(home, ARREARS)[0], files_of(home, LEVIES)[0]
    changed.write_bytes(changed.read_bytes() + b"\n")
    controlled.with_name(f"{controlled.stem}.control.csv").unlink()
    (changed.parent / "levies_to_arrears.072036.20250601.009.csv").write_bytes(b"")
    assert verify(home, LINKS).problems == (
        f"outbox/arrears/{changed.name}: another content than was delivered",
        f"outbox/arrears/{controlled.name}: its control file is missing or says something else",
        "outbox/arrears/levies_to_arrears.072036.20250601.009.csv: nobody delivered it",
    )


def test_a_file_that_was_taken_is_no_problem(home: Home) -> None:
    for path in home.outbox.glob("arrears/addressees_to_arrears.*"):
        path.rename(home.root / path.name)
    found = verify(home, {link.id: link for link in CHOSEN})
    assert (found.delivery_count, found.present_count, found.problems) == (3, 2, ())


def test_verify_finds_a_copy_that_was_edited_by_hand_and_a_link_nobody_registers(home: Home) -> None:
    change(home, f"update {ARREARS.table} set addressee__sex = '9' where addressee__addressee_code = '{CODE}'")
    remaining = {link.id: link for link in (ARREARS, LEVIES)}
    edited, unregistered = verify(home, remaining).problems
    assert edited.startswith("link_addressees_to_arrears: other records than after the last delivery")
    assert unregistered.startswith("link_arrears_to_receipts: no link is registered for it")


def erased(home: Home) -> Person:
    """Person 7, who disappears from the feeds, as an erasure leaves them."""
    [(key,)] = ask(home, KEY)
    return Person(CODE, str(key))


def test_an_erased_person_is_deleted_downstream_by_key_and_leaves_no_file(home: Home) -> None:
    person = erased(home)
    found = delete_downstream(home, CHOSEN, [person], DAY, AT)
    assert [(erasure.link, erasure.deleted, len(erasure.removed_files)) for erasure in found] == [
        (link.id, 1, 1) for link in CHOSEN
    ]
    for link in CHOSEN:
        deletion, renewed = files_of(home, link)
        [row] = rows_of(deletion)
        assert row["異動区分"] == "3"
        assert {heading for heading, text in row.items() if text} <= {"異動区分", *(key.heading for key in link.keys)}
        assert len(rows_of(renewed)) == held_count(home, link) > 0
    kept = b"".join(path.read_bytes() for path in home.outbox.rglob("*") if path.is_file())
    assert b"0249-99-0007" not in kept
    assert ask(home, f"select count(*) from {ARREARS.table} where addressee_key = '{person.addressee_key}'") == [(0,)]
    assert verify(home, LINKS).problems == ()


def test_an_erasure_is_done_once_and_the_next_delivery_has_nothing_to_add(home: Home) -> None:
    person = erased(home)
    delete_downstream(home, CHOSEN, [person], DAY, AT)
    assert delete_downstream(home, CHOSEN, [person], DAY, AT) == []
    change(
        home,
        *(f"delete from raw_{feed} where addressee_key = '{person.addressee_key}'" for feed in ("addressee", "levy")),
    )
    assert not any(outcome.delivery for outcome in delivered(home, *(link.id for link in CHOSEN)).values())


def test_files_the_consumer_has_taken_are_not_replaced(home: Home) -> None:
    for link in CHOSEN:
        for path in (home.outbox / link.consumer.code).glob("*.csv"):
            path.unlink()
    found = delete_downstream(home, CHOSEN, [erased(home)], DAY, AT)
    assert [len(erasure.deliveries) for erasure in found] == [1, 1, 1]


def test_erasing_nobody_or_for_an_earlier_day_delivers_nothing(home: Home) -> None:
    assert delete_downstream(home, CHOSEN, [], DAY, AT) == []
    with pytest.raises(DataRefused, match="has delivered for 2025-06-01"):
        delete_downstream(home, CHOSEN, [erased(home)], date(2025, 5, 31), AT)
    assert len(Delivered.read(home).all) == len(CHOSEN)
