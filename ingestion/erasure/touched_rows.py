"""Which rows are a person's, which only name him, and which of his numbers get fresh codes.

Works in memory, beside a warehouse that is only read: a few small tables without which no erased row can be traced.
``erased_people(code)``, ``touched(feed, row_id, is_owned)``, ``numbers(number, old, new)`` and
``identities(marker, name)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from ingestion.erasure.fresh_codes import fresh_code
from ingestion.erasure.identities import identity_columns, identity_sql
from ingestion.erasure.numbers import (
    ADDRESSEE,
    FIND,
    LINK,
    OVERPAYMENT,
    NumberColumn,
    number_columns,
    overpayment_number_sql,
    owner_sql,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract

_TABLES = """
CREATE OR REPLACE TABLE memory.erased_people (code VARCHAR);
CREATE OR REPLACE TABLE memory.touched (feed VARCHAR, row_id BIGINT, is_owned BOOLEAN);
CREATE OR REPLACE TABLE memory.old_numbers (number VARCHAR, old VARCHAR, longest INTEGER);
CREATE OR REPLACE TABLE memory.numbers (number VARCHAR, old VARCHAR, new VARCHAR);
CREATE OR REPLACE TABLE memory.identities (marker VARCHAR, name VARCHAR);
"""


@dataclass(frozen=True)
class TouchedRows:
    """The search through the tables of one warehouse, attached as ``warehouse``."""

    connection: DuckDBPyConnection
    contracts: Sequence[FeedContract]

    def find(self, codes: Sequence[str]) -> None:
        """Fill the three tables for these addressee codes."""
        run = self.connection.execute
        run(_TABLES)
        run("INSERT INTO memory.erased_people SELECT DISTINCT unnest($codes)", {"codes": list(codes)})
        run("INSERT INTO memory.old_numbers SELECT ?, code, 15 FROM memory.erased_people", [ADDRESSEE])
        for contract in self.contracts:
            self._own_rows(contract)
        for contract in self.contracts:
            self._numbers_of(contract)
            self._identities_of(contract)
        for contract in self.contracts:
            self._linked_rows(contract)
        for contract in self.contracts:
            self._numbers_of(contract)
            self._naming_rows(contract)
        self._draw()

    def _own_rows(self, contract: FeedContract) -> None:
        owner = owner_sql(contract, "raw")
        if owner:
            self._touch(contract, f"{owner} IN (SELECT code FROM memory.erased_people)", is_owned=True)

    def _linked_rows(self, contract: FeedContract) -> None:
        """Rows that say of nobody that they are his, found by a number that only he has, or by who he is."""
        found = [
            f"{one.value_sql('raw')} IN (SELECT old FROM memory.old_numbers WHERE number = '{one.number}')"
            for one in number_columns(contract)
            if one.role in (LINK, FIND)
        ]
        owner = owner_sql(contract, "raw")
        if owner is None:
            pairs = (identity_sql(contract, marker, name, "raw") for marker, name in identity_columns(contract))
            found += [f"({marker}, {name}) IN (SELECT (marker, name) FROM memory.identities)" for marker, name in pairs]
        if found:
            nobody = f" AND {owner} IS NULL" if owner else ""
            self._touch(contract, f"({' OR '.join(found)}){nobody}", is_owned=True)

    def _identities_of(self, contract: FeedContract) -> None:
        """By what his own rows say who he is, for rows that carry no number."""
        for marker, name in identity_columns(contract):
            digits, key = identity_sql(contract, marker, name, "raw")
            self.connection.execute(
                f"INSERT INTO memory.identities SELECT DISTINCT {digits}, {key} {self._rows_of(contract)} "
                f"WHERE {digits} <> '' AND {key} IS NOT NULL"
            )

    def _naming_rows(self, contract: FeedContract) -> None:
        """Rows of others that name him: only his number is replaced there."""
        named = [one for one in number_columns(contract) if one.number == ADDRESSEE]
        if named:
            people = "(SELECT code FROM memory.erased_people)"
            self._touch(contract, " OR ".join(f"{one.value_sql('raw')} IN {people}" for one in named), is_owned=False)

    def _touch(self, contract: FeedContract, condition: str, *, is_owned: bool) -> None:
        self.connection.execute(
            f"INSERT INTO memory.touched SELECT '{contract.feed}', raw.rowid, {is_owned} "
            f"FROM warehouse.{contract.raw_table} AS raw WHERE ({condition}) AND raw.rowid NOT IN "
            f"(SELECT row_id FROM memory.touched WHERE feed = '{contract.feed}')"
        )

    def _numbers_of(self, contract: FeedContract) -> None:
        """Every number of his own rows, once."""
        parts = [self._values(contract, one) for one in number_columns(contract) if one.number not in ("", ADDRESSEE)]
        named = overpayment_number_sql(contract, "raw")
        if named:
            parts.append(f"SELECT '{OVERPAYMENT}', {named}, 0 {self._rows_of(contract)}")
        for part in parts:
            self.connection.execute(
                f"INSERT INTO memory.old_numbers SELECT * FROM ({part}) AS found(number, old, longest) "
                "WHERE old IS NOT NULL AND (number, old) NOT IN (SELECT (number, old) FROM memory.old_numbers)"
            )

    def _values(self, contract: FeedContract, one: NumberColumn) -> str:
        return f"SELECT DISTINCT '{one.number}', {one.value_sql('raw')}, {one.column.length} {self._rows_of(contract)}"

    @staticmethod
    def _rows_of(contract: FeedContract) -> str:
        return (
            f"FROM warehouse.{contract.raw_table} AS raw JOIN memory.touched ON touched.row_id = raw.rowid "
            f"AND touched.feed = '{contract.feed}' AND touched.is_owned"
        )

    def _draw(self) -> None:
        """A fresh code for every number, as long as the shortest column that holds it allows."""
        rows = self.connection.execute(
            f"SELECT number, old, min(longest) FROM memory.old_numbers WHERE number <> '{OVERPAYMENT}' GROUP BY ALL"
        ).fetchall()
        shortest = self._shortest()
        taken: set[str] = set()
        drawn = [fresh_code(number, old, shortest.get(number, longest), taken) for number, old, longest in rows]
        columns = [[row[0] for row in rows], [row[1] for row in rows], drawn]
        table = pa.table([pa.array(column, pa.string()) for column in columns], names=["number", "old", "new"])
        self.connection.register("drawn", table)
        self.connection.execute("INSERT INTO memory.numbers SELECT * FROM drawn")
        self.connection.unregister("drawn")

    def _shortest(self) -> dict[str, int]:
        """The length of the shortest column of each number that is in use in this city's layouts and holds it whole."""
        rows = self.connection.execute(
            "SELECT number, max(length(old)) FROM memory.old_numbers GROUP BY ALL"
        ).fetchall()
        longest_value = dict(rows)
        lengths: dict[str, int] = {}
        for contract in self.contracts:
            for one in number_columns(contract):
                if one.has_fresh_code and one.column.length >= longest_value.get(one.number, 0):
                    lengths[one.number] = min(lengths.get(one.number, one.column.length), one.column.length)
        return lengths
