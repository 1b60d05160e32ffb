"""How feeds write days: western and by era, missing and partial, and which of them make a day.

Western days are ``YYYYMMDD`` or ``YYYY-MM-DD``. Where a column has an era map, also era code, two-digit year, month
and day: ``5070401`` or ``R07.04.01``. An era's days go on arithmetically behind its end (平成31年12月 is 2019-12).
Twin: ``date_sql``. Patterns are written in the common part of RE2 (DuckDB) and Python's ``re``.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from calendar import isleap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MISSING_DATES = frozenset(
    {"0", "000000", "0000000", "00000000", "0000-00-00", "999999", "9999999", "99999999", "9999-99-99"}
)
"""What stands for "no day". ``9999-12-31`` is none of them: it is the day that means "without an end"."""
PARTIAL_DATE = "partial_date"
OUTSIDE_ITS_ERA = "date_outside_its_era"

_ERAS = Path(__file__).parent / "eras.csv"
_YEAR = "[1-9][0-9]{3}"
_LEAP_YEAR = "(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)"
_ERA_YEAR = "(?:0[1-9]|[1-9][0-9])"
_MONTH = "(?:0[1-9]|1[0-2])"
_ERA_YEARS = 99
_ERA_FORM = re.compile(r"(.)([0-9]{2})(\.?)([0-9]{2})\3([0-9]{2})")


@dataclass(frozen=True)
class Era:
    """One era of a map: its code, the western year of its year 1, and its first and last day (None while it lasts)."""

    code: str
    name_ja: str
    first_year: int
    from_date: dt.date
    to_date: dt.date | None


@cache
def era_maps() -> dict[str, tuple[Era, ...]]:
    """All era maps by name (``eras.csv``)."""
    maps: dict[str, tuple[Era, ...]] = {}
    with _ERAS.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            last = dt.date.fromisoformat(row["to_date"]) if row["to_date"] else None
            first = dt.date.fromisoformat(row["from_date"])
            era = Era(row["code"], row["era"], int(row["first_year"]), first, last)
            maps[row["map"]] = (*maps.get(row["map"], ()), era)
    return maps


def eras_of(name: str) -> tuple[Era, ...]:
    """The eras of one map.

    Raises:
        ValueError: there is no such map.
    """
    if name not in era_maps():
        raise ValueError(f'unknown era map "{name}"; known: {", ".join(era_maps())}')
    return era_maps()[name]


def date_pattern(era: str, *, has_partial: bool) -> str:
    """Pattern of the texts that a date column accepts; ``era`` names its map, empty without."""
    dashes = ("", "-")
    parts = [*sorted(MISSING_DATES), *(_western(dash) for dash in dashes)]
    dots = ("", "[.]")
    if era:
        parts += [_era_days(one, dot) for one in eras_of(era) for dot in dots]
    return "|".join([*parts, partial_pattern(era)] if has_partial else parts)


def partial_pattern(era: str) -> str:
    """Pattern of days of which only the year, or only year and month, are known."""
    parts = [f"{_YEAR}{dash}(?:00|{_MONTH}){dash}00" for dash in ("", "-")]
    if era:
        codes = "".join(one.code for one in eras_of(era))
        parts += [f"[{codes}]{_ERA_YEAR}{dot}(?:00|{_MONTH}){dot}00" for dot in ("", "[.]")]
    return "|".join(parts)


def _western(dash: str) -> str:
    return f"{_YEAR}{dash}{_common_days(dash)}|{_LEAP_YEAR}{dash}02{dash}29"


def _common_days(between: str) -> str:
    months_31 = f"(?:0[13578]|1[02]){between}(?:0[1-9]|[12][0-9]|3[01])"
    months_30 = f"(?:0[469]|11){between}(?:0[1-9]|[12][0-9]|30)"
    february = f"02{between}(?:0[1-9]|1[0-9]|2[0-8])"
    return f"(?:{months_31}|{months_30}|{february})"


def _era_days(era: Era, dot: str) -> str:
    years = range(1, _ERA_YEARS + 1)
    leap = "|".join(f"{year:02d}" for year in years if isleap(era.first_year + year - 1))
    return f"{era.code}(?:{_ERA_YEAR}{dot}{_common_days(dot)}|(?:{leap}){dot}02{dot}29)"


def read_date(value: str, era: str) -> tuple[dt.date | None, str]:
    """The day that an accepted text means, and its flag (empty where there is none)."""
    if value == "" or value in MISSING_DATES:
        return None, ""
    if re.fullmatch(partial_pattern(era), value):
        return None, PARTIAL_DATE
    found = _ERA_FORM.fullmatch(value)
    one = {one.code: one for one in eras_of(era)}.get(found[1]) if era and found else None
    if one is None or found is None:
        return dt.date.fromisoformat(value), ""
    day = dt.date(one.first_year + int(found[2]) - 1, int(found[4]), int(found[5]))
    is_inside = one.from_date <= day <= (one.to_date or dt.date.max)
    return day, "" if is_inside else OUTSIDE_ITS_ERA


def describe_date_fault(value: str, era: str) -> tuple[str, str]:
    """Cause and remedy for a text that is no day; neither contains the text itself."""
    if re.fullmatch(partial_pattern(era), value):
        return (
            "is a partial date: its day or month is not known",
            "The column needs a whole date; ask the sender for it.",
        )
    has_form = re.fullmatch("[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", value) or (
        era and _ERA_FORM.fullmatch(value) and value[0] in {one.code for one in eras_of(era)}
    )
    if has_form:
        return "is a date that does not exist", "Correct the date, or leave it empty when it is unknown."
    if not era and _ERA_FORM.fullmatch(value):
        return (
            "is not a western date",
            'Write YYYYMMDD, or set the era map of the feed in city.toml (era = "letters").',
        )
    by_era = f", or by era as {eras_of(era)[-1].code}070401" if era else ""
    return "is not a date", f"Write the date as YYYYMMDD or YYYY-MM-DD{by_era}."
