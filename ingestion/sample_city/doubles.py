"""People with two addressee codes, and pairs that only look like it: planted into the city, for numbering to find.

Each pair is two grown-up heads of household who stay where they are. The second is made to be the first again (or to
look like it) by taking over what tells people apart; code, household and taxes stay its own, so the city's totals do
not move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ingestion.sample_city.columns import Array, Columns
    from ingestion.sample_city.tags import Tags

SAME_NUMBER, SAME_ITEMS, SIMILAR, NAMESAKES = 0, 1, 2, 3
_TAGS = ("two_codes_same_number", "two_codes_same_items", "two_codes_similar", "namesakes")
_PEOPLE_PER_PAIR = 10_000
_LEAST_AGE, _MOST_AGE = 30, 60
_NAME = ("family", "given", "sex", "birth")
_PLACE = ("town", "lot")
_NEVER_PAYS = 1.0
NO_NUMBER = -1
"""Whose individual number somebody is delivered with, where the city does not know it."""


def plant_doubles(traits: Columns, ages: Array, spared_until: tuple[Array, int], rng: np.random.Generator) -> Columns:
    """The traits with pairs of every kind; ``pair_kind`` and ``pair_of`` say who is the second of whom, else -1.

    ``ages`` are those of people on the first day; ``spared_until`` are people who are somebody else's case, and the day
    until which the chosen ones stay where they are. In a city of a hundred people some kinds may find nobody.
    """
    spared, full_day = spared_until
    persons, size = len(ages), len(traits["birth"])
    is_free = traits["is_head"][:persons] & ~traits["is_protected"][:persons]
    is_free &= (ages >= _LEAST_AGE) & (ages < _MOST_AGE)
    for event in ("moved_out", "died", "moved_within"):
        is_free &= traits[event][:persons] > full_day
    is_free[spared] = False
    chosen = rng.permutation(np.flatnonzero(is_free))[: 2 * len(_TAGS) * max(1, persons // _PEOPLE_PER_PAIR)]
    firsts, seconds = chosen[0 : 2 * (len(chosen) // 2) : 2], chosen[1::2]
    kinds = np.arange(len(seconds)) % len(_TAGS)
    planted = {name: values.copy() for name, values in traits.items()}
    planted |= {"number_of": np.arange(size), "pair_of": np.full(size, -1), "pair_kind": np.full(size, -1)}
    for name in _NAME:
        planted[name][seconds] = traits[name][firsts]
    for name in _PLACE:
        planted[name][seconds[kinds == SAME_ITEMS]] = traits[name][firsts[kinds == SAME_ITEMS]]
    planted["number_of"][seconds[kinds == SAME_NUMBER]] = firsts[kinds == SAME_NUMBER]
    planted["number_of"][seconds[(kinds == SAME_ITEMS) | (kinds == SIMILAR)]] = NO_NUMBER
    # Of somebody who owes nothing under one of the codes nothing could be counted twice.
    is_one_person = kinds <= SAME_ITEMS
    planted["difficulty"][np.concatenate([firsts[is_one_person], seconds[is_one_person]])] = _NEVER_PAYS
    planted["pair_of"][seconds], planted["pair_kind"][seconds] = firsts, kinds
    return planted


def tag_doubles(traits: Columns, tags: Tags) -> None:
    """Tag both codes of each pair, the first one in front."""
    for kind, tag in enumerate(_TAGS):
        seconds = np.flatnonzero(traits["pair_kind"] == kind)[:2]
        pairs = np.stack([traits["pair_of"][seconds], seconds], axis=1).ravel()
        tags.add_addressees(tag, "addressee", pairs)


def quiet_people(traits: Columns, ages: Array, count: int, by_day: int) -> Array:
    """People nobody has made a case of, who live where they lived on the first day until ``by_day``."""
    persons = len(ages)
    is_quiet = traits["is_head"][:persons] & ~traits["is_protected"][:persons] & (ages >= _LEAST_AGE)
    for event in ("moved_out", "died", "moved_within"):
        is_quiet &= traits[event][:persons] > by_day
    is_quiet &= traits["pair_of"][:persons] < 0
    is_quiet[traits["pair_of"][traits["pair_of"] >= 0]] = False
    return np.flatnonzero(is_quiet)[-count:]
