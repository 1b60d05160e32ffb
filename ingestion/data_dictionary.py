"""The data dictionary.

Every delivered column as a table for people, made from the layouts and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.check_digits import FLAG_PREFIX
from ingestion.contract import FeedContract, load_contracts
from ingestion.layout import RECORD_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingestion.layout import Column

_PERSONAL_JA = {
    "none": "",
    "key": "識別番号",
    "direct": "個人情報",
    "sensitive": "要配慮・滞納情報",
    "vault": "個人番号（符号化）",
}
_RECORDS_JA = {"header": "ヘッダ", "data": "データ", "trailer": "トレーラ", "end": "エンド"}
_HEADINGS = ("位置", "番号", "項目名", "name", "型", "長さ", "必須", "コード", "検査", "個人情報", "説明")


def data_dictionary() -> str:
    """All feeds as one Markdown document."""
    parts = ["# データ辞書", "", "この文書は `ingestion/layouts/` から作られる。直接書き換えない。", ""]
    for contract in load_contracts().values():
        parts += feed_section(contract)
    return "\n".join(parts).rstrip() + "\n"


def feed_section(contract: FeedContract) -> list[str]:
    """One feed: what it is, and a table per record kind."""
    lines = [f"## {contract.title_ja} `{contract.feed}`", "", *_facts(contract), ""]
    for kind in RECORD_KINDS:
        columns = contract.layout.record(kind)
        if not columns:
            continue
        if contract.format == "fixed":
            lines += [f"### {_RECORDS_JA[kind]}レコード", ""]
        lines += [*_table(columns), ""]
    return lines


def _facts(contract: FeedContract) -> list[str]:
    shape = f"固定長 {contract.record_bytes} バイト" if contract.format == "fixed" else "CSV"
    kind = "状態（新しい引渡しが優先）" if contract.row_kind == "state" else "事象（一件ごとに一度）"
    facts = [
        f"- 様式: {shape}、{contract.encoding}{'（仮定の様式）' if contract.is_assumed else ''}",
        f"- 出典: {contract.source}",
        f"- 行の意味: {kind}",
        f"- 行の鍵: {', '.join(f'`{name}`' for name in contract.record_key)}",
    ]
    if contract.amount:
        facts.append(f"- 合計の対象: `{contract.amount}`（{contract.layout.by_name[contract.amount].item_ja}）")
    if contract.trailer:
        facts.append(f"- トレーラの検算: {'、'.join(f'`{rule}`' for rule in contract.trailer)}")
    return facts


def _table(columns: Sequence[Column]) -> list[str]:
    rows = [_HEADINGS, ("---",) * len(_HEADINGS), *(_row(column) for column in columns)]
    return ["| " + " | ".join(row) + " |" for row in rows]


def _row(column: Column) -> tuple[str, ...]:
    codes = [f"{code}={label}" for code, label in column.codes.items()]
    if codes and column.is_open_list:
        codes.append("ほか")
    return (
        str(column.position),
        column.no,
        column.item_ja,
        f"`{column.name}`",
        column.type,
        str(column.length),
        "必須" if column.required else "",
        "、".join(codes),
        "、".join(_further(column)),
        _PERSONAL_JA[column.personal],
        column.description_ja,
    )


def _further(column: Column) -> list[str]:
    """What is checked or made besides type and length: check digit, era map, match key."""
    told = []
    if column.check:
        outcome = "違えば拒否" if column.is_refusing else "違えば印"
        told.append(f"`{column.check.removeprefix(FLAG_PREFIX)}`（{outcome}）")
    if column.era:
        told.append(f"元号 `{column.era}`")
    if column.match_key:
        told.append(f"照合鍵 `{column.match_key}`")
    return told
