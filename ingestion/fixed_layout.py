"""Whether the layout of a fixed-width feed and its row of ``feeds.csv`` fit together, asked when they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.column_types import NUMERIC_TYPES
from ingestion.errors import ConfigurationError
from ingestion.record_kinds import RecordKinds
from ingestion.trailer_rule import COUNT

if TYPE_CHECKING:
    from ingestion.contract import FeedContract


def check_fixed_layout(contract: FeedContract) -> None:
    """Widths, marks of the record kinds, and the rules of the trailer.

    Raises:
        ConfigurationError: Something does not fit; the text names the file and what.
    """
    for kind in RecordKinds(contract.layout).names:
        width = sum(column.length for column in contract.layout.record(kind))
        if width != contract.record_bytes:
            raise ConfigurationError(
                f"{contract.feed}.csv: the columns of the {kind} record have {width} bytes, "
                f"not {contract.record_bytes}",
                "Correct the lengths in the layout, or record_bytes in feeds.csv.",
            )
    _check_rules(contract)


def _check_rules(contract: FeedContract) -> None:
    """Every number of the trailer has a rule, every rule its columns; rows and yen are stated for all records."""
    stated = {column.name for column in contract.layout.record("trailer") if column.type in NUMERIC_TYPES}
    ruled = [rule.name for rule in contract.trailer]
    if sorted(ruled) != sorted(stated):
        raise _wrong(contract, f"the numbers of the trailer are {', '.join(sorted(stated)) or 'none'}, not these")
    data = {column.name: column for column in contract.layout.record("data")}
    for rule in contract.trailer:
        if rule.measure != COUNT and (rule.measure not in data or data[rule.measure].type not in NUMERIC_TYPES):
            raise _wrong(contract, f"{rule.measure} is no number of the data record")
        condition = data.get(rule.condition_column or "")
        if rule.is_conditional and (condition is None or len(rule.code) > condition.length):
            raise _wrong(contract, f"{rule.condition_column} is no column of the data record that can hold {rule.code}")
    measures = {rule.measure for rule in contract.trailer if not rule.is_conditional}
    if contract.control == "trailer" and not {COUNT, contract.amount or COUNT} <= measures:
        raise _wrong(contract, "the trailer is the control, but does not state rows and yen of all records")


def _wrong(contract: FeedContract, cause: str) -> ConfigurationError:
    return ConfigurationError(
        f"feeds.csv, feed {contract.feed}, trailer: {cause}", "Correct the rules in feeds.csv, or the layout."
    )
