"""What is refused is kept for correction.

Whole files, or single lines, each with a text that says what is wrong.
"""

from __future__ import annotations

import shutil
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingestion.file_name import CONTROL_SUFFIX
from ingestion.line_errors import render_file_fault, render_line_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from ingestion.feed_file import FeedFile, RefusedLine
    from ingestion.home import Home
    from ingestion.line_errors import FileFault

LONGEST_LIST = 1000
_OWNER_ONLY = 0o600


def error_lines(
    file_name: str, faults: Sequence[FileFault], refused: Iterable[RefusedLine], loaded_count: int | None
) -> list[str]:
    """Everything that is wrong with a file, for people.

    ``loaded_count`` is None when the whole file is refused.
    """
    lines: list[str] = []
    for fault in faults:
        lines += render_file_fault(file_name, fault, "The file is in quarantine; nothing of it was loaded.")
    consequence = "" if loaded_count is None else _consequence(loaded_count)
    errors = [error for line in refused for error in line.errors]
    for error in errors[:LONGEST_LIST]:
        lines += render_line_error(file_name, error, consequence)
    if len(errors) > LONGEST_LIST:
        lines.append(f"{file_name}: {len(errors) - LONGEST_LIST:,} more; the table quarantined_lines lists all.")
    return lines


def _consequence(loaded_count: int) -> str:
    others = {0: "no other line was loaded", 1: "the other line was loaded"}.get(
        loaded_count, f"the other {loaded_count:,} lines were loaded"
    )
    return f"The line is in quarantine; {others}."


def keep_file(home: Home, path: Path, sha256: str, sidecar: Path | None, lines: Sequence[str]) -> Path:
    """Move a refused file and its sidecar into quarantine and write beside it what is wrong."""
    name = _free_name(home, path, sha256)
    kept = home.quarantine / name
    write_text(kept.with_name(f"{name}.errors.txt"), lines)
    if sidecar is not None:
        _move(sidecar, home.quarantine / (name + CONTROL_SUFFIX if name != path.name else sidecar.name))
    _move(path, kept)
    return kept


def keep_lines(home: Home, file: FeedFile, sha256: str, refused: Sequence[RefusedLine], lines: Sequence[str]) -> Path:
    """Write the refused lines of a loaded file, as delivered and under their header, and what is wrong with them."""
    name = PurePath(file.name)
    content = b"".join([file.header_line(), *(line.raw.removesuffix(b"\r") + b"\r\n" for line in refused)])
    kept = home.quarantine / f"{name.stem}.lines{name.suffix}"
    prefix = ""
    if kept.exists() and kept.read_bytes() != content:
        prefix = f"{sha256[:12]}."
        kept = kept.with_name(prefix + kept.name)
    kept.write_bytes(content)
    kept.chmod(_OWNER_ONLY)
    write_text(home.quarantine / f"{prefix}{name}.errors.txt", lines)
    return kept


def write_text(path: Path, lines: Sequence[str]) -> None:
    """Write a text for people, readable by its owner only."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(_OWNER_ONLY)


def _free_name(home: Home, path: Path, sha256: str) -> str:
    """The file's name, or one with its hash in front when another refused file has the name already."""
    kept = home.quarantine / path.name
    if not kept.exists() or kept.read_bytes() == path.read_bytes():
        return path.name
    return f"{sha256[:12]}.{path.name}"


def _move(source: Path, target: Path) -> None:
    shutil.move(source, target)
    target.chmod(_OWNER_ONLY)
