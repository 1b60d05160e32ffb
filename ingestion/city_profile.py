"""What a city has set differently, from ``city.toml`` in the home folder.

Without the file, everything is as usual.

municipality_code = "072036"
control_files = "required"            # or "optional"
cut_over_date = 2025-04-01            # deliveries up to this day are opening history (feed_files.is_opening_history)
[feed.levy]
encoding = "cp932"                    # or "utf-8"
era = "letters"                       # dates by era: a map of eras.csv
[feed.counter_slip]
layout = "counter_slip.csv"           # the city's own format: a file in layouts/ of the home
record_bytes = 180
trailer = "total_count=count|total_yen=paid_yen"
delivery = "full"                     # files without a scope of their own hold all records; else "change"
[[parameter]]                         # replaces the law parameter of the same name and scope
parameter = "late_charge_first_period_months"
scope = "tax"
valid_from = 2022-01-01
value = "1"
unit = "months"
law = "郡山市税条例 第19条"
[[accepted_difference]]               # see accepted_difference.py
[numbering]                           # see numbering/settings.py
"""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingestion.accepted_difference import AcceptedDifference, read_accepted_differences
from ingestion.check_digits import is_municipality_code
from ingestion.city_layouts import CityLayouts
from ingestion.contract import ENCODINGS, FeedContract, list_feeds
from ingestion.dates import era_maps
from ingestion.delivery_notice import CHANGE, SCOPES
from ingestion.errors import ConfigurationError
from ingestion.numbering.settings import NumberingSettings, read_numbering_settings
from ingestion.trailer_rule import TrailerRule, parse_trailer

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ingestion.home import Home

_TOP_KEYS = (
    *("municipality_code", "control_files", "cut_over_date", "feed", "parameter", "accepted_difference"),
    "numbering",
)
_FEED_KEYS = ("encoding", "delivery", "layout", "record_bytes", "era", "trailer")
_PARAMETER_KEYS = ("parameter", "scope", "valid_from", "valid_to", "value", "unit", "law", "status", "note")
_OPTIONAL_PARAMETER_KEYS = ("valid_to", "status", "note")


@dataclass(frozen=True)
class CityParameter:
    """One law value that this city has set itself, dated and cited."""

    parameter: str
    scope: str
    valid_from: dt.date
    valid_to: dt.date | None
    value: str
    unit: str
    law: str
    status: str = "confirmed"
    note: str = ""


@dataclass(frozen=True)
class CityProfile:
    """The settings of one city."""

    municipality_code: str | None = None
    are_control_files_required: bool = True
    layouts: CityLayouts = field(default_factory=CityLayouts)
    delivery_scopes: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[CityParameter, ...] = ()
    cut_over_date: dt.date | None = None
    accepted_differences: tuple[AcceptedDifference, ...] = ()
    numbering: NumberingSettings = field(default_factory=NumberingSettings)

    def is_opening_history(self, delivery_date: dt.date) -> bool:
        """Whether a delivery tells the history before the platform went into use, rather than news."""
        return self.cut_over_date is not None and delivery_date <= self.cut_over_date

    def contract(self, feed: str) -> FeedContract:
        """The contract of a feed as this city delivers it; see :class:`CityLayouts`."""
        return self.layouts.contract(feed)

    def encoding(self, contract: FeedContract) -> str:
        """Encoding in which this city delivers a feed."""
        return self.contract(contract.feed).encoding

    def delivery_scope(self, contract: FeedContract) -> str:
        """Whether files of a feed hold all records or only changes, when their control file does not say."""
        return self.delivery_scopes.get(contract.feed, CHANGE)


def read_city_profile(home: Home) -> CityProfile:
    """Read ``city.toml``.

    Raises:
        ConfigurationError: a key is unknown or its value wrong; the text names the key, the remedy what it may be.
    """
    if not home.city_profile.exists():
        return CityProfile()
    try:
        settings = tomllib.loads(home.city_profile.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"city.toml cannot be read: {error}", "Correct the line; the file is TOML.") from error
    _refuse_unknown("", settings, _TOP_KEYS)
    code = settings.get("municipality_code")
    if code is not None and not (isinstance(code, str) and is_municipality_code(code)):
        raise _wrong("municipality_code", "the six digits of the city in quotes, the last one its check digit")
    control_files = settings.get("control_files", "required")
    if control_files not in ("required", "optional"):
        raise _wrong("control_files", '"required" or "optional"')
    cut_over_date = settings.get("cut_over_date")
    if not isinstance(cut_over_date, dt.date | None):
        raise _wrong("cut_over_date", "a date without quotes, such as 2025-04-01")
    return CityProfile(
        code,
        control_files == "required",
        _layouts(home, settings.get("feed", {})),
        _of_feeds(settings.get("feed", {}), "delivery", SCOPES),
        _parameters(settings.get("parameter", [])),
        cut_over_date,
        read_accepted_differences(settings.get("accepted_difference", [])),
        read_numbering_settings(settings.get("numbering", {})),
    )


def _layouts(home: Home, feeds: object) -> CityLayouts:
    encodings = _of_feeds(feeds, "encoding", ENCODINGS)
    eras = _of_feeds(feeds, "era", era_maps())
    given = feeds if isinstance(feeds, dict) else {}
    files = {feed: own["layout"] for feed, own in given.items() if "layout" in own}
    record_bytes = {feed: own["record_bytes"] for feed, own in given.items() if "record_bytes" in own}
    trailers = {feed: _trailer(feed, own["trailer"]) for feed, own in given.items() if "trailer" in own}
    for feed, file in files.items():
        if not isinstance(file, str) or PurePath(file).name != file or not file.endswith(".csv"):
            raise _wrong(f"feed.{feed}.layout", 'the name of a file in layouts/, such as "counter_slip.csv"')
    for feed, size in record_bytes.items():
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            raise _wrong(f"feed.{feed}.record_bytes", "the bytes of a record, a whole number without quotes")
    return CityLayouts(home.layouts, files, encodings, record_bytes, eras, trailers)


def _trailer(feed: str, text: object) -> tuple[TrailerRule, ...]:
    try:
        return parse_trailer(text if isinstance(text, str) else "?")
    except ValueError:
        raise _wrong(f"feed.{feed}.trailer", 'rules such as "total_count=count|total_yen=paid_yen"') from None


def _of_feeds(feeds: object, key: str, allowed: Collection[str]) -> dict[str, str]:
    """One setting of every feed that has it."""
    if not isinstance(feeds, dict):
        raise _wrong("feed", "a table per feed, such as [feed.levy]")
    _refuse_unknown("feed.", feeds, list_feeds())
    values: dict[str, str] = {}
    for feed, settings in feeds.items():
        if not isinstance(settings, dict):
            raise _wrong(f"feed.{feed}", 'a table with: encoding = "cp932"')
        _refuse_unknown(f"feed.{feed}.", settings, _FEED_KEYS)
        if key in settings and settings[key] not in allowed:
            raise _wrong(f"feed.{feed}.{key}", " or ".join(f'"{value}"' for value in allowed))
        if key in settings:
            values[feed] = settings[key]
    return values


def _parameters(rows: object) -> tuple[CityParameter, ...]:
    if not isinstance(rows, list):
        raise _wrong("parameter", "a list of tables: [[parameter]]")
    return tuple(_parameter(number, row) for number, row in enumerate(rows, start=1))


def _parameter(number: int, row: dict[str, object]) -> CityParameter:
    place = f"parameter {number}: "
    _refuse_unknown(place, row, _PARAMETER_KEYS)
    texts: dict[str, str] = {}
    for key in ("parameter", "scope", "value", "unit", "law", "status", "note"):
        value = row.get(key, "")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        # A float would not keep the digits that the ordinance states.
        if not isinstance(value, str) or (key not in _OPTIONAL_PARAMETER_KEYS and not value):
            raise _wrong(place + key, "a text in quotes, not empty (law: the citation)")
        texts[key] = value
    valid_from, valid_to = row.get("valid_from"), row.get("valid_to")
    if not isinstance(valid_from, dt.date) or not isinstance(valid_to, dt.date | None):
        raise _wrong(place + "valid_from or valid_to", "a date without quotes, such as 2022-01-01")
    if valid_to is not None and valid_to < valid_from:
        raise _wrong(place + "valid_to", "a date that is not before valid_from")
    return CityParameter(
        texts["parameter"],
        texts["scope"],
        valid_from,
        valid_to,
        texts["value"],
        texts["unit"],
        texts["law"],
        texts["status"] or "confirmed",
        texts["note"],
    )


def _refuse_unknown(place: str, settings: Mapping[str, object], known: Collection[str]) -> None:
    for key in settings:
        if key not in known:
            raise ConfigurationError(
                f'city.toml: there is no setting "{place}{key}"', f"Use one of: {', '.join(known)}."
            )


def _wrong(key: str, allowed: str) -> ConfigurationError:
    return ConfigurationError(f"city.toml: {key} is wrong", f"It is {allowed}.")
