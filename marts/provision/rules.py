"""The permitted list: who may be told what, for which purpose, under which article, from when to when.

``rules.csv`` is reviewed like the law seed. A city replaces a rule by its number, or adds one, in
``provision_rules.csv`` of its home, with the citation of its ordinance.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from marts.provision.items import load_items
from marts.provision.strict_csv import ENDLESS, Row, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ingestion.home import Home

FILE = Path(__file__).parent / "rules.csv"
CITY_FILE = "provision_rules.csv"
PAGE, LIST = "page", "list"
MEDIA = {PAGE: "書面（照会ごとの回答書）", LIST: "閲覧（一覧）"}
COLUMNS = (
    *("rule_id", "requester_kind", "kind_ja", "article", "purpose", "purpose_ja", "items", "tax_item_codes"),
    *("levy_years", "person_roles", "medium", "valid_from", "valid_to", "answer_days", "title_ja"),
    *("law", "status", "source"),
)
_RULE_ID = re.compile(r"[a-z][a-z0-9_]*\.[0-9]+")


@dataclass(frozen=True)
class Rule:
    """One permitted combination. ``levy_years`` counts back from the fiscal year of the as-of date, that one included.

    ``person_roles`` are what the person asked about may be to the requester; none when it does not matter.
    ``answer_days`` is how long an answer is kept. ``place`` is where the rule stands.
    """

    rule_id: str
    requester_kind: str
    kind_ja: str
    article: str
    purpose: str
    purpose_ja: str
    items: tuple[str, ...]
    tax_item_codes: tuple[str, ...]
    levy_years: int
    person_roles: tuple[str, ...]
    medium: str
    valid_from: date
    valid_to: date
    answer_days: int
    title: str
    law: str
    place: str

    def is_in_force(self, day: date) -> bool:
        """Whether the rule holds on that day."""
        return self.valid_from <= day <= self.valid_to

    def has_basis(self, text: str) -> bool:
        """Whether this rule is meant by its number or by its article."""
        return text == self.rule_id or plain(text) == plain(self.article)

    def has_purpose(self, text: str) -> bool:
        """Whether the purpose stated is that of the rule, by its number or its name."""
        return text == self.purpose or plain(text) == plain(self.purpose_ja)


def plain(text: str) -> str:
    """A text as it is compared: full width as half width, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def load_rules(home: Home, path: Path = FILE) -> tuple[Rule, ...]:
    """Every rule, those of the city's own file in the place of the platform's with the same number.

    Raises:
        ConfigurationError: an unknown item, no citation, an end before the beginning, two rules for the same inquiry
            on the same day; file and line are named.
    """
    rules = _read(path)
    city_file = home.root / CITY_FILE
    if city_file.exists():
        rules = rules | _read(city_file)
    _refuse_overlap(rules)
    return tuple(rules.values())


def _read(path: Path) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for row in read_table(path, COLUMNS):
        rule = _rule(row)
        if rule.rule_id in rules:
            raise row.wrong(
                f"the rule {rule.rule_id} stands twice.", "Give each rule, and each period, its own number."
            )
        rules[rule.rule_id] = rule
    return rules


def _rule(row: Row) -> Rule:
    items = row.texts("items")
    unknown = [name for name in items if name not in load_items()]
    if unknown or not items:
        raise row.wrong(
            f"unknown item {', '.join(unknown)}." if unknown else "the rule permits no item.",
            f"Name items of items.csv: {', '.join(load_items())}.",
        )
    if not _RULE_ID.fullmatch(row.text("rule_id")):
        raise row.wrong("the number of the rule has another form.", "Write it like public_dues.1.")
    row.text("status"), row.text("source")
    rule = Rule(
        rule_id=row.text("rule_id"),
        requester_kind=row.text("requester_kind"),
        kind_ja=row.text("kind_ja"),
        article=row.text("article"),
        purpose=row.text("purpose"),
        purpose_ja=row.text("purpose_ja"),
        items=items,
        tax_item_codes=row.texts("tax_item_codes"),
        levy_years=row.whole("levy_years"),
        person_roles=row.texts("person_roles"),
        medium=row.one_of("medium", tuple(MEDIA)),
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to", ENDLESS),
        answer_days=row.whole("answer_days"),
        title=row.text("title_ja"),
        law=row.text("law"),
        place=row.place,
    )
    if rule.valid_from > rule.valid_to:
        raise row.wrong("the rule ends before it begins.", "Correct valid_from or valid_to.")
    if not rule.tax_item_codes:
        raise row.wrong("the rule names no tax item.", "Fill in tax_item_codes, separated by |.")
    return rule


def _refuse_overlap(rules: Mapping[str, Rule]) -> None:
    ordered = sorted(rules.values(), key=lambda rule: (_combination(rule), rule.valid_from))
    for earlier, later in pairwise(ordered):
        if _combination(earlier) == _combination(later) and later.valid_from <= earlier.valid_to:
            raise Row(later.place, {}).wrong(
                f"the rules {earlier.rule_id} and {later.rule_id} hold on the same day for the same inquiry.",
                "End the earlier one the day before the later begins.",
            )


def _combination(rule: Rule) -> tuple[str, str, str]:
    return rule.requester_kind, plain(rule.article), rule.purpose
