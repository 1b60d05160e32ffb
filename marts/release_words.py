"""What every description of a release says alike: its title, what it is, its licence, the media types of its files."""

from __future__ import annotations

from dataclasses import dataclass

TITLE_JA, TITLE_EN = "収納統計", "Collection statistics"
DESCRIPTION_JA = "個人が特定されないよう秘匿処理をした収納・滞納の統計。空の値は flag 列が理由を示す。"
DESCRIPTION_EN = (
    "Statistics of tax collection and arrears, protected so that no individual can be identified. "
    "The flag column says why a value is empty."
)


@dataclass(frozen=True)
class Licence:
    """A licence: its SPDX name, its title, its short title and its address."""

    name: str
    title: str
    short: str
    address: str


LICENCE = Licence(
    "CC-BY-4.0",
    "Creative Commons Attribution 4.0 International",
    "CC BY 4.0",
    "https://creativecommons.org/licenses/by/4.0/",
)
MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
