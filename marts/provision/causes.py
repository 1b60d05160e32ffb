"""Why an inquiry is not answered: what the officer is told, and what to do about it. No text names a person."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from marts.provision.strict_csv import read_table

FILE = Path(__file__).parent / "causes.csv"
COLUMNS = ("cause", "label_ja", "text", "remedy")


class Cause(StrEnum):
    """The causes, in the order in which an inquiry is judged."""

    INQUIRY_REPEATED = "inquiry_repeated"
    REQUESTER_UNKNOWN = "requester_unknown"
    REQUESTER_NOT_CURRENT = "requester_not_current"
    BASIS_UNKNOWN = "basis_unknown"
    PURPOSE_WRONG = "purpose_wrong"
    RULE_NOT_IN_FORCE = "rule_not_in_force"
    ITEM_UNKNOWN = "item_unknown"
    ITEM_NOT_PERMITTED = "item_not_permitted"
    ROLE_NOT_PERMITTED = "role_not_permitted"
    DAY_OTHER = "day_other"
    PERSON_INCOMPLETE = "person_incomplete"
    PERSON_UNKNOWN = "person_unknown"
    PERSON_AMBIGUOUS = "person_ambiguous"
    PERSON_DIFFERS = "person_differs"
    PERSON_NOT_INDIVIDUAL = "person_not_individual"
    PROTECTED = "protected"
    OFFICER = "officer"


@dataclass(frozen=True)
class CauseText:
    """The Japanese name of a cause for the register, and cause and remedy for the officer."""

    label: str
    text: str
    remedy: str


@cache
def cause_texts() -> dict[str, CauseText]:
    """The texts of every cause."""
    return {
        row.text("cause"): CauseText(row.text("label_ja"), row.text("text"), row.cells["remedy"])
        for row in read_table(FILE, COLUMNS)
    }
