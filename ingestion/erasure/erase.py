"""Erases people from a home: the front door. Every yen stays, and no way leads from the rows that stay to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion import vault
from ingestion.city_profile import read_city_profile
from ingestion.erasure import changeover
from ingestion.erasure.archive_copy import Moves, OriginalsEraser, lines_that_name
from ingestion.erasure.archived_lines import ErasedNumbers
from ingestion.erasure.loose_files import plan_loose_files
from ingestion.erasure.numbers import OVERPAYMENT
from ingestion.erasure.touched_rows import TouchedRows
from ingestion.erasure.warehouse_copy import WarehouseCopy, two_warehouses
from ingestion.errors import DataRefused
from ingestion.pseudonym import read_secret
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract
    from ingestion.home import Home

_LINES = """
WITH named AS (
    SELECT source_file_no, source_line_no FROM memory.renamed
    UNION
    SELECT thin.source_file_no, thin.source_line_no FROM warehouse.repeated_lines AS thin JOIN memory.renamed ON
        renamed.feed = thin.feed AND renamed.old_key = thin.key_hash AND renamed.old_record = thin.record_hash
)
SELECT files.file_sha256, list(named.source_line_no)
FROM named JOIN warehouse.feed_files AS files ON files.file_no = named.source_file_no GROUP BY files.file_sha256
"""
_ONLY_READING_TELLS = """
SELECT DISTINCT file_sha256 FROM warehouse.feed_files
WHERE file_status IN ('superseded', 'quarantined') OR row_count_quarantined > 0
"""
_REFUSED_LINES = """
SELECT DISTINCT file_no, source_line_no, line_bytes FROM warehouse.quarantined_lines WHERE line_bytes IS NOT NULL
"""


@dataclass(frozen=True)
class Erased:
    """What was erased, in counts: rows by feed (blanked, and of others naming him), lines of originals, files."""

    person_count: int
    rows_by_feed: Mapping[str, int]
    naming_rows_by_feed: Mapping[str, int]
    number_count: int
    archived_line_count: int
    quarantined_line_count: int
    loose_file_count: int
    individual_number_count: int


@dataclass(frozen=True)
class Erasure:
    """Whom to erase and what stays. ``codes``: addressee codes. ``kept``: by feed, columns that figures are made of.

    ``computed``: tables that are made from others and are left out, to be computed anew.
    """

    codes: Sequence[str]
    kept: Mapping[str, Collection[str]]
    computed: Collection[str]


def erase_people(
    home: Home,
    erasure: Erasure,
    progress: Callable[[str, str], None],
    settle: Callable[[Erased, Path, Moves], None] = lambda _erased, _folder, _moves: None,
) -> Erased:
    """Erase these people from warehouse, vault, archive, quarantine and lists; all of it or nothing.

    The caller holds the home against other writers, and computes the left-out tables anew afterwards. ``settle`` may
    write into the folder what is to be said of the erasure, and add it to the moves: it stands if the erasure does.

    Raises:
        DataRefused: none of them is known.
    """
    folder, moves = changeover.begin(home), Moves()
    contracts = read_city_profile(home).layouts.contracts()
    new = folder / "warehouse.duckdb"
    found = _copied(home, new, contracts, erasure, progress)
    new.chmod(0o600)
    originals = OriginalsEraser(home, folder, contracts, found.numbers, erasure.kept, found.lines)
    archived = originals.archive(moves, lambda name: progress("archive", name))
    quarantined = originals.quarantine(moves)
    loose = plan_loose_files(home, folder, found.values, moves)
    moves.placed.append((new, home.warehouse))
    # Before the change-over: a run killed between the two finds the same tokens again, and takes out the rest.
    individual_numbers = vault.erase(home, found.tokens)
    erased = Erased(
        len(set(erasure.codes)),
        found.owned_rows,
        found.naming_rows,
        len(found.numbers.fresh),
        archived,
        quarantined,
        loose,
        individual_numbers,
    )
    settle(erased, folder, moves)
    changeover.commit(home, moves)
    return erased


@dataclass(frozen=True)
class _Found:
    """What the tables tell of the people: the rest of the home is searched by it."""

    owned_rows: Mapping[str, int]
    naming_rows: Mapping[str, int]
    numbers: ErasedNumbers
    lines: Mapping[str, Collection[int] | None]
    values: Collection[str]
    tokens: Collection[str]


def _copied(
    home: Home,
    new: Path,
    contracts: Mapping[str, FeedContract],
    erasure: Erasure,
    progress: Callable[[str, str], None],
) -> _Found:
    """Write the erased warehouse into ``new``."""
    with two_warehouses(home, new) as connection:
        progress("search", f"{len(erasure.codes):,} people")
        TouchedRows(connection, list(contracts.values())).find(erasure.codes)
        owned, naming = (_counts(connection, is_owned=flag) for flag in (True, False))
        if not owned:
            raise DataRefused("no row of these people was found", "Make a new plan: osamari erase --as-of DAY")
        numbers = _numbers(connection)
        copy = WarehouseCopy(connection, list(contracts.values()), erasure.kept, read_secret(home))
        refused = lines_that_name(connection.execute(_REFUSED_LINES).fetchall(), numbers)
        copy.write(erasure.computed, refused, lambda table: progress("copy", table))
        lines, values = _lines(connection), _values(connection, contracts)
        return _Found(owned, naming, numbers, lines, values, _tokens(connection, contracts))


def _counts(connection: DuckDBPyConnection, *, is_owned: bool) -> dict[str, int]:
    rows = connection.execute(
        "SELECT feed, count(*) FROM memory.touched WHERE is_owned = ? GROUP BY feed ORDER BY feed", [is_owned]
    ).fetchall()
    return dict(rows)


def _numbers(connection: DuckDBPyConnection) -> ErasedNumbers:
    fresh = connection.execute("SELECT number, old, new FROM memory.numbers").fetchall()
    finding = connection.execute(
        "SELECT number, old FROM memory.old_numbers WHERE number = ?", [OVERPAYMENT]
    ).fetchall()
    identities = connection.execute("SELECT marker, name FROM memory.identities").fetchall()
    return ErasedNumbers({(number, old): new for number, old, new in fresh}, set(finding), set(identities))


def _values(connection: DuckDBPyConnection, contracts: Mapping[str, FeedContract]) -> set[str]:
    """By what a file outside the tables would name them: codes, other numbers, old pseudonyms and names."""
    query = "SELECT owner FROM memory.erased_owners UNION SELECT old FROM memory.old_numbers WHERE length(old) >= 8"
    for contract in contracts.values():
        for column in contract.match_columns:
            name, raw = quoted(column.name), f"warehouse.{contract.raw_table}"
            owned = f"SELECT row_id FROM memory.touched WHERE feed = '{contract.feed}' AND is_owned"
            query += f" UNION SELECT {name} FROM {raw} WHERE rowid IN ({owned})"
    return {row[0] for row in connection.execute(query).fetchall() if row[0]}


def _tokens(connection: DuckDBPyConnection, contracts: Mapping[str, FeedContract]) -> set[str]:
    """Tokens of individual numbers that stood in their rows, and stand in no row that stays."""
    columns = [
        (contract.raw_table, quoted(column.name))
        for contract in contracts.values()
        for column in contract.layout.raw_columns
        if column.personal == "vault"
    ]
    stay, had = (
        " UNION ".join(
            f"SELECT {name} AS token FROM {file}.{table} WHERE {name} IS NOT NULL" for table, name in columns
        )
        for file in ("erased", "warehouse")
    )
    rows = connection.execute(f"SELECT token FROM ({had}) ANTI JOIN ({stay}) USING (token)").fetchall()
    return {row[0] for row in rows}


def _lines(connection: DuckDBPyConnection) -> dict[str, Collection[int] | None]:
    """Of each delivered file the lines that are theirs or name them; None where only reading the file tells."""
    found: dict[str, Collection[int] | None] = {
        digest: set(lines) for digest, lines in connection.execute(_LINES).fetchall()
    }
    return found | dict.fromkeys((row[0] for row in connection.execute(_ONLY_READING_TELLS).fetchall()), None)
