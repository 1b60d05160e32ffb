"""The proof: in which files of a home do given values stand, in any form in which this platform could have kept them?

Reads every file: as bytes in several encodings, unpacked where it is packed (gzip, zip and with it Excel, Parquet), and
row by row where it is a database, so that compression hides nothing.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import unicodedata
import zipfile
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.database import warehouse_file
from ingestion.file_encoding import EBCDIC_CODE_PAGE
from ingestion.key_ring import readable_keys
from ingestion.row_sql import quoted
from ingestion.sealed_file import is_sealed, unseal
from ingestion.vault import vault_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ingestion.database import DatabaseFile
    from ingestion.home import Home

ENCODINGS = ("utf-8", "cp932", "utf-16-le", "utf-16-be", EBCDIC_CODE_PAGE)
_HALF_WIDTH_KANA = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFFA0)}
_LARGE_KANA = str.maketrans("ァィゥェォッャュョ", "アイウエオツヤユヨ")


def find_values(home: Home, values: Sequence[str], progress: Callable[[str], None] | None = None) -> list[str]:
    """Files (and tables of the warehouse) in which one of the values stands, never which value.

    Values are searched as given, without spaces, and their kana in half width as banks write them.
    """
    texts = forms_of(values)
    patterns = sorted({pattern for text in texts for pattern in _encoded(text)})
    found = []
    for path in sorted(home.root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        if progress:
            progress(str(path.relative_to(home.root)))
        if any(pattern in content for content in _contents(home, path) for pattern in patterns):
            found.append(str(path.relative_to(home.root)))
    return found + _tables(home, texts)


def forms_of(values: Sequence[str]) -> list[str]:
    """Every way in which the values may be written: spaces of either width or none, kana of either width.

    A value of fewer than four characters is left out: it would be found anywhere.
    """
    forms: set[str] = set()
    for value in values:
        for kana in (value, _half_width(value), _half_width(value.translate(_LARGE_KANA))):
            forms |= {kana, kana.replace("\u3000", " "), kana.replace(" ", "\u3000"), "".join(kana.split())}
    return sorted(form for form in forms if len(form) >= _SHORTEST)


_SHORTEST = 4


def _half_width(text: str) -> str:
    decomposed = (unicodedata.normalize("NFD", one) if one in _VOICED else one for one in text)
    marks = {"\u3099": "\uff9e", "\u309a": "\uff9f"}
    return "".join(marks.get(one, _HALF_WIDTH_KANA.get(one, one)) for part in decomposed for one in part)


_VOICED = frozenset("ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ")


def _encoded(text: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        with suppress(UnicodeEncodeError):
            yield text.encode(encoding)


def _contents(home: Home, path: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they are encrypted or packed from."""
    content = _decrypted(home, path) if is_sealed(path) else path.read_bytes()
    yield content
    yield from _unpacked(content)
    if content.startswith(b"SQLite format 3"):
        yield from _sqlite_values(path)


def _decrypted(home: Home, path: Path) -> bytes:
    home.work.mkdir(mode=0o700, parents=True, exist_ok=True)
    plain = home.work / "searched.plain"
    plain.unlink(missing_ok=True)
    unseal(path, plain, readable_keys(home, "archive"))
    content = plain.read_bytes()
    plain.unlink()
    return content


def _unpacked(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        with suppress(OSError, EOFError):
            yield gzip.decompress(content)
    elif content.startswith(b"PK\x03\x04"):
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield packed.read(name)
    elif content.startswith(b"PAR1"):
        with suppress(pa.ArrowInvalid):
            for column in pq.read_table(io.BytesIO(content)).columns:
                yield "\n".join(str(value) for value in column.to_pylist()).encode()


def _sqlite_values(path: Path) -> Iterator[bytes]:
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f"SELECT * FROM {quoted(table)}"):
                yield "\n".join(str(value) for value in row).encode()


def _tables(home: Home, texts: Sequence[str]) -> list[str]:
    """Tables of the warehouse and the vault with one of the values in a text column or in kept bytes."""
    found: list[str] = []
    for path, file in ((home.warehouse, warehouse_file), (home.vault, vault_file)):
        if path.exists():
            found += _tables_of(file(home), texts)
    return found


def _tables_of(file: DatabaseFile, texts: Sequence[str]) -> list[str]:
    found = []
    with file.reading() as connection:
        columns: dict[str, list[str]] = {}
        for table, column, type_ in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() JOIN duckdb_tables() "
            "USING (database_name, schema_name, table_name) WHERE data_type IN ('VARCHAR', 'BLOB') "
            "AND database_name = current_database() ORDER BY table_name, column_index"
        ).fetchall():
            name = quoted(column)
            columns.setdefault(table, []).append(f"CAST({name} AS VARCHAR)" if type_ == "BLOB" else name)
        for table, names in columns.items():
            row = f"concat_ws(chr(10), {', '.join(names)})"
            query = (
                f"SELECT count(*) FROM (SELECT {row} AS row FROM {quoted(table)}) WHERE row IS NOT NULL "
                "AND list_bool_or([contains(row, one) FOR one IN $texts])"
            )
            counted = connection.execute(query, {"texts": list(texts)}).fetchone()
            if counted and counted[0]:
                found.append(f"{file.path.name}: {table}")
    return found
