"""The addressees as statistics may know them: a pseudonym, an area, an age band, a kind of household."""

from __future__ import annotations

from expectations.rule import InSet, NoRows, NotNull, Suite, Unique

REQUIRED = {
    "addressee_key": "納税義務者の鍵",
    "area_code": "地区",
    "age_band_code": "年齢階級",
    "household_kind": "世帯の種類",
    "holding_key": "名寄せの鍵",
}
HOUSEHOLD_KINDS = ("single", "multiple", "corporation", "unknown")


def addressees_suite() -> Suite:
    """Expectations about ``dim_addressee``."""
    return Suite(
        name="addressees",
        table="dim_addressee",
        title_ja="納税義務者",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            Unique("addressee_once", "納税義務者は一度だけ現れる", ("addressee_key",)),
            InSet("household_kind_known", "世帯の種類は定められた語である", "household_kind", HOUSEHOLD_KINDS),
            NoRows(
                "key_is_pseudonym",
                "鍵は仮名であり番号でない",
                "select * from judged where not regexp_full_match(addressee_key, 'A[0-9a-f]{20}') "
                "or not regexp_full_match(holding_key, '[AH][0-9a-f]{20}')",
            ),
            NoRows(
                "area_known",
                "地区は地区表にある",
                "select judged.* from judged anti join areas using (area_code)",
            ),
            NoRows(
                "age_band_known",
                "年齢階級は階級表にある",
                "select judged.* from judged anti join age_bands using (age_band_code)",
            ),
        ),
        compared_with=("areas", "age_bands"),
    )
