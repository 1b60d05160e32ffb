"""A past state of the deliveries, built anew from the archive: the files up to a day, into a home of their own.

What stands in a warehouse follows from what was delivered (``record_versions``), so the archive alone suffices; the
warehouse it came from may be lost, or built with an older layout. Only the numbers that were given do not follow from
deliveries: where the old warehouse is there they are carried over.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.archive import KEY, originals, restore_original
from ingestion.control import read_sidecar
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.file_name import control_names, is_control_name, parse_file_name
from ingestion.key_ring import KINDS, readable_keys
from ingestion.loader import load_inbox
from ingestion.numbering.carrying import carry_numbers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from ingestion.file_ledger import FileOutcome
    from ingestion.home import Home

_ARCHIVED = re.compile("([0-9a-f]{64})_(.+)")
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class ArchivedDelivery:
    """One feed file of the archive, under the name it was delivered with, and its control file if it had one."""

    name: str
    path: Path
    sidecar: Path | None
    order: tuple[dt.date, int, str]


def archived_deliveries(home: Home, until: dt.date) -> list[ArchivedDelivery]:
    """Feed files of the archive delivered by a day, in the order of delivery."""
    files: list[tuple[str, str, Path]] = []
    sidecars: dict[str, Path] = {}
    keys = readable_keys(home, KEY)
    for path in originals(home):
        match = _ARCHIVED.fullmatch(path.name)
        if match and is_control_name(match[2]):
            sidecars |= {f"{digest}_{match[2]}": path for digest in _stated_hash(home, path, keys)}
        elif match:
            files.append((match[1], match[2], path))
    found = [_delivery(name, path, _sidecar_of(digest, name, sidecars)) for digest, name, path in files]
    return sorted((one for one in found if one and one.order[0] <= until), key=lambda one: one.order)


def rebuild(
    source: Home, target: Home, until: dt.date, progress: Callable[[int, int, str], None] | None = None
) -> list[FileOutcome]:
    """Load the archive of ``source`` up to a day into the empty home ``target``, with the same keys and settings.

    Raises:
        ConfigurationError: ``target`` is not empty, the archive holds nothing up to that day, or its key is lost.
        DataRefused: an original has been changed or damaged.
    """
    if target.root.exists() and any(target.root.iterdir()):
        raise ConfigurationError(f"the folder {target.root} is not empty", "Name a folder that does not exist yet.")
    deliveries = archived_deliveries(source, until)
    if not deliveries:
        raise ConfigurationError(
            f"the archive of {source.root} holds no delivery up to {until}", "Name a later day, or another home."
        )
    target.create()
    profiles = filter(lambda path: path.exists(), [source.city_profile, source.protected_list])
    ring = (kind.path(source) for kind in KINDS.values())
    for kept in (*(path for path in ring if path.exists()), *source.layouts.glob("*.csv"), *profiles):
        copy = target.root / kept.relative_to(source.root)
        copy.parent.mkdir(exist_ok=True)
        shutil.copyfile(kept, copy)
        copy.chmod(_OWNER_ONLY)
    outcomes: list[FileOutcome] = []
    keys = readable_keys(source, KEY)
    for place, delivery in enumerate(deliveries, start=1):
        if progress:
            progress(place, len(deliveries), delivery.name)
        _put(delivery, target, keys)
        if place == len(deliveries) or deliveries[place].name in {path.name for path in target.inbox.iterdir()}:
            # Two deliveries under one name cannot wait side by side.
            outcomes += load_inbox(target)
    carry_numbers(source, target)
    return outcomes


def _put(delivery: ArchivedDelivery, target: Home, keys: Sequence[str]) -> None:
    restore_original(delivery.path, target.inbox / delivery.name, keys)
    if delivery.sidecar:
        restore_original(delivery.sidecar, target.inbox / control_names(delivery.name)[0], keys)


def _delivery(name: str, path: Path, sidecar: Path | None) -> ArchivedDelivery | None:
    """None for files whose name tells neither feed nor day; they were refused when they came."""
    try:
        parsed = parse_file_name(name)
    except DataRefused:
        return None
    return ArchivedDelivery(name, path, sidecar, (parsed.delivery_date, parsed.delivery_seq, path.name))


def _stated_hash(home: Home, sidecar: Path, keys: Sequence[str]) -> list[str]:
    """The hash of the file that a control file belongs to; none when it has not the form of one."""
    with tempfile.TemporaryDirectory(dir=home.work, prefix="rebuild-") as folder:
        plain = Path(folder) / sidecar.name
        restore_original(sidecar, plain, keys)
        try:
            return [read_sidecar(plain).sha256 or ""]
        except DataRefused:
            return []


def _sidecar_of(digest: str, name: str, sidecars: dict[str, Path]) -> Path | None:
    return next((sidecars[key] for key in (f"{digest}_{one}" for one in control_names(name)) if key in sidecars), None)
