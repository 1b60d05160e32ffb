"""Which delivered rows stand in ``raw_<feed>``: decided by the order of delivery, never by the order of loading.

The rows of a key, in delivery order, are its versions. A *state* stands when it differs from the version before it; an
*event* stands once, in the first delivery that reports it. All others are kept as ``repeated_lines``: thin, but enough
to put them back when a late file, or a correction, makes them news. A full delivery ends the keys it does not hold, a
delete flag ends its own key: ``ended_records``. A file that another corrects gives up its rows: ``superseded_lines``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.delivery_notice import FULL
from ingestion.row_sql import RESULT_COLUMN, quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from duckdb import DuckDBPyConnection

    from ingestion.contract import FeedContract

DELETED_COLUMN = "has_deleted_flag"
VERSION_TABLES = {
    "repeated_lines": """
        feed VARCHAR, source_file_no INTEGER, source_line_no INTEGER, delivery_date DATE, delivery_seq INTEGER,
        key_hash UBIGINT, record_hash UBIGINT, yen BIGINT""",
    "ended_records": """
        feed VARCHAR, source_file_no INTEGER, source_line_no INTEGER, ended_by_file_no INTEGER, delivery_date DATE,
        delivery_seq INTEGER, reason VARCHAR""",
    "superseded_lines": """
        feed VARCHAR, source_file_no INTEGER, source_line_no INTEGER, superseded_by_file_no INTEGER, yen BIGINT""",
    "erased_lines": "feed VARCHAR, source_file_no INTEGER, source_line_no INTEGER",
}
_ORDER = "delivery_date, delivery_seq, source_file_no, source_line_no"
_COMPLETE_FULL_DELIVERIES = f"""
SELECT delivery_date, max(delivery_seq) AS delivery_seq, arg_max(file_no, delivery_seq) AS file_no,
    list(file_no) AS file_nos
FROM feed_files WHERE feed = $feed AND file_status = 'loaded' AND delivery_scope = '{FULL}'
GROUP BY municipality_code, delivery_date, part_count, CASE WHEN part_count > 1 THEN 0 ELSE file_no END
HAVING count(DISTINCT part_no) = max(part_count) AND sum(row_count_quarantined) = 0
"""
"""Full deliveries of which every part is there and no line was refused: only they tell what no longer exists."""
_NOT_ERASED = (
    "(source_file_no, source_line_no) NOT IN (SELECT (source_file_no, source_line_no) FROM erased_lines "
    "WHERE feed = $feed)"
)
"""Rows of erased people are of nobody: no full delivery holds their key, and none ends it."""


@dataclass(frozen=True)
class RecordVersions:
    """The versions of one feed's records. All statements are set-based and give the same result whenever repeated."""

    connection: DuckDBPyConnection
    contract: FeedContract

    def settle_simply(self, file_no: int, repeated: Collection[int]) -> None:
        """The file is the newest of its feed: its rows at these lines only repeat what stands."""
        if repeated:
            lines = f"source_file_no = {file_no} AND source_line_no IN (SELECT unnest($lines))"
            self._run(f"INSERT INTO repeated_lines {self._thin(lines)}", feed=self._feed, lines=list(repeated))
            self._run(f"DELETE FROM {self._raw} WHERE {lines}", lines=list(repeated))

    def settle(self, file_no: int) -> set[int]:
        """Decide anew for every key of this file, or of the feed if it is a full delivery; the files that change."""
        touched = "true" if self._ends_others(file_no) else f"source_file_no = {file_no}"
        return self._settle(f"SELECT DISTINCT {self._key_hash} AS key_hash FROM {self._raw} WHERE {touched}", None)

    def supersede(self, file_no: int, by_file_no: int) -> set[int]:
        """Take all rows of a corrected file out, and put back what only it had made a repetition."""
        keys = (
            f"SELECT {self._key_hash} AS key_hash FROM {self._raw} WHERE source_file_no = {file_no} UNION "
            f"SELECT key_hash FROM repeated_lines WHERE feed = '{self._feed}' AND source_file_no = {file_no}"
        )
        changed = self._settle(keys, file_no)
        parts = (
            f"{self._thin(f'source_file_no = {file_no}')} UNION ALL "
            f"SELECT * FROM repeated_lines WHERE feed = $feed AND source_file_no = {file_no}"
        )
        self._run(
            "INSERT INTO superseded_lines SELECT feed, source_file_no, source_line_no, "
            f"{by_file_no} AS superseded_by_file_no, yen FROM ({parts})",
            feed=self._feed,
        )
        self._run(f"DELETE FROM {self._raw} WHERE source_file_no = {file_no}")
        self._run(f"DELETE FROM repeated_lines WHERE feed = $feed AND source_file_no = {file_no}", feed=self._feed)
        return changed

    def needs_full_settling(self, file_no: int) -> bool:
        """True when the file is not simply the newest: late, full, after a full delivery, or with a deletion."""
        row = self._run(
            "SELECT count(*) FROM feed_files AS other JOIN feed_files AS this ON this.file_no = $file_no "
            "WHERE other.feed = $feed AND other.file_no <> this.file_no AND other.file_status = 'loaded' "
            "AND (other.delivery_date, other.delivery_seq) >= (this.delivery_date, this.delivery_seq)",
            file_no=file_no,
            feed=self._feed,
        ).fetchone()
        if row and row[0]:
            return True
        return bool(self._full_deliveries()) or self._has_deletions(file_no)

    @property
    def _feed(self) -> str:
        return self.contract.feed

    @property
    def _raw(self) -> str:
        return self.contract.raw_table

    @property
    def _key(self) -> tuple[str, ...]:
        # A request and its result carry the same key: they are two events.
        marks = (RESULT_COLUMN,) if self.contract.has_result_marks else ()
        return (*self.contract.record_key, *marks)

    @property
    def _key_hash(self) -> str:
        return f"hash({', '.join(quoted(name) for name in self._key)})"

    @property
    def _can_delete(self) -> bool:
        return DELETED_COLUMN in self.contract.layout.by_name

    def _run(self, statement: str, **parameters: object) -> DuckDBPyConnection:
        return self.connection.execute(statement, parameters or None)

    def _thin(self, condition: str) -> str:
        yen = f"coalesce({quoted(self.contract.amount)}, 0)" if self.contract.amount else "0"
        return (
            "SELECT $feed AS feed, source_file_no, source_line_no, delivery_date, delivery_seq, "
            f"{self._key_hash} AS key_hash, record_hash, {yen} AS yen FROM {self._raw} WHERE {condition}"
        )

    def _full_deliveries(self) -> list[tuple[object, ...]]:
        if self.contract.row_kind != "state":
            return []
        return self._run(_COMPLETE_FULL_DELIVERIES, feed=self._feed).fetchall()

    def _ends_others(self, file_no: int) -> bool:
        return any(file_no in numbers for *_, numbers in self._full_deliveries() if isinstance(numbers, list))

    def _has_deletions(self, file_no: int) -> bool:
        if not self._can_delete:
            return False
        found = f"SELECT 1 FROM {self._raw} WHERE source_file_no = {file_no} AND {DELETED_COLUMN} LIMIT 1"
        return self._run(found).fetchone() is not None

    def _settle(self, keys: str, without_file_no: int | None) -> set[int]:
        """Compute what should stand for these keys, then move rows between ``raw`` and ``repeated_lines``."""
        self._run(f"CREATE OR REPLACE TEMP TABLE touched_keys AS {keys}")
        self._run(f"CREATE OR REPLACE TEMP TABLE versions AS {self._versions(without_file_no)}", feed=self._feed)
        moved = "SELECT DISTINCT source_file_no FROM versions WHERE is_version AND is_stored <> is_news"
        changed = {int(number) for (number,) in self._run(moved).fetchall()}
        self._renew_ended()
        self._restore()
        self._demote()
        self._run("DROP TABLE versions; DROP TABLE touched_keys")
        return changed

    def _versions(self, without_file_no: int | None) -> str:
        deleted = f"coalesce({DELETED_COLUMN}, false)" if self._can_delete else "false"
        left_out = f"AND source_file_no <> {without_file_no}" if without_file_no is not None else ""
        stored = (
            f"SELECT {self._key_hash} AS key_hash, {_ORDER}, record_hash, {deleted} AS is_deletion, true AS is_stored "
            f"FROM {self._raw} WHERE {self._key_hash} IN (SELECT key_hash FROM touched_keys) {left_out}"
        )
        repeated = (
            f"SELECT key_hash, {_ORDER}, record_hash, false AS is_deletion, false AS is_stored FROM repeated_lines "
            f"WHERE feed = $feed AND key_hash IN (SELECT key_hash FROM touched_keys) {left_out}"
        )
        return f"WITH delivered AS ({stored} UNION ALL {repeated}), {self._judged()}"

    def _judged(self) -> str:
        """``is_news``: differs from what stood before (state), or is told for the first time (event)."""
        if self.contract.row_kind == "event":
            return (
                "numbered AS (SELECT *, row_number() OVER (PARTITION BY key_hash, record_hash ORDER BY "
                f"{_ORDER}) AS telling FROM delivered) "
                "SELECT *, true AS is_version, telling = 1 AS is_news FROM numbered"
            )
        return (
            f"fulls AS ({_COMPLETE_FULL_DELIVERIES}), "
            "markers AS (SELECT firsts.key_hash, fulls.delivery_date, fulls.delivery_seq, fulls.file_no AS "
            "source_file_no FROM fulls JOIN (SELECT key_hash, min((delivery_date, delivery_seq)) AS first "
            f"FROM delivered WHERE {_NOT_ERASED} GROUP BY key_hash) AS firsts "
            "ON firsts.first < (fulls.delivery_date, fulls.delivery_seq) "
            "ANTI JOIN delivered AS held ON held.key_hash = firsts.key_hash "
            "AND list_contains(fulls.file_nos, held.source_file_no)), "
            "steps AS (SELECT *, true AS is_version FROM delivered UNION ALL SELECT key_hash, delivery_date, "
            "delivery_seq, source_file_no, 0 AS source_line_no, NULL AS record_hash, false, false, false FROM markers) "
            "SELECT *, record_hash IS DISTINCT FROM lag(record_hash) OVER same_key AS is_news, "
            "coalesce(lag(is_version AND NOT is_deletion) OVER same_key, false) AS is_after_version "
            f"FROM steps WINDOW same_key AS (PARTITION BY key_hash ORDER BY {_ORDER})"
        )

    def _renew_ended(self) -> None:
        """The version that stood when its key was deleted, or was absent from a full delivery."""
        if self.contract.row_kind != "state":
            return
        self._run(
            "DELETE FROM ended_records WHERE feed = $feed AND (source_file_no, source_line_no) IN "
            "(SELECT (source_file_no, source_line_no) FROM versions WHERE is_version)",
            feed=self._feed,
        )
        self._run(
            "INSERT INTO ended_records SELECT $feed, stood.source_file_no, stood.source_line_no, ended.source_file_no, "
            "ended.delivery_date, ended.delivery_seq, CASE WHEN ended.is_version THEN 'deleted' ELSE 'absent' END "
            "FROM (SELECT * FROM versions WHERE is_after_version AND (is_deletion OR NOT is_version)) AS ended "
            "ASOF JOIN (SELECT *, (delivery_date, delivery_seq, source_file_no, source_line_no) AS place FROM versions "
            "WHERE is_version AND is_news AND NOT is_deletion) AS stood ON ended.key_hash = stood.key_hash "
            "AND (ended.delivery_date, ended.delivery_seq, ended.source_file_no, ended.source_line_no) > stood.place",
            feed=self._feed,
        )

    def _restore(self) -> None:
        """Put back rows that are news: their content is that of the row they repeated."""
        self._run(
            f"INSERT INTO {self._raw} SELECT donor.* REPLACE (news.source_file_no AS source_file_no, "
            "news.source_line_no AS source_line_no, news.delivery_date AS delivery_date, "
            "news.delivery_seq AS delivery_seq) FROM (SELECT * FROM versions WHERE is_version AND is_news "
            f"AND NOT is_stored) AS news JOIN (SELECT * FROM {self._raw} WHERE record_hash IN (SELECT record_hash FROM "
            "versions WHERE is_version AND is_news AND NOT is_stored) QUALIFY row_number() OVER (PARTITION BY "
            f"record_hash, {', '.join(quoted(name) for name in self._key)} ORDER BY {_ORDER}) = 1) AS donor "
            f"ON donor.record_hash = news.record_hash AND hash({self._donor_key}) = news.key_hash"
        )
        self._run(
            "DELETE FROM repeated_lines WHERE feed = $feed AND (source_file_no, source_line_no) IN "
            "(SELECT (source_file_no, source_line_no) FROM versions WHERE is_version AND is_news AND NOT is_stored)",
            feed=self._feed,
        )

    @property
    def _donor_key(self) -> str:
        return ", ".join(f"donor.{quoted(name)}" for name in self._key)

    def _demote(self) -> None:
        """Keep rows that have become repetitions as thin lines only."""
        lines = (
            "(source_file_no, source_line_no) IN (SELECT (source_file_no, source_line_no) FROM versions "
            "WHERE is_version AND is_stored AND NOT is_news)"
        )
        self._run(f"INSERT INTO repeated_lines {self._thin(lines)}", feed=self._feed)
        self._run(f"DELETE FROM {self._raw} WHERE {lines}")
