"""The items of a link: each is a column that exists and that may be shared, else the registry is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ingestion.errors import ConfigurationError
from marts.link_tables.known_columns import known_models, pseudonyms
from marts.link_tables.link import ADDRESSEE_CODE, ADDRESSEE_KEY, LinkItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ingestion.contract import FeedContract
    from ingestion.layout import Column

PLACE = ("source_file_no", "source_line_no")
VAULT = "vault"
DELETE_MARK = "has_deleted_flag"
_FORM = "Write `feed.column`, or `{item: model.column, heading: 見出し}`."


def key_items(path: Path, contract: FeedContract, records: str) -> tuple[LinkItem, ...]:
    """The record key of the feed, as its layout names it; the addressee code, where a model says which row stands.

    Raises:
        ConfigurationError: feed or model do not say whose record it is, so that nobody could be looked up or erased.
    """
    code = contract.layout.by_name.get(ADDRESSEE_CODE)
    if code is not None and records:
        model = known_models().get(records)
        if model is None or not {*PLACE, ADDRESSEE_CODE} <= set(model.types) or ADDRESSEE_KEY not in model.unique:
            remedy = f"Name a model with {', '.join(PLACE)}, {ADDRESSEE_CODE}, and {ADDRESSEE_KEY} tested to be unique."
            raise wrong(path, "records", f"{records} does not say which rows stand for whom", remedy)
        return (LinkItem(records, ADDRESSEE_CODE, code.item_ja, code.duckdb_type, ADDRESSEE_KEY),)
    if code is None or not code.required:
        raise wrong(path, "feed", f"{contract.feed} does not say whose each record is", "Link a feed with 宛名コード.")
    return tuple(_of_feed(contract, contract.layout.by_name[name]) for name in contract.record_key)


def registered_items(
    path: Path, contract: FeedContract, written: Sequence[Any], keys: Sequence[LinkItem]
) -> tuple[LinkItem, ...]:
    """The items in the order of the file.

    Raises:
        ConfigurationError: one does not exist, stands twice, is an individual number, or is wrongly written.
    """
    items: list[LinkItem] = []
    for place, entry in enumerate(written):
        item = _item(path, f"items[{place}]", contract, entry)
        if item.name in {known.name for known in (*keys, *items)}:
            raise wrong(
                path, f"items[{place}]", f"{item.source}.{item.column} stands twice", "Remove one; keys are in."
            )
        items.append(item)
    if ADDRESSEE_CODE not in {column.column for column in (*keys, *items)}:
        remedy = f"Add {contract.feed}.{ADDRESSEE_CODE}: people are looked up and erased by it."
        raise wrong(path, "items", "the addressee code is missing", remedy)
    return tuple(items)


def chosen_rows(path: Path, contract: FeedContract, model: str) -> dict[str, str]:
    """The model that chooses the records, and the pseudonym by which it knows them.

    Raises:
        ConfigurationError: there is no such model, or it knows the records of this feed by no pseudonym.
    """
    if not model:
        return {"rows_in": "", "rows_on": ""}
    known = known_models().get(model)
    shared = [name for name in pseudonyms(contract) if known is not None and name in known.types]
    if not shared:
        remedy = f"Name a model whose YAML has one of: {', '.join(pseudonyms(contract))}."
        raise wrong(path, "rows_in", f"{model} does not know the records of {contract.feed}", remedy)
    return {"rows_in": model, "rows_on": shared[0]}


def _item(path: Path, place: str, contract: FeedContract, entry: object) -> LinkItem:
    named = {"item": entry} if isinstance(entry, str) else entry
    if not isinstance(named, dict) or not {"item"} <= set(named) <= {"item", "heading"}:
        raise wrong(path, place, "it is no item", _FORM)
    source, dot, column = str(named["item"]).partition(".")
    if not dot:
        raise wrong(path, place, f"{source} names no column", _FORM)
    heading = str(named.get("heading", ""))
    if source == contract.feed:
        return _feed_item(path, place, contract, column, heading)
    return _model_item(path, place, contract, (source, column, heading))


def _feed_item(path: Path, place: str, contract: FeedContract, name: str, heading: str) -> LinkItem:
    column = contract.layout.by_name.get(name)
    if column is None:
        raise wrong(path, place, f"the layout {contract.feed} has no column {name}", "See `osamari dictionary`.")
    if column.personal == VAULT:
        remedy = "Individual numbers stand in the vault and go through no link table."
        raise wrong(path, place, f"{contract.feed}.{name} is an individual number", remedy)
    if name == DELETE_MARK:
        raise wrong(path, place, "a deleted record is delivered as a deletion", "Remove the item.")
    return _of_feed(contract, column, heading)


def _of_feed(contract: FeedContract, column: Column, heading: str = "") -> LinkItem:
    return LinkItem(contract.feed, column.name, heading or column.item_ja, column.duckdb_type)


def _model_item(path: Path, place: str, contract: FeedContract, named: tuple[str, str, str]) -> LinkItem:
    source, column, heading = named
    model = known_models().get(source)
    if model is None:
        remedy = f"Name the feed {contract.feed}, or a model described in dbt_project/models."
        raise wrong(path, place, f"there is no model {source}", remedy)
    if not model.types.get(column):
        remedy = f"Take one of: {', '.join(name for name, kind in model.types.items() if kind)}."
        raise wrong(path, place, f"the model {source} promises no column {column}", remedy)
    joined_on = next((name for name in pseudonyms(contract) if name in model.unique), "")
    if not joined_on:
        remedy = f"Name a model whose {' or '.join(pseudonyms(contract))} is tested to be unique."
        raise wrong(path, place, f"{source} may have several rows for one record of {contract.feed}", remedy)
    if not heading:
        raise wrong(path, place, f"{source}.{column} has no heading", _FORM)
    return LinkItem(source, column, heading, model.types[column], joined_on)


def wrong(path: Path, key: str, cause: str, remedy: str) -> ConfigurationError:
    """A mistake in a file of the registry, with file and key."""
    return ConfigurationError(f"{path.name}, {key}: {cause}.", remedy)
