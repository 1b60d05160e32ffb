"""SQL that turns the texts of date columns into days: the same days and flags as ``dates``."""

from __future__ import annotations

from ingestion.dates import MISSING_DATES, OUTSIDE_ITS_ERA, PARTIAL_DATE, eras_of, partial_pattern

_MISSING = ", ".join(f"'{text}'" for text in sorted(MISSING_DATES))


def date_value(text: str, era: str) -> str:
    """The day of an accepted SQL text; NULL where it is missing or partial."""
    western = f"CASE length({text}) WHEN 8 THEN {text}[1:4] || '-' || {text}[5:6] || '-' || {text}[7:8] ELSE {text} END"
    if not era:
        return f"TRY_CAST({western} AS DATE)"
    digits = f"replace({text}, '.', '')"
    years = " ".join(f"WHEN '{one.code}' THEN {one.first_year - 1}" for one in eras_of(era))
    year = f"(CASE {text}[1:1] {years} END + TRY_CAST({digits}[2:3] AS INTEGER))"
    by_era = f"{year} || '-' || {digits}[4:5] || '-' || {digits}[6:7]"
    return f"TRY_CAST(CASE WHEN length({text}) IN (7, 9) THEN {by_era} ELSE {western} END AS DATE)"


def is_given(text: str) -> str:
    """True where a delivered SQL text is not one of those that stand for "no day"."""
    return f"{text} NOT IN ({_MISSING})"


def date_flags(text: str, era: str) -> list[tuple[str, str]]:
    """Flags of an accepted SQL text, each with the SQL that is true where it applies."""
    flags = [(PARTIAL_DATE, f"regexp_full_match({text}, '{partial_pattern(era)}')")]
    if era:
        day = date_value(text, era)
        inside = " ".join(
            f"WHEN '{one.code}' THEN {day} BETWEEN DATE '{one.from_date}' AND DATE '{one.to_date or '9999-12-31'}'"
            for one in eras_of(era)
        )
        flags.append((OUTSIDE_ITS_ERA, f"length({text}) IN (7, 9) AND NOT CASE {text}[1:1] {inside} END"))
    return flags
