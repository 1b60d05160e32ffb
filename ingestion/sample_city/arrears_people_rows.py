"""Text of the arrears file about debtors: who they are, what was said and found, what their tax rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.arrears_inquiries import (
    BROKEN_TALK,
    DEPOSIT,
    HOUSE,
    INSURANCE,
    LAND,
    PENSION_CLAIM,
    PLEDGED_TALK,
    SALARY,
    VISIT,
)
from ingestion.sample_city.arrears_rows import numbered
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.name_rows import birth_texts, kanji_names
from ingestion.sample_city.people_rows import address_text
from ingestion.sample_city.text import addressee_codes, chosen, coded, happened, joined, known_days, numbers

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.columns import Columns
    from ingestion.sample_city.people import City

Text = dict[str, "pa.Array | str"]
HEIR_SUFFIX = "（相続人代表）"
SHOP = "𠮷野商店に売掛金あり"
"""A character beyond the basic plane, which CP932 has not; the arrears feeds in UTF-8 can carry it."""

_STAFF = ["収納第一係", "収納第二係", "滞納整理係", "特別滞納係"]
_CONTENTS = {PLEDGED_TALK: "分割納付を誓約", BROKEN_TALK: "誓約不履行のため取消を通知", VISIT: "訪問、資力を聴取"}
_METHODS = {PLEDGED_TALK: "02", BROKEN_TALK: "01", VISIT: "03"}
_THIRD_PARTIES = {DEPOSIT: "架空銀行本店", INSURANCE: "架空生命保険", SALARY: "架空商事", PENSION_CLAIM: "架空年金機構"}
_BASIS_KINDS = {11: "62", 12: "63", 21: "66", 31: "65", 41: "64", 51: "67", 61: "67"}
_BASIS_NAMES = {
    "62": "市県民税課税",
    "63": "特徴事業所",
    "64": "軽自動車",
    "65": "土地・家屋",
    "66": "法人課税台帳",
    "67": "国保・後期",
}


def arrears_case_text(rows: Columns, day: int, city: City) -> Text:
    """Debtors as they stand on the day of delivery; the heirs' address where one has died."""
    who = rows["payer"]
    is_dead = happened(city.traits["died"][who], day)
    address = address_text(city, who, day)
    heirs = joined(address, HEIR_SUFFIX)
    is_company = who >= city.persons
    return {
        "addressee_code": addressee_codes(who),
        "full_name": kanji_names(city, who),
        "address": address,
        "birth_date": birth_texts(city, who),
        "sex": chosen(is_company, "", numbers(city.traits["sex"][who])),
        "staff_in_charge": coded(_STAFF, who % len(_STAFF)),
        "related_party_delivery_address": chosen(is_dead, heirs, ""),
        "has_public_assistance_flag": "0",
        "has_dv_flag": chosen(city.traits["is_protected"][who], "1", "0"),
        "updated_date": date_text(np.where(is_dead, city.traits["died"][who], rows["known"])),
    }


def contact_text(rows: Columns, _: int, __: City) -> Text:
    """Talks with debtors, numbered by year and kind."""
    is_pledge = rows["talk"] == PLEDGED_TALK
    kinds = list(_CONTENTS)
    return {
        "addressee_code": addressee_codes(rows["payer"]),
        "contact_seq": numbers(rows["case_year"] * 10 + rows["talk"]),
        "contact_date": date_text(rows["known"]),
        "contact_method_code": coded(["", *(_METHODS[kind] for kind in kinds)], rows["talk"]),
        "contact_person_code": "01",
        "contact_content": coded(["", *(_CONTENTS[kind] for kind in kinds)], rows["talk"]),
        "promised_payment_yen": chosen(is_pledge, numbers(rows["yen"]), ""),
    }


def survey_text(rows: Columns, _: int, __: City) -> Text:
    """Surveys before a seizure or a stay."""
    has_found = rows["has_found"]
    return {
        "addressee_code": addressee_codes(rows["payer"]),
        "survey_seq": numbers(rows["case_year"] * 10 + has_found),
        "survey_date": date_text(rows["known"]),
        "survey_destination_code": chosen(has_found, "01", "05"),
        "survey_result_code": chosen(has_found, "01", "02"),
        "survey_result": chosen(rows["has_trade"], SHOP, chosen(has_found, "財産を確認", "差し押さえるべき財産なし")),
    }


def property_text(rows: Columns, _: int, city: City) -> Text:
    """Things and claims that were found."""
    kind, who = rows["property_type"], rows["payer"]
    is_estate = np.isin(kind, (LAND, HOUSE))
    debtors = [_THIRD_PARTIES.get(one, "") for one in range(43)]
    return {
        "property_no": numbered("Z", rows),
        "addressee_code": addressee_codes(who),
        "property_type_code": numbers(kind),
        "third_party_debtor": coded(debtors, kind),
        "property_location": chosen(is_estate, address_text(city, who, 0), ""),
        "property_registration_no": chosen(is_estate, joined("架空-", numbers(who)), ""),
        "property_value_yen": numbers(rows["value_yen"]),
        "property_found_date": date_text(rows["known"]),
    }


def auction_text(rows: Columns, day: int, _: City) -> Text:
    """Auctions that found no bidder; what others brought was paid in before."""
    is_held = happened(rows["auction_on"], day)
    return {
        "auction_no": numbered("A", rows),
        "addressee_code": addressee_codes(rows["payer"]),
        "property_no": numbered("Z", rows),
        "auction_notice_date": date_text(rows["notice_on"]),
        "auction_date": known_days(rows["auction_on"], day),
        "auction_estimate_yen": numbers(rows["value_yen"]),
        "auction_result_code": chosen(is_held, "2", ""),
    }


def basis_text(rows: Columns, _: int, __: City) -> Text:
    """What the tax of a debtor rests on, with the tax of the whole year."""
    kinds = [_BASIS_KINDS.get(one, "") for one in range(62)]
    names = [_BASIS_NAMES.get(kind, "") for kind in kinds]
    basis = rows["tax"] + ((rows["tax"] == 11) & (rows["method"] == 2))  # noqa: PLR2004  employers have a number of their own
    return {
        "addressee_code": addressee_codes(rows["payer"]),
        "taxation_year": numbers(rows["assessment_year"]),
        "basis_kind_code": coded(kinds, basis),
        "basis_no": numbers(rows["notice"]),
        "basis_name": coded(names, basis),
        "annual_tax_yen": numbers(rows["yen"]),
    }
