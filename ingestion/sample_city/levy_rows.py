"""Text of the feeds that hang on instalments: levies, payment slips, demands, and the premium's own assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.books import SYSTEM_TRANSFER
from ingestion.sample_city.columns import NEVER, Array, Columns
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.instalments import CORPORATE, EVENT_DAYS, FIXED_ASSET, PENSION
from ingestion.sample_city.name_rows import birth_texts, kana_names, kanji_names
from ingestion.sample_city.people_rows import company_numbers
from ingestion.sample_city.slip_numbers import barcodes, confirmation_numbers, payment_numbers
from ingestion.sample_city.text import (
    MUNICIPALITY,
    addressee_codes,
    chosen,
    coded,
    flags,
    happened,
    insured_numbers,
    known_days,
    levy_key,
    notice_numbers,
    numbers,
    numbers_or_empty,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.people import City

_ON_REQUEST, _BY_INCOME_TAX = 2, 3
_SYSTEMS = ["", "SN", "KF", "KK"]


def levy_text(rows: Columns, day: int, city: City) -> dict[str, pa.Array | str]:
    """Levy rows as they stand on the day of delivery."""
    is_changed = happened(rows["reassessed_on"], day)
    has_settled, is_over = (
        happened(rows["settled_on"], day),
        (rows["overpaid_yen"] > 0) & happened(rows["overpaid_on"], day),
    )
    is_written_off = happened(rows["written_off_on"], day)
    reason, nothing = rows["reassessment_reason"], np.zeros(len(is_changed), dtype=np.int64)
    over, settled = np.where(is_over, rows["overpaid_yen"], 0), np.where(has_settled, rows["overpaid_yen"], 0)
    is_request, is_income_tax = is_changed & (reason == _ON_REQUEST), is_changed & (reason == _BY_INCOME_TAX)
    return levy_key(rows) | _dates(rows, day) | _measures(rows, day) | {
        "levy_collection_class": numbers(rows["method"]),
        "corporate_number": chosen(rows["tax"] == CORPORATE, company_numbers(city, rows["payer"]), ""),
        "co_owner_count": _co_owner_counts(rows, city),
        "levy_year": numbers(rows["nominal_year"]),
        "principal_levied_yen": numbers(np.where(is_changed, rows["reassessed_yen"], rows["original_yen"])),
        "principal_collected_yen": numbers(rows.get("collected_yen", nothing)),
        "late_charge_collected_yen": numbers(rows.get("late_collected_yen", nothing)),
        "taxation_division_reassessment_date": known_days(rows["reassessed_on"], day),
        "taxation_division_reassessment_reason": numbers_or_empty(reason, is_changed),
        "reassessment_request_date": date_text(np.where(is_request, rows["reassessed_on"] - 45, NEVER)),
        "income_tax_reassessment_notice_date": date_text(np.where(is_income_tax, rows["reassessed_on"] - 30, NEVER)),
        "principal_overpayment_yen": numbers(over),
        "total_overpayment_yen": numbers(over),
        "principal_overpayment_unsettled_yen": numbers(over - settled),
        "principal_overpayment_settled_yen": numbers(settled),
        "has_write_off_flag": flags(rows["written_off_on"], day),
        "write_off_date": known_days(rows["written_off_on"], day),
        "write_off_yen": numbers_or_empty(rows["write_off_yen"], is_written_off),
        "write_off_reason": numbers_or_empty(rows["write_off_reason"], is_written_off),
    }  # fmt: skip


def _dates(rows: Columns, day: int) -> dict[str, pa.Array | str]:
    events = [np.where(happened(rows[name], day), rows[name], 0) for name in EVENT_DAYS if name != "settled_on"]
    updated = np.maximum.reduce([np.where(rows["levied_on"] <= day, rows["levied_on"], 0), *events])
    settled = rows["settled_on"]
    updated = np.where(happened(settled, day), np.maximum(settled, 0), updated)
    is_assessed = ~rows["has_designated_due"]
    return {
        "designated_due_date": date_text(np.where(rows["has_designated_due"], rows["due"], NEVER)),
        "statutory_due_date": date_text(rows["statutory_due"]),
        "tax_notice_issue_date": date_text(rows["levied_on"]),
        "return_date": date_text(np.where(is_assessed, NEVER, rows["levied_on"])),
        "updated_date": date_text(updated),
    }


def _measures(rows: Columns, day: int) -> dict[str, pa.Array | str]:
    return {
        "has_demand_flag": flags(rows["demanded_on"], day),
        "demand_notice_issue_date": known_days(rows["demanded_on"], day),
        "has_seizure_flag": flags(rows["seized_on"], day),
        "has_execution_stay_flag": flags(rows["stayed_on"], day),
        "has_instalment_plan_flag": _during(rows["pledged_on"], rows["unpledged_on"], day),
        "has_conversion_grace_flag": _during(rows["graced_on"], rows["grace_ended_on"], day),
        "has_delivery_demand_flag": flags(rows["delivery_demanded_on"], day),
    }


def _co_owner_counts(rows: Columns, city: City) -> pa.Array:
    owners = city.traits["co_owners"][rows["payer"]]
    return numbers_or_empty(owners, (rows["tax"] == FIXED_ASSET) & (owners > 0))


def _during(begun: Array, ended: Array, day: int) -> pa.Array:
    return chosen(happened(begun, day) & ~happened(ended, day), "1", "0")


def slip_text(slips: Columns) -> dict[str, pa.Array | str]:
    """Payment slips, one row per slip and instalment."""
    has_charge = slips["late_charge_yen"] > 0
    is_printed = slips["system"] != SYSTEM_TRANSFER
    barcode = barcodes(slips["slip_no"], slips["expires_on"], slips["total_yen"] * slips["has_barcode"])
    years = slips["issued_on"].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return levy_key(slips) | {
        "issuing_system_id": coded(_SYSTEMS, slips["system"]),
        "issue_year": numbers(1970 + (years - 3) // 12),
        "issue_seq": numbers(slips["slip_no"]),
        "payout_total_yen": numbers(slips["total_yen"]),
        "has_principal_output": "1",
        "principal_payment_yen": numbers(slips["principal_yen"]),
        "has_late_charge_output": chosen(has_charge, "1", "0"),
        "late_charge_payment_yen": numbers(slips["late_charge_yen"]),
        "payment_slip_issue_date": date_text(slips["issued_on"]),
        "convenience_store_expiry_date": date_text(np.where(slips["has_barcode"], slips["expires_on"], NEVER)),
        "payment_no": payment_numbers(slips["slip_no"]),
        "confirmation_no": chosen(is_printed, confirmation_numbers(slips["slip_no"]), ""),
        "barcode_info": chosen(slips["has_barcode"], barcode, ""),
    }  # fmt: skip


def demand_text(notices: Columns) -> dict[str, pa.Array | str]:
    """Demand notices and reminders."""
    return levy_key(notices) | {
        "issue_type": numbers(notices["issue_type"]),
        "issue_date": date_text(notices["issued_on"]),
        "designated_date": date_text(notices["issued_on"] + 10),
        "principal_demanded_yen": numbers(notices["yen"]),
        "demand_issue_no_tax_item": numbers(notices["tax"]),
        "demand_issue_no_date": date_text(notices["issued_on"]),
    }


def premium_assessment_text(rows: Columns, day: int, city: City) -> dict[str, pa.Array | str]:
    """Premium instalments as they stand on the day of delivery."""
    is_changed = happened(rows["reassessed_on"], day)
    yen = np.where(is_changed, rows["reassessed_yen"], rows["original_yen"])
    return {
        "municipality_code": MUNICIPALITY,
        "accrual_year": numbers(rows["assessment_year"]),
        "assessment_year": numbers(rows["assessment_year"]),
        "insured_no": insured_numbers(rows["payer"]),
        "assessment_management_no": notice_numbers(rows["notice"]),
        "assessment_decision_date": date_text(np.where(is_changed, rows["reassessed_on"], rows["levied_on"])),
        "assessment_reason_code": chosen(is_changed, "02", "01"),
        "collection_method_class": numbers(rows["method"]),
        "instalment_no": numbers(rows["no"]),
        "due_date": date_text(rows["due"]),
        "premium_instalment_split_yen": numbers(yen),
        "change_class": chosen(is_changed, "2", "1"),
        "name": kanji_names(city, rows["payer"]),
        "name_kana": chosen(rows["method"] == PENSION, kana_names(city, rows["payer"]), ""),
        "birth_date": birth_texts(city, rows["payer"]),
        "sex_code": numbers(city.traits["sex"][rows["payer"]]),
        "addressee_code": addressee_codes(rows["payer"]),
    }
