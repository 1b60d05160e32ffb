"""Words from which invented people and companies get their names. Nobody is meant.

Families and given names are common ones, drawn independently; companies are put together from words that say nothing.
The words stand in ``names.csv`` beside this module: kind, Japanese, katakana.
"""

from __future__ import annotations

from pathlib import Path

from ingestion.sample_city.due_dates import read_seed

_NAME_FILE = Path(__file__).parent / "names.csv"


def _words(kind: str) -> tuple[tuple[str, str], ...]:
    return tuple((row["name_ja"], row["name_kana"]) for row in read_seed(_NAME_FILE) if row["kind"] == kind)


FAMILIES = _words("family")
GIVEN_MEN = _words("given_man")
GIVEN_WOMEN = _words("given_woman")
COMPANY_WORDS = _words("company_word")
COMPANY_TRADES = _words("company_trade")
RARE_CHARACTERS = "髙﨑濵桒"
"""Characters that CP932 has and Shift_JIS has not."""

LARGE_DEBTOR = ("株式会社まぼろし湖畔開発", "カブシキガイシャマボロシコハンカイハツ")
COMPANY_FORM = ("株式会社", "カブシキガイシャ")
COMPANY_FORM_HALF = "ｶ)"

_FULL = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンァィゥェォャュョッー"
)
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｱｲｳｴｵﾔﾕﾖﾂ-"
_VOICED = dict(
    zip("ガギグゲゴザジズゼゾダヂヅデドバビブベボヴ", "カキクケコサシスセソタチツテトハヒフヘホウ", strict=True)
)
_HALF_VOICED = dict(zip("パピプペポ", "ハヒフヘホ", strict=True))
_TO_HALF = dict(zip(_FULL, _HALF, strict=True))


def half_width(kana: str) -> str:
    """Katakana as bank files write it: half width, voicing marks apart, small letters large, a hyphen for length."""
    written = []
    for letter in kana:
        if letter in _VOICED:
            written.append(_TO_HALF[_VOICED[letter]] + "ﾞ")
        elif letter in _HALF_VOICED:
            written.append(_TO_HALF[_HALF_VOICED[letter]] + "ﾟ")
        else:
            written.append(_TO_HALF.get(letter, letter))
    return "".join(written)
