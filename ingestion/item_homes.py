"""Where each of the city's 1,068 record items lands: made from the layouts and nothing else.

The items are those of the city's published list of records, section by section (``item_sections.csv``). A layout says
in ``no`` which items a column holds: one number, or a range such as ``20-42`` for a column whose codes are the items.
Source: 特定個人情報保護評価書 別添2.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.contract import FeedContract, load_contracts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.layout import Column

_FOLDER = Path(__file__).parent
_ARREARS = "arrears"
_FORMATS = {"csv": "CSV", "fixed": "固定長"}


@dataclass(frozen=True)
class Section:
    """One part of the city's list of records: its items are numbered from 1 to ``item_count``."""

    section: str
    title_ja: str
    item_count: int
    source: str


@dataclass(frozen=True)
class ItemHome:
    """One item and the columns it lands in, as ``feed.column`` (with ``=code`` where a code stands for the item)."""

    section: str
    no: int
    item_ja: str
    columns: tuple[str, ...]


def sections() -> tuple[Section, ...]:
    """The sections of the item list, in its order."""
    with (_FOLDER / "item_sections.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(
            Section(row["section"], row["title_ja"], int(row["item_count"]), row["source"])
            for row in csv.DictReader(lines)
        )


def item_homes() -> list[ItemHome]:
    """Every item of every section with its homes; an item without a home has no columns."""
    landed: dict[tuple[str, int], list[str]] = defaultdict(list)
    names: dict[tuple[str, int], str] = {(_ARREARS, no): name for no, name in _arrears_items().items()}
    for contract in load_contracts().values():
        for column in contract.layout.record("data") if contract.items else ():
            for no in numbers(column.no):
                landed[contract.items, no].append(_place(contract, column, no))
                names.setdefault((contract.items, no), column.item_ja)
    return [
        ItemHome(one.section, no, names.get((one.section, no), ""), tuple(landed[one.section, no]))
        for one in sections()
        for no in range(1, one.item_count + 1)
    ]


def numbers(text: str) -> range:
    """Item numbers that the ``no`` of a layout row names; none for a column of the platform's own."""
    if not text:
        return range(0)
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _place(contract: FeedContract, column: Column, no: int) -> str:
    code = f"={no}" if len(numbers(column.no)) > 1 else ""
    return f"{contract.feed}.{column.name}{code}"


def _arrears_items() -> dict[int, str]:
    with (_FOLDER / "arrears_items.csv").open(encoding="utf-8", newline="") as lines:
        return {int(row["no"]): f"{row['item_ja']}（{row['group_ja']}）" for row in csv.DictReader(lines)}


def feeds_document() -> str:
    """``docs/feeds.md``: the catalogue of feeds, then the home of every item."""
    lines = [
        "# フィードの一覧と項目の行き先",
        "",
        "この文書は `osamari dictionary --homes` が `ingestion/layouts/` から作る。直接書き換えない。",
        "「仮定」の様式は公開された仕様がないもので、市の様式に合わせて一つの様式表で置き換えられる。",
        "",
        "## フィード",
        "",
        *_table(("フィード", "名称", "系統", "様式", "文字", "鍵", "合計の対象", "仮定", "出典"), _catalogue_rows()),
        "",
    ]
    homes = item_homes()
    for one in sections():
        rows = [
            (str(home.no), home.item_ja, "、".join(f"`{place}`" for place in home.columns))
            for home in homes
            if home.section == one.section
        ]
        lines += [f"## {one.title_ja}（{one.item_count} 項目）", "", f"出典: {one.source}", ""]
        lines += [*_table(("番号", "項目", "行き先"), rows), ""]
    return "\n".join(lines).rstrip() + "\n"


def _catalogue_rows() -> list[tuple[str, ...]]:
    return [
        (
            f"`{contract.feed}`",
            contract.title_ja,
            contract.family,
            _FORMATS[contract.format] + (f" {contract.record_bytes} バイト" if contract.record_bytes else ""),
            contract.encoding,
            "、".join(contract.record_key),
            contract.amount or "",
            "仮定" if contract.is_assumed else "",
            contract.source,
        )
        for contract in load_contracts().values()
    ]


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (headings, ("---",) * len(headings), *rows)]
