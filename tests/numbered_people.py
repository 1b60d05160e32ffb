"""People, sheets and officers for the tests of numbering, in a warehouse of their own in memory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import duckdb

from ingestion.contract import load_contracts
from ingestion.name_keys import match_key, register_match_keys
from ingestion.numbering.decisions import Decision
from ingestion.numbering.run import FEEDS, number_anew
from ingestion.numbering.settings import NumberingSettings
from ingestion.numbering.tables import NUMBER_TABLES
from ingestion.pseudonym import pseudonym
from ingestion.warehouse import CONTROL_TABLES, raw_table_columns

SECRET = "0" * 64
DAY = dt.date(2025, 4, 1)


@dataclass(frozen=True)
class Items:
    """What identifies a person: name, kana, birth date, sex, address."""

    name: str
    kana: str = "カナ"
    birth: str = "1980-01-01"
    sex: str = "1"
    address: str = "郡山市一丁目"

    def values(self) -> dict[str, object]:
        """As columns that both feeds have in common."""
        keys = {"name_key": match_key(self.name) or None, "name_kana_key": match_key(self.kana) or None}
        return keys | {"birth_date": self.birth or None, "sex": self.sex or None}


@dataclass
class Numbering:
    """A warehouse with what was delivered so far, and what officers decided."""

    connection: duckdb.DuckDBPyConnection = field(default_factory=duckdb.connect)
    decisions: list[Decision] = field(default_factory=list)
    settings: NumberingSettings = field(default_factory=NumberingSettings)
    lines: int = 0

    def __post_init__(self) -> None:
        """Make the tables."""
        register_match_keys(self.connection)
        for contract in load_contracts().values():
            if "addressee_code" in contract.layout.by_name:
                # Of other feeds only the codes matter; whole tables would take longer to make than to number.
                columns = raw_table_columns(contract) if contract.feed in FEEDS else "addressee_code VARCHAR"
                self.connection.execute(f"CREATE TABLE {contract.raw_table} ({columns})")
        for table in ("feed_files", *NUMBER_TABLES):
            self.connection.execute(f"CREATE TABLE {table} ({CONTROL_TABLES[table]})")

    def addressee(self, code: str, items: Items, number: str | None = None, **values: object) -> None:
        """A version of a person of the resident register, with the token of an individual number."""
        given = {"address_kanji": items.address, "individual_number": number, "basic_full_name_kanji": items.name}
        given |= {"basic_full_name_kana": items.kana, "individual_corporate_class": "1"}
        self._insert("raw_addressee", {"addressee_code": code} | items.values() | given | values)

    def sheet(self, sheet_no: str, items: Items, code: str | None = None, reason: str = "01", **values: object) -> None:
        """A version of a registration sheet."""
        given = {"sheet_no": sheet_no, "addressee_code": code, "change_reason_code": reason, "address": items.address}
        given |= {"full_name": items.name, "name_kana": items.kana, "individual_corporate_class": "1"}
        self._insert("raw_non_resident", given | items.values() | values)

    def number(self) -> None:
        """Number everyone anew."""
        number_anew(self.connection, SECRET, self.decisions, self.settings, DAY)

    def decide(self, one: str, other: str, verdict: str) -> None:
        """A decision of an officer; sides are codes, or sheets with ``S:`` in front."""
        sides = [side if side.startswith("S:") else key_of(side) for side in (one, other)]
        self.decisions.append(Decision(*sides, verdict, "徴収係長", "本人に確認", DAY.isoformat()))

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(query, parameters).fetchall()

    def outcomes(self) -> dict[str, tuple[str, str | None]]:
        """Outcome and code of each sheet that came without one, or was refused."""
        return {
            no: (outcome, code)
            for no, outcome, code in self.rows("SELECT sheet_no, outcome, addressee_code FROM number_sheets")
        }

    def persons(self) -> list[list[str]]:
        """The codes of each person with several."""
        rows = self.rows("SELECT list(addressee_code ORDER BY addressee_code) FROM number_persons GROUP BY person_key")
        return sorted(codes for (codes,) in rows)

    def _insert(self, table: str, values: dict[str, object]) -> None:
        self.lines += 1
        code = values["addressee_code"]
        place = {"source_file_no": 1, "source_line_no": self.lines, "delivery_date": DAY, "delivery_seq": self.lines}
        values |= place | {"addressee_key": key_of(str(code)) if code else None, "record_hash": self.lines}
        names = ", ".join(values)
        marks = ", ".join("?" for _ in values)
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def key_of(code: str) -> str:
    """The key of a code."""
    return pseudonym(SECRET, "addressee", code)
