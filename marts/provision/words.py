"""How values are written for people: days, yen, what is not there."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marts.provision.answer_query import Value
    from marts.provision.items import Item

NOTHING = "―"
OTHERWISE = "別途回答"
"""Stands in a list for every inquiry that is not answered there, whatever the reason: the list must not tell it."""


def day_ja(day: date) -> str:
    """2026年5月31日."""
    return f"{day.year}年{day.month}月{day.day}日"


def shown(item: Item, value: Value) -> str:
    """A value as it is read on paper."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, date):
        return day_ja(value)
    if item.is_yen and isinstance(value, int):
        return f"{value:,}円"
    return f"{value}年度" if item.name == "levy_year" else str(value)


def levy_years_ja(as_of_fiscal_year: int, levy_years: int) -> str:
    """The levy years of a rule's scope: 2022年度から2026年度まで."""
    return f"{as_of_fiscal_year - levy_years + 1}年度から{as_of_fiscal_year}年度まで"
