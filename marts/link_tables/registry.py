"""The registry: one YAML file per link, reviewed like code. What stands in none of them cannot be delivered.

The platform's files lie beside this module, a city's own in ``link_tables/`` of its home; a city's file takes the place
of the platform's with the same id. Either way it is checked in full before anything is read for it.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.city_profile import read_city_profile
from ingestion.contract import load_contracts
from ingestion.errors import ConfigurationError
from marts import strict_yaml
from marts.link_tables.link import CHANGE_HEADING, Link, System
from marts.link_tables.registered_items import chosen_rows, key_items, registered_items, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.contract import FeedContract
    from ingestion.home import Home
    from marts.strict_yaml import Section

FOLDER = Path(__file__).parent / "registry"
SYSTEMS = Path(__file__).parent / "systems.yaml"
_TEXTS = ("title_ja", "purpose_ja", "legal_basis", "responsible_ja", "retention_ja")


def load_links(home: Home | None = None) -> dict[str, Link]:
    """Every registered link by id; without a home those of the platform only.

    Raises:
        ConfigurationError: a file is wrong, or names a system, feed, model or item that does not exist; the text
            names file and key.
    """
    contracts = read_city_profile(home).layouts.contracts() if home else load_contracts()
    files = {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
    files |= {path.stem: path for path in sorted(home.link_tables.glob("*.yaml"))} if home else {}
    systems = load_systems()
    return {name: read_link(files[name], systems, contracts) for name in sorted(files)}


def named_link(home: Home, name: str) -> Link:
    """The link of that id.

    Raises:
        ConfigurationError: none has it, or the registry is wrong.
    """
    links = load_links(home)
    if name not in links:
        raise ConfigurationError(f"No link {name} is registered.", f"There are: {', '.join(links)}.")
    return links[name]


def load_systems(path: Path = SYSTEMS) -> dict[str, System]:
    """The systems by code.

    Raises:
        ConfigurationError: a key is missing or unknown.
    """
    top = strict_yaml.read(path)
    found = [_system(section) for section in top.sections("systems")]
    top.close()
    return {system.code: system for system in found}


def _system(section: Section) -> System:
    system = System(*(section.take(key, str) for key in ("code", "name_ja", "section_ja")))
    section.close()
    return system


def read_link(path: Path, systems: Mapping[str, System], contracts: Mapping[str, FeedContract]) -> Link:
    """One file of the registry.

    Raises:
        ConfigurationError: see :func:`load_links`.
    """
    top = strict_yaml.read(path)
    texts = {key: _said(path, key, top.take(key, str)) for key in _TEXTS}
    contract = _standing(path, top.take("feed", str), contracts)
    records = _optional(top, "records")
    keys = key_items(path, contract, records)
    link = Link(
        id=_own_name(path, top.take("id", str)),
        provider=_known(path, "provider", top.take("provider", str), systems),
        consumer=_known(path, "consumer", top.take("consumer", str), systems),
        outbox_days=top.positive("outbox_days"),
        contract=contract,
        records=records,
        **chosen_rows(path, contract, _optional(top, "rows_in")),
        keys=keys,
        items=registered_items(path, contract, top.take("items", list), keys),
        from_date=top.take("from", date),
        to_date=top.take("to", date) if "to" in top.keys() else None,  # noqa: SIM118  (a Section)
        registration=hashlib.sha256(path.read_bytes()).hexdigest(),
        **texts,
    )
    top.close()
    _refuse_contradiction(path, link)
    return link


def _optional(top: Section, key: str) -> str:
    return top.take(key, str) if key in top.keys() else ""  # noqa: SIM118  (a Section)


def _said(path: Path, key: str, text: str) -> str:
    if not text.strip():
        raise wrong(path, key, "it is empty", f"Say the {key} of the link; without it nothing may be shared.")
    return text.strip()


def _standing(path: Path, feed: str, contracts: Mapping[str, FeedContract]) -> FeedContract:
    contract = contracts.get(feed)
    if contract is None or contract.row_kind != "state":
        remedy = "Name one of row_kind state in feeds.csv."
        raise wrong(path, "feed", f"{feed} is no feed with records that stand", remedy)
    return contract


def _own_name(path: Path, name: str) -> str:
    if name != path.stem or not name.isascii() or not name.isidentifier() or name != name.lower():
        raise wrong(path, "id", f'"{name}" is not the name of the file in small letters', f"Write id: {path.stem}.")
    return name


def _known(path: Path, key: str, code: str, systems: Mapping[str, System]) -> System:
    if code not in systems:
        raise wrong(path, key, f"there is no system {code}", f"Use one of: {', '.join(systems)}.")
    return systems[code]


def _refuse_contradiction(path: Path, link: Link) -> None:
    if link.provider == link.consumer:
        raise wrong(path, "consumer", "a system needs no link to itself", "Name another system.")
    if link.to_date is not None and link.to_date < link.from_date:
        raise wrong(path, "to", f"{link.to_date} is before {link.from_date}", "Give the last day of the link.")
    seen = {CHANGE_HEADING}
    for column in link.columns:
        if column.heading in seen:
            raise wrong(
                path, "items", f"the heading {column.heading} stands twice", "Give one of them another heading."
            )
        seen.add(column.heading)
