"""Where the awkward cases are: a file outside the feeds, so that a tester finds them without the platform knowing.

Grain: one line per tagged case. Only a few of each kind are tagged, however many there are.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.doubles import tag_doubles
from ingestion.sample_city.due_dates import as_date
from ingestion.sample_city.instalments import canonical_key
from ingestion.sample_city.names import FAMILIES, RARE_CHARACTERS
from ingestion.sample_city.slip_numbers import payment_numbers
from ingestion.sample_city.text import MUNICIPALITY, addressee_codes

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from ingestion.sample_city.columns import Array, Columns
    from ingestion.sample_city.people import City

LABELS = {
    "double_payment": "二つのチャネルで二重に納付",
    "provisional_cancelled": "速報の後に取消",
    "provisional_unconfirmed": "速報のまま確定が届かない",
    "reassessment_after_payment": "納付の後に減額更正",
    "reassessment_to_zero": "納付の後に課税取消",
    "partial_payment": "一部納付",
    "one_yen_short": "一円足りない納付",
    "paid_on_1_june": "6月1日の納付（滞納繰越となる最初の日）",
    "due_date_over_new_year": "年末年始をまたいで繰り下がる納期限",
    "leap_day_due_date": "2月29日の納期限",
    "unknown_slip": "納付書のない入金",
    "postal_correction": "郵便振替の訂正（12の後に22）",
    "move_out": "市外への転出",
    "death": "死亡",
    "dv_protected": "支援措置の対象者",
    "very_large_debtor": "市税の滞納繰越の三分の一を超える一社",
    "wrong_instalment": "別の期の納付書で納付（期別の取り違え）",
    "joint_owners": "共有者のいる固定資産",
    "death_with_heirs": "滞納者の死亡（相続人代表へ送付）",
    "non_resident": "住登外（転出した納税義務者）",
    "era_date": "和暦の生年月日",
    "private_use_character": "外字（CP932 の F040）のある氏名",
    "supplementary_character": "𠮷など基本面にない文字（UTF-8 の引渡しだけ）",
    "three_year_stay": "三年続いた執行停止",
    "pledge_broken": "守られなかった分割納付の誓約",
    "same_file_twice": "同じファイルが二度届く",
    "corrected_file": "誤ったファイルの後に訂正ファイルが届く",
    "file_in_parts": "二つに分かれて届くファイル",
    "two_codes_same_number": "同じ個人番号の二つの宛名（同一人）",
    "two_codes_same_items": "四情報の等しい二つの宛名（同一人、一方は個人番号なし）",
    "two_codes_similar": "住所だけ異なる二つの宛名（同一人かもしれない、一方は個人番号なし）",
    "namesakes": "同姓同名・同生年月日の別人（個人番号が異なる）",
    "sheet_new": "番号のない登録票（知らない人）",
    "sheet_again": "番号のない登録票（同じ人の二枚目）",
    "sheet_known": "番号のない登録票（四情報が住民と一致）",
    "sheet_similar": "番号のない登録票（住所だけ住民と異なる）",
    "rare_characters": "髙・﨑など CP932 だけにある文字の氏名",
}
FIELDS = ("tag", "label_ja", "feed", "addressee_code", "instalment_key", "payment_no", "date", "file_name", "sheet_no")
_KEPT = 5


@dataclass
class Tags:
    """Tagged cases in the order in which they arose."""

    lines: list[dict[str, str]] = field(default_factory=list)

    def add(self, tag: str, feed: str, rows: Columns, slips: Array | None = None, days: Array | None = None) -> None:
        """Tag instalments, with the slip and the day of the event where there is one."""
        room = _KEPT - sum(line["tag"] == tag for line in self.lines)
        for place in range(min(room, len(rows["uid"]))):
            self._append(
                tag,
                feed,
                addressee_code=_one(addressee_codes(rows["payer"][place : place + 1])),
                instalment_key=canonical_key(rows, place, MUNICIPALITY),
                payment_no="" if slips is None else _one(payment_numbers(slips[place : place + 1])),
                date="" if days is None else as_date(int(days[place])).isoformat(),
            )

    def add_addressees(self, tag: str, feed: str, who: Array, days: Array | None = None) -> None:
        """Tag people or companies, with the day of the event where there is one."""
        room = max(0, _KEPT - sum(line["tag"] == tag for line in self.lines))
        for place, code in enumerate(addressee_codes(who[:room]).to_pylist()):
            date = "" if days is None else as_date(int(days[place])).isoformat()
            self._append(tag, feed, addressee_code=code, date=date)

    def add_sheet(self, tag: str, sheet_no: str, code: str, date: str) -> None:
        """Tag a registration sheet, with the code of the resident it is about or looks like."""
        self._append(tag, "non_resident", addressee_code=code, date=date, sheet_no=sheet_no)

    def add_file(self, tag: str, file_name: str) -> None:
        """Tag a delivered file as a whole."""
        feed, _, day_text = file_name.split(".")[:3]
        date = f"{day_text[:4]}-{day_text[4:6]}-{day_text[6:]}"
        self._append(tag, feed, date=date, file_name=file_name)

    def add_people(self, city: City, last_day: int) -> None:
        """Tag people and companies by what they are, not by what they owe."""
        traits, last_name = city.traits, city.traits["family"]
        rare = [any(letter in RARE_CHARACTERS for letter in pair[0]) for pair in FAMILIES]
        is_rare = np.array(rare)[last_name[: city.persons] % len(FAMILIES)]
        cases = {
            "move_out": np.flatnonzero(traits["moved_out"] <= last_day),
            "death": np.flatnonzero(traits["died"] <= last_day),
            "dv_protected": np.flatnonzero(traits["is_protected"]),
            "very_large_debtor": np.array([city.large_debtor]),
            "rare_characters": np.flatnonzero(is_rare),
            "private_use_character": np.array([city.private_name]),
        }
        tag_doubles(traits, self)
        for tag, people in cases.items():
            for code in addressee_codes(people[:_KEPT]).to_pylist():
                self._append(tag, "addressee", addressee_code=code)

    def write(self, path: Path) -> None:
        """Write the tag file: UTF-8, one line per case."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, FIELDS, restval="")
            writer.writeheader()
            writer.writerows(sorted(self.lines, key=lambda line: list(LABELS).index(line["tag"])))

    def _append(self, tag: str, feed: str, **values: str) -> None:
        self.lines.append({"tag": tag, "label_ja": LABELS[tag], "feed": feed} | values)


def _one(values: pa.Array) -> str:
    return str(values[0].as_py())
