"""Registration sheets without a code, of people outside the register: numbering has to find out who they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from ingestion.sample_city.columns import whole
from ingestion.sample_city.doubles import quiet_people
from ingestion.sample_city.due_dates import as_date, era_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.name_rows import kana_names, kanji_names
from ingestion.sample_city.people_rows import address_text
from ingestion.sample_city.text import addressee_codes, numbers

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array
    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.people import City
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.writers import Text

_SHEETS = (
    ("sheet_new", "外岡　はるか", "ソトオカ　ハルカ", "S430229", "2", "東京都千代田区架空町２－２"),
    ("sheet_again", "外岡　はるか", "ソトオカ　ハルカ", "S430229", "2", "東京都千代田区架空町２－２"),
)
"""Somebody the city does not know; the second sheet says the same once more."""
_OUTSIDE = "宮城県仙台市架空町３－３"
_FIRST_SHEET = 900_001
SHEET_DIGITS = 9


def sheet_numbers(who: Array) -> pa.Array:
    """Numbers of sheets that carry a code: one for each person."""
    return zero_filled(who + 1, SHEET_DIGITS)


def deliver_sheets(deliveries: Deliveries, tags: Tags, on_day: int) -> None:
    """Write sheets without a code: of somebody unknown twice, of a resident, and of somebody who may be a resident."""
    city = deliveries.city
    residents = quiet_people(city.traits, city.ages(city.first_day)[: city.persons], 2, on_day)
    if len(residents) < 2:  # noqa: PLR2004  (the known one and the similar one)
        return
    file = deliveries.file("non_resident", on_day)
    text = _sheets(city, residents, on_day)
    count = len(text["sheet_no"])
    file.add_lines({"place": np.arange(count)}, lambda some: _taken(text, some["place"]), whole(count, 0))
    for place, tag in enumerate((*(name for name, *_ in _SHEETS), "sheet_known", "sheet_similar")):
        code = addressee_codes(residents[place - len(_SHEETS) :][:1])[0].as_py() if place >= len(_SHEETS) else ""
        tags.add_sheet(tag, str(text["sheet_no"][place]), code, as_date(on_day).isoformat())


def _sheets(city: City, residents: Array, on_day: int) -> Text:
    """The text of all sheets, row by row."""
    _, names, kana, birth, sex, address = zip(*_SHEETS, strict=True)
    at_home = address_text(city, residents[:1], on_day)
    count = len(_SHEETS) + len(residents)
    return {
        "sheet_no": zero_filled(np.arange(count) + _FIRST_SHEET, SHEET_DIGITS),
        "full_name": _after(names, kanji_names(city, residents)),
        "name_kana": _after(kana, kana_names(city, residents)),
        "address": _after(address, pa.concat_arrays([at_home, pa.array([_OUTSIDE])])),
        "birth_date": _after(birth, era_text(city.traits["birth"][residents])),
        "sex": _after(sex, numbers(city.traits["sex"][residents])),
        "individual_corporate_class": pa.array(["1"] * count),
        "change_reason_code": pa.array(["01"] * count),
        "change_date": pa.array([f"{as_date(on_day):%Y%m%d}"] * count),
        "has_deleted_flag": pa.array(["0"] * count),
    }


def _after(first: tuple[str, ...], rest: pa.Array) -> pa.Array:
    return pa.concat_arrays([pa.array(first, pa.string()), rest.cast(pa.string())])


def _taken(text: Text, places: Array) -> Text:
    return {name: pa.array(values).take(pa.array(places)) for name, values in text.items()}
