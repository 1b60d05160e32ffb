"""Text of the arrears file's measures and money; its people and inquiries are in ``arrears_people_rows``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.arrears_inquiries import case_numbers
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.instalment_plans import RUNNING
from ingestion.sample_city.text import (
    addressee_codes,
    chosen,
    happened,
    joined,
    known_days,
    levy_key,
    numbers,
    numbers_or_empty,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.columns import Columns
    from ingestion.sample_city.people import City

Text = dict[str, "pa.Array | str"]
_FEWEST_STAY_ITEMS = (55, 85)
_COURT = "架空地方裁判所"
_YEARS_TO_PRESCRIPTION = 5


def numbered(letter: str, rows: Columns) -> pa.Array:
    """Case number with the letter of its kind."""
    return joined(letter, numbers(case_numbers(rows)))


def seizure_text(rows: Columns, day: int, _: City) -> Text:
    """Seizures, released when the debt is gone."""
    is_released = happened(rows["to_on"], day)
    return levy_key(rows) | {
        "seizure_no": numbered("S", rows),
        "seizure_class": "1",
        "property_no": numbered("Z", rows),
        "seizure_date": date_text(rows["from_on"]),
        "seizure_release_date": known_days(rows["to_on"], day),
        "seizure_release_reason_code": chosen(is_released, joined("0", numbers(rows["end_reason"])), ""),
        "seizure_principal_yen": numbers(rows["yen"]),
    }


def delivery_demand_text(rows: Columns, day: int, _: City) -> Text:
    """Demands for delivery to a court."""
    return levy_key(rows) | {
        "delivery_demand_no": numbered("K", rows),
        "executing_body": _COURT,
        "court_case_no": _court_case(rows),
        "delivery_demand_date": date_text(rows["from_on"]),
        "delivery_demand_release_date": known_days(rows["to_on"], day),
        "delivery_demand_principal_yen": numbers(rows["yen"]),
    }


def execution_stay_text(rows: Columns, _: int, __: City) -> Text:
    """Stays of execution: no property, hardship, or nobody to be found. They end with the debt, not before."""
    luck = rows["payer"] * 37 % 100
    item = 1 + np.searchsorted(np.array(_FEWEST_STAY_ITEMS), luck, side="right")
    return levy_key(rows) | {
        "stay_no": numbered("T", rows),
        "stay_item_code": numbers(item),
        "stay_date": date_text(rows["from_on"]),
        "has_immediate_extinction_flag": chosen(rows["is_at_once"], "1", "0"),
        "stay_principal_yen": numbers(rows["yen"]),
    }


def grace_text(rows: Columns, day: int, _: City) -> Text:
    """Graces of conversion for a year; paid before, they end before."""
    is_early = rows["to_on"] < rows["until_on"]
    return levy_key(rows) | {
        "grace_no": numbered("Y", rows),
        "grace_kind_code": "3",
        "grace_from_date": date_text(rows["from_on"]),
        "grace_to_date": date_text(rows["until_on"]),
        "grace_conditions": "毎月末に納付",
        "grace_cancelled_date": chosen(is_early, known_days(rows["to_on"], day), ""),
        "grace_principal_yen": numbers(rows["yen"]),
    }


def reduction_text(rows: Columns, _: int, __: City) -> Text:
    """Half of the late charge of a grace is waived when it ends."""
    return levy_key(rows) | {
        "reduction_no": numbered("G", rows),
        "reduction_reason": "換価の猶予",
        "reduction_decision_date": date_text(rows["to_on"]),
        "reduction_from_date": date_text(rows["from_on"]),
        "reduction_to_date": date_text(rows["to_on"]),
        "reduction_rate": "50",
        "reduction_yen": numbers(rows["reduction_yen"]),
    }


def plan_text(plans: Columns, day: int, _: City) -> Text:
    """Pledges of payment in parts."""
    is_ended = happened(plans["ended_on"], day)
    return {
        "plan_no": numbered("P", plans),
        "addressee_code": addressee_codes(plans["payer"]),
        "pledge_date": date_text(plans["from_on"]),
        "plan_start_date": date_text(plans["from_on"]),
        "plan_part_count": numbers(plans["part_count"]),
        "plan_total_yen": numbers(plans["yen"]),
        "plan_state_code": numbers(np.where(is_ended, plans["state"], RUNNING)),
        "plan_cancelled_date": known_days(plans["unpledged_on"], day),
    }


def plan_part_text(parts: Columns, day: int, _: City) -> Text:
    """Parts of pledges, one row per part and instalment it pays."""
    is_paid = happened(parts["paid_on"], day)
    return levy_key(parts) | {
        "plan_no": numbered("P", parts),
        "part_no": numbers(parts["part_no"]),
        "part_due_date": date_text(parts["due_on"]),
        "part_yen": numbers(parts["yen"]),
        "part_paid_yen": numbers_or_empty(parts["yen"], is_paid),
        "part_paid_date": known_days(parts["paid_on"], day),
    }


def write_off_text(rows: Columns, _: int, __: City) -> Text:
    """Claims that have gone."""
    return levy_key(rows) | {
        "write_off_date": date_text(rows["written_off_on"]),
        "write_off_clause_code": numbers(rows["write_off_reason"]),
        "principal_written_off_yen": numbers(rows["write_off_yen"]),
    }


def arrears_levy_text(rows: Columns, _: int, __: City) -> Text:
    """Levies on the arrears file with what is owed of them."""
    months = (rows["due"] + 1).astype("datetime64[D]").astype("datetime64[M]")
    day_of_month = rows["due"] + 1 - months.astype("datetime64[D]").astype(np.int64)
    after = (months + 12 * _YEARS_TO_PRESCRIPTION).astype("datetime64[D]").astype(np.int64)
    return levy_key(rows) | {
        "due_date": date_text(rows["due"]),
        "principal_levied_yen": numbers(rows["levied_yen"]),
        "arrears_principal_yen": numbers(rows["yen"]),
        "arrears_prescription_date": date_text(after + day_of_month),
    }


def arrears_receipt_text(rows: Columns, _: int, __: City) -> Text:
    """Payments of arrears."""
    return levy_key(rows) | {
        "receipt_seq": numbers(rows["seq"]),
        "arrears_paid_date": date_text(rows["paid"]),
        "arrears_credited_date": date_text(rows["credited"]),
        "arrears_principal_collected_yen": numbers(rows["principal_yen"]),
        "arrears_late_charge_collected_yen": numbers(rows["late_yen"]),
        "payment_class": joined("0", numbers(rows["payment_class"])),
    }


def distribution_text(rows: Columns, _: int, __: City) -> Text:
    """Proceeds of what was seized, as they were paid in at the counter."""
    return levy_key(rows) | {
        "distribution_no": joined("H", numbers(rows["slip_no"])),
        "distribution_date": date_text(rows["paid"]),
        "seizure_no": numbered("S", rows),
        "proceeds_yen": numbers(rows["principal_yen"] + rows["late_yen"]),
        "principal_appropriated_yen": numbers(rows["principal_yen"]),
        "late_charge_appropriated_yen": numbers(rows["late_yen"]),
    }


def legal_proceeding_text(rows: Columns, day: int, _: City) -> Text:
    """Executions of others' claims in which the city takes part."""
    return levy_key(rows) | {
        "proceeding_no": numbered("L", rows),
        "proceeding_kind_code": "59",
        "proceeding_filed_date": date_text(rows["known"]),
        "proceeding_end_date": known_days(rows["to_on"], day),
        "court_case_no": _court_case(rows),
        "proceeding_principal_yen": numbers(rows["yen"]),
    }


def bankruptcy_text(rows: Columns, _: int, __: City) -> Text:
    """Bankruptcies of debtors."""
    return {
        "bankruptcy_no": numbered("B", rows),
        "addressee_code": addressee_codes(rows["payer"]),
        "bankruptcy_kind_code": "1",
        "bankruptcy_commencement_date": date_text(rows["known"]),
        "court_case_no": _court_case(rows),
        "court_name": _COURT,
    }


def _court_case(rows: Columns) -> pa.Array:
    return joined("架空", numbers(rows["case_year"]), "-", numbers(rows["payer"] % 10_000))
