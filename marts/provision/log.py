"""The register as officers and auditors read it: one Japanese line for each event, newest last."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marts import strict_yaml
from marts.provision.causes import cause_texts
from marts.provision.items import ordered
from marts.provision.register import ANSWERED, COPY, DECISION, EXPIRY, INQUIRY, REFUSED, VIEW, WAITING, Register

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ingestion.home import Home

KEEPING = Path(__file__).parent / "keeping.yaml"
DECISIONS = {ANSWERED: "提供", REFUSED: "不提供", WAITING: "判断待ち"}
EVENTS = {EXPIRY: "回答の廃棄", COPY: "写しの出力", VIEW: "閲覧"}
REMOVED = {"kept_long_enough": "保存期間の満了", "erased": "本人情報の消去"}


def register_years(path: Path = KEEPING) -> int:
    """Years for which the register is kept, at least.

    Raises:
        ConfigurationError: the policy is incomplete.
    """
    section = strict_yaml.read(path).section("register")
    years = section.positive("years")
    for key in ("law", "status", "source"):
        section.take(key, str)
    section.close()
    return years


def log_lines(home: Home, first: date | None = None, last: date | None = None) -> list[str]:
    """The events between two days, both included, as text without a personal value.

    Raises:
        DataRefused: the register is broken.
    """
    lines = Register(home).lines()
    chosen = [line for line in lines if _is_between(line["at"][:10], first, last)]
    counts = {label: sum(line.get("decision") == decision for line in chosen) for decision, label in DECISIONS.items()}
    total = "、".join(f"{label} {count:,} 件" for label, count in counts.items())
    return [*map(_told, chosen), f"計 {len(chosen):,} 行（{total}）。記録は {register_years()} 年保存する。"]


def _is_between(day: str, first: date | None, last: date | None) -> bool:
    return (first is None or day >= first.isoformat()) and (last is None or day <= last.isoformat())


def _told(line: Mapping[str, Any]) -> str:
    front = f"{line['at']}  {line['by']}"
    if line["event"] in EVENTS:
        return f"{front}  {EVENTS[line['event']]}  {_what(line)}"
    cause = cause_texts()[line["cause"]].label if line["cause"] else ""
    parts = [front, DECISIONS[line["decision"]], f"照会 {line['inquiry_id']}"]
    parts += [f"照会者 {line['requester_id'] or '未登録'}", f"規則 {line['rule_id'] or 'なし'}"]
    if line["event"] == INQUIRY:
        parts.append(f"照会項目 {_titles(line['asked_items'])}")
    if line["given_items"]:
        parts.append(f"提供項目 {_titles(line['given_items'])}")
    parts += [f"文書 {line['document_no']}"] if line["document_no"] else []
    parts += [f"理由 {cause}"] if cause else []
    parts += [f"（{line['reason']}）"] if line["event"] == DECISION else []
    return "  ".join(parts)


def _titles(names: list[str]) -> str:
    return "・".join(item.title for item in ordered(tuple(names))) or "なし"


def _what(line: Mapping[str, Any]) -> str:
    if line["event"] == EXPIRY:
        return f"照会 {len(line['inquiry_ids']):,} 件、ファイル {len(line['files']):,} 件  {REMOVED[line['cause']]}"
    if line["event"] == VIEW:
        return f"照会 {line['inquiry_id']}"
    return f"照会 {line['inquiry_count']:,} 件  目的 {line['purpose']}"
