"""Text of the feeds about people: addressees and late-elderly qualification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array
from ingestion.sample_city.doubles import NO_NUMBER
from ingestion.sample_city.due_dates import SEED_FOLDER, date_text, read_seed
from ingestion.sample_city.identity_numbers import wrong_corporate_numbers, wrong_individual_numbers
from ingestion.sample_city.name_rows import birth_texts, kana_names, kanji_names
from ingestion.sample_city.people import INSURED_AGE, City, age_75_on
from ingestion.sample_city.text import (
    MUNICIPALITY,
    addressee_codes,
    chosen,
    coded,
    happened,
    household_codes,
    insured_numbers,
    joined,
    known_days,
    numbers,
)

if TYPE_CHECKING:
    import pyarrow as pa

BANKS = (("0126", "001", "ﾄｳﾎｳ"), ("9900", "918", "ﾕｳﾁﾖ"), ("1182", "005", "ｺｵﾘﾔﾏｼﾝｷﾝ"), ("0512", "021", "ﾀﾞｲﾄｳ"),
         ("0009", "730", "ﾐﾂｲｽﾐﾄﾓ"))  # fmt: skip
"""Bank, branch and name. Accounts there begin with 99 and belong to nobody."""

_MOVED_OUT, _DIED, _MOVED_WITHIN = "41", "42", "43"
_OUTSIDE_TOWN = "東京都千代田区架空町１－１"
_INDIVIDUAL_NUMBER_BASE, _CORPORATE_NUMBER_BASE = 20_000_000_000, 380_001_000_000


def addressee_text(city: City, who: Array, day: int) -> dict[str, pa.Array | str]:
    """Addressees as they stand on the day of delivery."""
    traits = city.traits
    is_company = who >= city.persons
    kanji, kana = kanji_names(city, who), kana_names(city, who)
    gone = np.minimum(traits["moved_out"][who], traits["died"][who])
    return _address(city, who, day) | _account(city, who, kana) | {
        "individual_number": chosen(is_company, "", individual_numbers(city, who)),
        "addressee_code": addressee_codes(who),
        "addressee_class": chosen(is_company, "3", chosen(happened(traits["moved_out"][who], day), "2", "1")),
        "individual_corporate_class": chosen(is_company, "2", "1"),
        "addressee_change_reason": _change_reason(city, who, day),
        "addressee_basic_change_date": known_days(np.minimum(gone, traits["moved_within"][who]), day),
        "basic_full_name_kana": kana,
        "basic_full_name_search_kana": kana,
        "basic_full_name_kanji": kanji,
        "birth_date": birth_texts(city, who),
        "sex": numbers(traits["sex"][who]),
        "resident_register_deletion_date": known_days(gone, day),
        "resident_register_deletion_reason": chosen(happened(gone, day), _change_reason(city, who, day), ""),
        "has_dv_flag": chosen(traits["is_protected"][who], "1", "0"),
        "has_neglect_flag": "0",
        "household_code": household_codes(traits["household"][who]),
        "relationship": chosen(is_company, "", chosen(traits["is_head"][who], "02", "20")),
        "city_town_code": MUNICIPALITY,
    }  # fmt: skip


def individual_numbers(city: City, who: Array) -> pa.Array:
    """Individual numbers of people, with a check digit that is wrong; empty where the city does not know it."""
    holder = city.traits["number_of"][who]
    return chosen(holder == NO_NUMBER, "", wrong_individual_numbers(_INDIVIDUAL_NUMBER_BASE + holder * 7))


def company_numbers(city: City, who: Array) -> pa.Array:
    """Corporate numbers of companies, with a check digit that is wrong; empty for people."""
    return chosen(who >= city.persons, wrong_corporate_numbers(_CORPORATE_NUMBER_BASE + who), "")


def qualification_text(city: City, who: Array, day: int) -> dict[str, pa.Array | str]:
    """Late-elderly qualification as it stands on the day of delivery."""
    traits = city.traits
    acquired = age_75_on(traits["birth"][who])
    lost = np.minimum(traits["moved_out"][who], traits["died"][who])
    return {
        "municipality_code": MUNICIPALITY,
        "insured_no": insured_numbers(who),
        "insured_qualification_acquisition_reason_code": "01",
        "insured_qualification_acquired_date": date_text(acquired),
        "insured_qualification_loss_reason_code": chosen(happened(lost, day), _change_reason(city, who, day), ""),
        "insured_qualification_lost_date": known_days(lost, day),
        "name_kana": kana_names(city, who),
        "name_kanji": kanji_names(city, who),
        "birth_date": birth_texts(city, who),
        "sex": numbers(traits["sex"][who]),
        "qualification_acquired_date": date_text(acquired),
        "addressee_code": addressee_codes(who),
        "individual_number": individual_numbers(city, who),
    }


def changed_addressees(city: City, after: int, until: int) -> Array:
    """Addressees to whom something happened after one day and not after the other."""
    is_changed = np.zeros(city.size, dtype=bool)
    for event in ("moved_out", "died", "moved_within"):
        is_changed |= (city.traits[event] > after) & (city.traits[event] <= until)
    return np.flatnonzero(is_changed)


def insured(city: City, on_day: int) -> Array:
    """People of 75 and more who live in the city on a day."""
    return np.flatnonzero((city.ages(on_day) >= INSURED_AGE) & city.is_resident(on_day))


def changed_insured(city: City, after: int, until: int) -> Array:
    """People whose qualification began or ended after one day and not after the other."""
    turned = age_75_on(np.minimum(city.traits["birth"], NEVER // 2))
    left = np.minimum(city.traits["moved_out"], city.traits["died"])
    is_old = turned <= until
    is_changed = ((turned > after) & is_old & (left > after)) | ((left > after) & (left <= until) & is_old)
    return np.flatnonzero(is_changed[: city.persons])


def _change_reason(city: City, who: Array, day: int) -> pa.Array:
    moved = chosen(happened(city.traits["moved_within"][who], day), _MOVED_WITHIN, "")
    left = chosen(happened(city.traits["moved_out"][who], day), _MOVED_OUT, moved)
    return chosen(happened(city.traits["died"][who], day), _DIED, left)


def address_text(city: City, who: Array, day: int) -> pa.Array:
    """Where addressees live on a day, as one line."""
    return _address(city, who, day)["address_kanji"]


def _address(city: City, who: Array, day: int) -> dict[str, pa.Array | str]:
    towns = read_seed(SEED_FOLDER / "towns.csv")
    has_left = happened(city.traits["moved_out"][who], day)
    has_moved = happened(city.traits["moved_within"][who], day)
    town = np.where(has_moved, city.traits["later_town"][who], city.traits["town"][who])
    lot = numbers(city.traits["lot"][who])
    postal = [one["postal_code"] for one in towns]
    inside = joined("福島県郡山市", coded([one["town_ja"] for one in towns], town), lot, "番地")
    return {
        "postal_code_main": chosen(has_left, "", coded([code[:3] for code in postal], town)),
        "postal_code_sub": chosen(has_left, "", coded([code[3:] for code in postal], town)),
        "address_code": chosen(has_left, "", coded([one["town_code"] for one in towns], town)),
        "lot_no_code": chosen(has_left, "", lot),
        "address_kanji": chosen(has_left, _OUTSIDE_TOWN, inside),
    }


def _account(city: City, who: Array, kana: pa.Array) -> dict[str, pa.Array | str]:
    has_account = city.traits["account"][who] % 2 == 0
    banks = [bank for bank, _, _ in BANKS]
    return {
        "financial_institution_code": chosen(has_account, coded(banks, city.traits["bank"][who]), ""),
        "account_type": chosen(has_account, "1", ""),
        "account_no": chosen(has_account, numbers(city.traits["account"][who]), ""),
        "account_holder_kana": chosen(has_account, kana, ""),
    }
