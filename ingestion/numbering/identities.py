"""What the feeds say of who an addressee code is: one row per code and delivered version of its identifying items.

Made as temporary tables for one run. ``identities``: match keys of the items and ``items_hash``, which two records
share when all four items are equal (NULL where one is missing, so that the rule does not apply). ``latest``: the
newest version of each code, with the token of its individual number. ``known_codes``: every code of both feeds and of
this numbering. ``sheet_versions``: every delivered version of every sheet, with or without a code. Sources:
raw_addressee, raw_non_resident (sheets with a code, and those that were given one), raw_qualification (token only).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.name_keys import match_key_sql
from ingestion.pseudonym import pseudonym_sql
from ingestion.row_sql import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CORPORATE = "2"
PLACE = "delivery_date, delivery_seq, source_file_no, source_line_no"
_ADDRESSEES = f"""
SELECT addressee_code, addressee_key, CAST(NULL AS VARCHAR) AS sheet_no, individual_corporate_class AS corporate_class,
    name_key, name_kana_key AS kana_key, birth_date, sex,
    {match_key_sql("address_kanji || coalesce(building_name_kanji, '')")} AS address_key,
    individual_number AS token, 1 AS source_rank, record_hash, {PLACE}
FROM raw_addressee
"""
_SHEETS = f"""
SELECT addressee_code, addressee_key, sheet_no, individual_corporate_class AS corporate_class,
    name_key, name_kana_key AS kana_key, birth_date, sex, {match_key_sql("address")} AS address_key,
    CAST(NULL AS VARCHAR) AS token, 2 AS source_rank, record_hash, {PLACE},
    coalesce(has_deleted_flag, false) AS is_withdrawn, change_reason_code, change_date, merged_into_addressee_code
FROM raw_non_resident
"""
_NUMBERED = """
SELECT sheets.* REPLACE (coalesce(sheets.addressee_code, given.addressee_code) AS addressee_code,
    coalesce(sheets.addressee_key, given.addressee_key) AS addressee_key)
FROM sheet_versions AS sheets
LEFT JOIN (SELECT * FROM number_sheets WHERE addressee_code IS NOT NULL) AS given ON sheets.sheet_no = given.sheet_no
WHERE NOT sheets.is_withdrawn
"""


def items_hash_sql() -> str:
    """SQL over the items: what two records share when all are equal; NULL where one that counts is missing."""
    person = "name_key IS NOT NULL AND birth_date IS NOT NULL AND sex IN ('1', '2') AND address_key IS NOT NULL"
    body = "name_key IS NOT NULL AND address_key IS NOT NULL"
    # Two empty kana are equal; an empty one and a given one are not, and a person has to look.
    equal = "md5(concat_ws('|', {}))"
    of_person = equal.format("'1', name_key, coalesce(kana_key, ''), birth_date, sex, address_key")
    of_body = equal.format(f"{literal(CORPORATE)}, name_key, coalesce(kana_key, ''), address_key")
    return (
        f"CASE WHEN corporate_class = {literal(CORPORATE)} THEN CASE WHEN {body} THEN {of_body} END "
        f"WHEN {person} THEN {of_person} END"
    )


def gather_identities(connection: DuckDBPyConnection, secret: str) -> None:
    """Make the temporary tables. The connection needs ``register_match_keys``."""
    make = "CREATE OR REPLACE TEMP TABLE"
    connection.execute(f"{make} sheet_versions AS SELECT *, {items_hash_sql()} AS items_hash FROM ({_SHEETS})")
    connection.execute(
        f"{make} identities AS SELECT * FROM (SELECT *, {items_hash_sql()} AS items_hash FROM ({_ADDRESSEES}) "
        f"UNION ALL BY NAME SELECT * EXCLUDE (is_withdrawn, change_reason_code, change_date, "
        f"merged_into_addressee_code) FROM ({_NUMBERED})) WHERE addressee_code IS NOT NULL"
    )
    connection.execute(
        f"{make} tokens AS SELECT addressee_code, arg_max(individual_number, ({PLACE})) AS token "
        "FROM raw_qualification WHERE individual_number IS NOT NULL AND addressee_code IS NOT NULL GROUP BY ALL"
    )
    newest = f"PARTITION BY addressee_code ORDER BY source_rank, {', '.join(f'{p} DESC' for p in PLACE.split(', '))}"
    connection.execute(
        f"{make} latest AS SELECT newest.* REPLACE (coalesce(newest.token, tokens.token) AS token) FROM (SELECT * "
        f"FROM identities QUALIFY row_number() OVER ({newest}) = 1) AS newest LEFT JOIN tokens USING (addressee_code)"
    )
    key = pseudonym_sql("addressee", "addressee_code")
    connection.execute(
        f"{make} known_codes AS SELECT addressee_code, {key} AS addressee_key FROM ("
        "SELECT addressee_code FROM latest UNION SELECT addressee_code FROM tokens "
        "UNION SELECT addressee_code FROM number_assignments WHERE addressee_code IS NOT NULL "
        "UNION SELECT number FROM number_history WHERE number_kind = 'individual')",
        {"secret": secret},
    )
