"""Layouts of one city: a feed may be delivered in a format of its own, without a line of code.

``city.toml`` names the layout file under ``layouts/`` of the home; the contract of that home is built from it. The
table ``raw_<feed>`` keeps every column of the platform's own layout, so that the models run unchanged: a name that the
city does not deliver stays empty, a name that only the city has is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.contract import FeedContract, check_contract, list_feeds, load_contract
from ingestion.errors import ConfigurationError
from ingestion.layout import Layout, read_layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingestion.layout import Column
    from ingestion.trailer_rule import TrailerRule


@dataclass(frozen=True)
class CityLayouts:
    """What a city has set about the form of its feeds, each by feed name."""

    folder: Path = Path("layouts")
    files: Mapping[str, str] = field(default_factory=dict)
    encodings: Mapping[str, str] = field(default_factory=dict)
    record_bytes: Mapping[str, int] = field(default_factory=dict)
    eras: Mapping[str, str] = field(default_factory=dict)
    trailers: Mapping[str, tuple[TrailerRule, ...]] = field(default_factory=dict)

    def contract(self, feed: str) -> FeedContract:
        """The contract of a feed as this city delivers it.

        Raises:
            ConfigurationError: the city's layout lacks a column that is needed, or says something else about it.
        """
        platform = load_contract(feed)
        given = (self.files, self.encodings, self.record_bytes, self.eras, self.trailers)
        if not any(feed in settings for settings in given):
            return platform
        layout = platform.layout
        if feed in self.files:
            layout = read_layout(feed, self.folder / self.files[feed])
            _refuse_unfit(platform, layout, self.files[feed])
        if feed in self.eras:
            layout = _with_era(layout, self.eras[feed])
        contract = replace(
            platform,
            layout=layout,
            encoding=self.encodings.get(feed, platform.encoding),
            record_bytes=self.record_bytes.get(feed, platform.record_bytes),
            trailer=self.trailers.get(feed, platform.trailer),
            absent_columns=tuple(one for one in platform.layout.raw_columns if one.name not in layout.by_name),
        )
        check_contract(contract)
        return contract

    def contracts(self) -> dict[str, FeedContract]:
        """The contracts of all feeds by name, in catalogue order."""
        return {feed: self.contract(feed) for feed in list_feeds()}


def needed_columns(platform: FeedContract) -> list[Column]:
    """Columns that no layout of the feed can do without.

    Keys, the amount, and what is required, since the models rely on it. A column that can hold one code only (such as
    データ区分) tells nothing and may be missing.
    """
    keys = {*platform.record_key, *platform.instalment_key, platform.amount}
    return [
        column
        for column in platform.layout.raw_columns
        if column.name in keys or (column.required and (column.is_open_list or len(column.codes) > 1))
    ]


def _refuse_unfit(platform: FeedContract, layout: Layout, file: str) -> None:
    raw = {column.name: column for column in layout.raw_columns}
    missing = [column.name for column in needed_columns(platform) if column.name not in raw]
    if missing:
        raise ConfigurationError(
            f"layouts/{file}: the layout has no column {', '.join(missing)}",
            f"The feed {platform.feed} needs it: give the name to the column of your format that holds it.",
        )
    for own in platform.layout.raw_columns:
        column = raw.get(own.name, own)
        if column.duckdb_type != own.duckdb_type:
            raise ConfigurationError(
                f"layouts/{file}: the column {own.name} has the type {column.type}, not {own.type}",
                "Give the column the type that the feed has, or another name.",
            )
        if own.is_personal and column.personal != own.personal:
            raise ConfigurationError(
                f"layouts/{file}: the column {own.name} is not personal {own.personal}",
                f"Write {own.personal} in the column personal; a city's layout cannot lower the protection.",
            )


def _with_era(layout: Layout, era: str) -> Layout:
    columns = (replace(column, era=era) if column.type == "date" else column for column in layout.columns)
    return Layout(layout.feed, tuple(columns))
