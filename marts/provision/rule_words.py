"""The permitted list as officers read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marts.provision.inquiry_file import role_labels
from marts.provision.items import load_items, ordered
from marts.provision.rules import MEDIA, load_rules
from marts.provision.strict_csv import ENDLESS

if TYPE_CHECKING:
    from ingestion.home import Home
    from marts.provision.rules import Rule


def rule_lines(home: Home) -> list[str]:
    """Every rule, a few lines each.

    Raises:
        ConfigurationError: a rule is wrong.
    """
    return [line for rule in load_rules(home) for line in _rule(rule)]


def item_lines() -> list[str]:
    """Every item with its name and title."""
    return [f"{name:<28}{item.title}" for name, item in load_items().items()]


def _rule(rule: Rule) -> list[str]:
    items = "・".join(f"{item.title}（{item.name}）" for item in ordered(rule.items))
    until = "" if rule.valid_to == ENDLESS else str(rule.valid_to)
    lines = [
        f"{rule.rule_id}  {rule.title}",
        f"  照会者    {rule.kind_ja}（{rule.requester_kind}）",
        f"  根拠      {rule.article}",
        f"  利用目的  {rule.purpose_ja}（{rule.purpose}）",
        f"  項目      {items}",
        f"  範囲      税目 {'・'.join(rule.tax_item_codes)}、調定年度 {rule.levy_years} 年度分",
        f"  媒体      {MEDIA[rule.medium]}、回答の保存 {rule.answer_days} 日",
        f"  期間      {rule.valid_from} から {until}".rstrip(),
    ]
    if rule.person_roles:
        labels = role_labels()
        lines.insert(5, f"  対象者    {'・'.join(f'{labels.get(r, r)}（{r}）' for r in rule.person_roles)}")
    return lines
