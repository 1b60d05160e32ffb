"""The tables that numbering owns in the warehouse: codes, keys and days; never a name, address or birth date."""

from __future__ import annotations

INDIVIDUAL, INTEGRATED = "individual", "integrated"
"""Kinds of numbers: 個人コード of non-residents, and 団体内統合宛名番号."""

NUMBER_TABLES = {
    "number_history": """
        history_no BIGINT, number_kind VARCHAR, number VARCHAR, event VARCHAR, from_date DATE, addressee_code VARCHAR,
        addressee_key VARCHAR, sheet_no VARCHAR, other_number VARCHAR, delivery_date DATE, delivery_seq INTEGER,
        officer VARCHAR, reason VARCHAR""",
    "number_assignments": """
        number_kind VARCHAR, number VARCHAR, addressee_code VARCHAR, addressee_key VARCHAR, sheet_no VARCHAR,
        number_state VARCHAR, merged_into_number VARCHAR, given_date DATE, first_history_no BIGINT""",
    "number_sheets": """
        sheet_no VARCHAR, outcome VARCHAR, addressee_code VARCHAR, addressee_key VARCHAR, cause VARCHAR,
        other_sheet_no VARCHAR, other_addressee_code VARCHAR, record_hash UBIGINT, outcome_date DATE""",
    "number_persons": "addressee_code VARCHAR, addressee_key VARCHAR, person_key VARCHAR",
    "number_conflicts": "addressee_code VARCHAR, other_addressee_code VARCHAR, cause VARCHAR",
    "number_series": "number_kind VARCHAR, last_serial BIGINT",
    "number_runs": "fingerprint VARCHAR",
}
"""Column lists by table. ``number_history`` only grows; the end of an event is the beginning of the next one."""
