"""Names of addressees as text: in kanji, in katakana, and as bank files write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.names import (
    COMPANY_FORM,
    COMPANY_FORM_HALF,
    COMPANY_TRADES,
    COMPANY_WORDS,
    FAMILIES,
    GIVEN_MEN,
    GIVEN_WOMEN,
    LARGE_DEBTOR,
    half_width,
)
from ingestion.sample_city.text import chosen, coded, joined

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.columns import Array
    from ingestion.sample_city.people import City

_KANJI, _KANA = 0, 1
_MAN = 1
_BETWEEN = "　"
_PRIVATE_FAMILY = ("\ue000田", "ヨシダ")
"""A family name with the first character of the private-use area, F040 in CP932; its shape is the city's own."""


def kanji_names(city: City, who: Array) -> pa.Array:
    """Full names; companies with their legal form in front."""
    return _names(city, who, _KANJI)


def kana_names(city: City, who: Array) -> pa.Array:
    """Full names in katakana."""
    return _names(city, who, _KANA)


def bank_names(city: City, who: Array) -> pa.Array:
    """Names as bank files write them: half-width kana, at most thirty bytes."""
    family = _words(city, who, "family", [half_width(pair[_KANA]) for pair in FAMILIES])
    given = _given(city, who, *([half_width(name[_KANA]) for name in names] for names in (GIVEN_MEN, GIVEN_WOMEN)))
    company = _words(city, who, "family", [half_width(word[_KANA]) for word in COMPANY_WORDS])
    return chosen(who >= city.persons, joined(COMPANY_FORM_HALF, company), joined(family, " ", given))


def birth_texts(city: City, who: Array) -> pa.Array:
    """Birth dates; companies have none."""
    return date_text(city.traits["birth"][who])


def _names(city: City, who: Array, script: int) -> pa.Array:
    family = _words(city, who, "family", [pair[script] for pair in FAMILIES])
    given = _given(city, who, *([name[script] for name in names] for names in (GIVEN_MEN, GIVEN_WOMEN)))
    family = chosen(who == city.private_name, _PRIVATE_FAMILY[script], family)
    word = _words(city, who, "family", [word[script] for word in COMPANY_WORDS])
    trade = _words(city, who, "given", [trade[script] for trade in COMPANY_TRADES])
    company = chosen(who == city.large_debtor, LARGE_DEBTOR[script], joined(COMPANY_FORM[script], word, trade))
    return chosen(who >= city.persons, company, joined(family, _BETWEEN, given))


def _given(city: City, who: Array, men: list[str], women: list[str]) -> pa.Array:
    is_man = city.traits["sex"][who] == _MAN
    return chosen(is_man, _words(city, who, "given", men), _words(city, who, "given", women))


def _words(city: City, who: Array, trait: str, words: list[str]) -> pa.Array:
    return coded(words, np.asarray(city.traits[trait][who] % len(words)))
