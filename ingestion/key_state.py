"""In what state each key is: where it is kept, whether it is being changed, and whether it opens what it protects."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.archive import KEY as ARCHIVE
from ingestion.archive import originals
from ingestion.database import WAREHOUSE, DatabaseFile, read_warehouse
from ingestion.errors import ConfigurationError, OsamariError
from ingestion.key_ring import KINDS, KeyKind, next_key, read_key, readable_keys
from ingestion.sealed_file import fingerprint, is_sealed_with
from ingestion.vault import NAME as VAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingestion.home import Home


@dataclass(frozen=True)
class KeyState:
    """One key: what it protects, where it is, how it is told from another; ``problem`` says what is wrong with it."""

    kind: KeyKind
    place: str
    fingerprint: str
    is_changing: bool
    problem: OsamariError | None


def key_states(home: Home, *, does_open: bool = False) -> list[KeyState]:
    """The state of every key; none is made here. With ``does_open`` each is tried on everything it protects."""
    return [_state(home, kind, does_open=does_open) for kind in KINDS.values()]


def _state(home: Home, kind: KeyKind, *, does_open: bool) -> KeyState:
    given = bool(os.environ.get(kind.variable, "").strip())
    place = kind.variable if given else f"keys/{kind.path(home).name}"
    if not given and not kind.path(home).exists() and not kind.is_in_use(home):
        return KeyState(kind, "not made yet", "", is_changing=False, problem=None)
    try:
        key, following = read_key(home, kind.name), next_key(home, kind.name)
    except ConfigurationError as problem:
        return KeyState(kind, place, "", is_changing=False, problem=problem)
    found = _tried(home, kind) if does_open else None
    return KeyState(kind, place, fingerprint(key), is_changing=following is not None, problem=found)


def _tried(home: Home, kind: KeyKind) -> OsamariError | None:
    try:
        _TRIALS[kind.name](home)
    except OsamariError as problem:
        return problem
    return None


def _try_warehouse(home: Home) -> None:
    DatabaseFile(home.warehouse, readable_keys(home, WAREHOUSE)).opening_key()


def _try_vault(home: Home) -> None:
    DatabaseFile(home.vault, readable_keys(home, VAULT), VAULT).opening_key()


def _try_archive(home: Home) -> None:
    keys = readable_keys(home, ARCHIVE)
    others = [path for path in originals(home) if not any(is_sealed_with(path, key) for key in keys)]
    if others:
        raise ConfigurationError(
            f"{len(others):,} originals are not encrypted with this key, the first is {others[0].name}",
            "Restore the key they were encrypted with; those of an earlier version: osamari keys encrypt.",
        )


def _try_pseudonym(home: Home) -> None:
    if not home.warehouse.exists():
        return
    with read_warehouse(home) as connection:
        stored = connection.execute("SELECT fingerprint FROM pseudonym_fingerprint").fetchone()
    if stored and stored[0] != fingerprint(read_key(home, "pseudonym")):
        raise ConfigurationError(
            "the pseudonym key is another than the one this warehouse was built with",
            "Restore keys/pseudonym.key (or OSAMARI_PSEUDONYM_KEY): the same person would get two keys.",
        )


_TRIALS: dict[str, Callable[[Home], None]] = {
    "pseudonym": _try_pseudonym,
    WAREHOUSE: _try_warehouse,
    VAULT: _try_vault,
    ARCHIVE: _try_archive,
    # Its copies lie wherever the city keeps them; `osamari verify` tries it on them.
    "backup": lambda _: None,
}
