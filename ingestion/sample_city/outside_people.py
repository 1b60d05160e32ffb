"""Feeds about those who are not on the resident register: non-residents, and employers who withhold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import whole
from ingestion.sample_city.due_dates import date_text, day, era_text
from ingestion.sample_city.instalments import RESIDENT, SALARY, Group
from ingestion.sample_city.name_rows import kana_names, kanji_names
from ingestion.sample_city.people_rows import address_text
from ingestion.sample_city.registration_sheets import deliver_sheets, sheet_numbers
from ingestion.sample_city.text import MUNICIPALITY, addressee_codes, numbers

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array
    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.levies import Levies
    from ingestion.sample_city.people import City
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.writers import Text

_REGISTERED = "01"


def deliver_outside_people(deliveries: Deliveries, levies: Levies, tags: Tags, year: int) -> None:
    """Write the employers once, on the first day, and quarterly who has moved out and so became a non-resident."""
    schedule, first = deliveries.schedule, day(year, 4, 1)
    if first == schedule.first_day:
        _write(deliveries, "special_collection_office", levies.base_payers(Group(RESIDENT, SALARY)), first)
    before = day(year, 3, 31)
    for delivery in schedule.feed_days("non_resident").tolist():
        if first <= delivery <= day(year + 1, 3, 31):
            if delivery == schedule.feed_days("non_resident")[0]:
                deliver_sheets(deliveries, tags, delivery)
            moved_out = deliveries.city.traits["moved_out"]
            new = np.flatnonzero((moved_out > before) & (moved_out <= delivery))
            _write(deliveries, "non_resident", new, delivery)
            for tag in ("non_resident", "era_date"):
                tags.add_addressees(tag, "non_resident", new, moved_out[new])
            before = delivery


def non_resident_text(city: City, who: Array, day_no: int) -> Text:
    """People who moved out, under the code they had, at their address outside."""
    return {
        "sheet_no": sheet_numbers(who),
        "addressee_code": addressee_codes(who),
        "full_name": kanji_names(city, who),
        "name_kana": kana_names(city, who),
        "address": address_text(city, who, day_no),
        "birth_date": era_text(city.traits["birth"][who]),
        "sex": numbers(city.traits["sex"][who]),
        "individual_corporate_class": "1",
        "change_reason_code": _REGISTERED,
        "change_date": date_text(city.traits["moved_out"][who]),
        "has_deleted_flag": "0",
    }


def office_text(city: City, who: Array, _: int) -> Text:
    """Employers who withhold resident tax."""
    return {
        "taxable_person_addressee_code": addressee_codes(who),
        "business_office_code": numbers(who),
        "business_office_name_kanji": kanji_names(city, who),
        "city_town_code": MUNICIPALITY,
    }


def _write(deliveries: Deliveries, feed: str, who: Array, on_day: int) -> None:
    to_text = non_resident_text if feed == "non_resident" else office_text
    if len(who):
        file = deliveries.file(feed, on_day)
        file.add_lines({"who": who}, lambda some: to_text(deliveries.city, some["who"], on_day), whole(len(who), 0))
