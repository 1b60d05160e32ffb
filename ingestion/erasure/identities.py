"""Rows that carry no number of a person but say who he is.

A withheld pension by birth date and name, a transfer by account and holder. Both must agree; a name alone is anybody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.name_keys import match_key, match_key_sql
from ingestion.row_sql import quoted

if TYPE_CHECKING:
    from ingestion.contract import FeedContract
    from ingestion.layout import Column

_HOLDERS = ("holder", "depositor", "payee_name", "name_kana")


def identity_columns(contract: FeedContract) -> list[tuple[Column, Column]]:
    """Pairs of columns that together say who a record is about: (birth date or account, name)."""
    direct = [one for one in contract.layout.record("data") if one.personal == "direct"]
    births = [one for one in direct if one.name == "birth_date" and one.type == "date"]
    accounts = [one for one in direct if one.name.endswith("account_no") and one.type == "text"]
    holders = [one for one in direct if one.type == "text" and any(word in one.name for word in _HOLDERS)]
    pairs = [(birth, name) for birth in births for name in contract.match_columns]
    return pairs + [(account, holder) for account in accounts for holder in holders]


def identity_sql(contract: FeedContract, marker: Column, name: Column, row: str) -> tuple[str, str]:
    """SQL for the digits of the marker and the match key of the name."""
    digits = f"regexp_replace(CAST({row}.{quoted(marker.name)} AS VARCHAR), '[^0-9]', '', 'g')"
    known = {column.name: column.match_key for column in contract.match_columns}
    key = f"{row}.{known[name.name]}" if name.name in known else match_key_sql(f"{row}.{quoted(name.name)}")
    return digits, key


def identity_of(marker: str, name: str) -> tuple[str, str]:
    """The same of a delivered line."""
    return "".join(one for one in marker if one.isdigit()), match_key(name)
