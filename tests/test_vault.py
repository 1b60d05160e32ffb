"""The vault: individual numbers stand there and nowhere else, and are gone from it once they are erased."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from ingestion.contract import load_contract
from ingestion.home import Home
from ingestion.loader import load_inbox
from ingestion.vault import erase, individual_number, token_of, vault_file
from tests.ingestion_deliveries import csv_bytes, deliver, sound_row
from tests.ingestion_home import fresh_home, query

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO, REFUSED = "123456789018", "234567890122", "345678901236"
NAME = "納税　花子"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home into which two files came: in the first, plain, two people; in the second a line that is refused."""
    home, contract = fresh_home(tmp_path_factory.mktemp("vault")), load_contract("addressee")

    def person(code: str, number: str, **more: str) -> dict[str, str]:
        return sound_row(contract, addressee_code=code, individual_number=number, basic_full_name_kanji=NAME, **more)

    plain = [person("1", ONE), person("2", TWO), person("3", "")]
    doubtful = [person("4", ONE), person("5", REFUSED, individual_corporate_class="7")]
    deliver(home.inbox, "addressee.072036.20250401.001.csv", csv_bytes(contract, plain), 3, 0)
    deliver(home.inbox, "addressee.072036.20250402.001.csv", csv_bytes(contract, doubtful), 2, 0)
    assert [outcome.row_count_loaded for outcome in load_inbox(home)] == [3, 1]
    return home


def kept(home: Home) -> list[tuple[object, ...]]:
    with vault_file(home).reading() as connection:
        return connection.execute("SELECT individual_number FROM individual_numbers ORDER BY 1").fetchall()


def test_every_token_of_the_warehouse_has_its_number(loaded: Home) -> None:
    tokens = query(loaded, "SELECT individual_number FROM raw_addressee WHERE addressee_code IN ('1', '4')")
    assert len(tokens) == 2
    assert {individual_number(loaded, token) for (token,) in tokens} == {ONE}
    assert token_of(loaded, ONE) == tokens[0][0]


def test_numbers_stand_once_and_those_of_refused_lines_do_not(loaded: Home) -> None:
    assert kept(loaded) == [(ONE,), (TWO,)]
    assert individual_number(loaded, "N" + "0" * 20) is None
    assert token_of(loaded, REFUSED) is None


def test_no_number_and_no_name_stands_in_the_bytes_of_a_file(loaded: Home) -> None:
    """But in quarantine, where an officer must read the line that was refused, as it was delivered."""
    texts = [
        text.encode(encoding) for text in (ONE, TWO, REFUSED, NAME) for encoding in ("utf-8", "cp932", "utf-16-le")
    ]
    files = [path for path in loaded.root.rglob("*") if path.is_file() and loaded.quarantine not in path.parents]
    assert {path.name for path in files} >= {"warehouse.duckdb", "vault.duckdb"}
    assert [path for path in files if any(text in path.read_bytes() for text in texts)] == []
    (notice,) = loaded.quarantine.glob("*.errors.txt")
    assert not any(text in notice.read_bytes() for text in texts)
    (line,) = loaded.quarantine.glob("*.lines.csv")
    assert REFUSED.encode() in line.read_bytes()


def test_the_vault_is_for_its_owner_only(loaded: Home) -> None:
    assert stat.S_IMODE(loaded.vault.stat().st_mode) == 0o600
    assert (loaded.keys / "vault.key").read_text() != (loaded.keys / "warehouse.key").read_text()


def test_an_erased_number_leaves_nothing_behind(loaded: Home, tmp_path: Path) -> None:
    home = Home(shutil.copytree(loaded.root, tmp_path / "home"))
    token = token_of(home, ONE)
    assert token
    assert erase(home, [token, "N" + "0" * 20]) == 1
    assert individual_number(home, token) is None
    assert kept(home) == [(TWO,)]
    assert {path.name for path in home.root.glob("vault*")} == {"vault.duckdb"}
