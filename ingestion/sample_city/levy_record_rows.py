"""Text of what the tax system keeps of a levy's life: its history, changes, carrying over, reminders, dispositions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, stack, take, whole
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.identity_numbers import zero_filled
from ingestion.sample_city.instalments import KEY
from ingestion.sample_city.text import chosen, happened, known_days, levy_key, numbers, numbers_or_empty

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.people import City

_FROM_CURRENT, _FROM_ARREARS = "1", "2"
_IN_FORCE, _ENDED = "1", "2"
_REMINDER_CODE = "2"
GRACE, STAY, SEIZURE, DELIVERY_DEMAND, PLEDGE, REDUCTION = 2, 3, 4, 6, 7, 8
"""Types of disposition as the disposition feed writes them."""


def levy_history_states(rows: Columns) -> Columns:
    """Two states of each levy that changed: as first levied and as changed. The others have only one, the levy."""
    names = (*KEY, "due", "levied_on", "reassessed_on", "reassessment_reason", "demanded_on")
    changed = take(rows, rows["reassessed_on"] < NEVER)
    size = row_count(changed)
    base = {name: changed[name] for name in names}
    before = base | {"change_count": whole(size, 0), "yen": changed["original_yen"], "known": changed["levied_on"]}
    after = base | {"change_count": whole(size, 1), "yen": changed["reassessed_yen"], "known": changed["reassessed_on"]}
    return stack([before, after])


def levy_history_text(rows: Columns, day: int, _: City) -> dict[str, pa.Array | str]:
    """States of levies that changed."""
    is_change = rows["change_count"] > 0
    return levy_key(rows) | {
        "levy_date": date_text(np.where(is_change, rows["reassessed_on"], rows["levied_on"])),
        "due_date": date_text(rows["due"]),
        "principal_carryover_yen": numbers(rows["yen"]),
        "reassessment_count": numbers(rows["change_count"]),
        "reassessment_date": date_text(np.where(is_change, rows["reassessed_on"], NEVER)),
        "reassessment_reason_code": numbers_or_empty(rows["reassessment_reason"], is_change),
        "demand_issue_date": known_days(rows["demanded_on"], day),
    }


def reassessment_text(rows: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """Changes of levies, one per instalment, with what is levied now."""
    return levy_key(rows) | {
        "reassessment_order": "1",
        "reassessment_reason": numbers(rows["reassessment_reason"]),
        "instalment_no_1": numbers(rows["no"]),
        "instalment_order_1": "1",
        "instalment_tax_1_yen": numbers(rows["yen"]),
    }


def carried_over(debts: Columns, year: int, carried_on: Array) -> Columns:
    """What is carried over into an accounting year: older debts on 1 April, the year before's after its closing."""
    return {name: debts[name] for name in (*KEY, "due", "nominal_year")} | {
        "carryover_year": whole(row_count(debts), year),
        "known": carried_on,
        "yen": debts["remaining_yen"].copy(),
    }


def carryover_text(rows: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """Principal carried over."""
    is_from_current = rows["nominal_year"] == rows["carryover_year"] - 1
    return levy_key(rows) | {
        "carryover_year": numbers(rows["carryover_year"]),
        "carryover_date": date_text(rows["known"]),
        "current_arrears_class": chosen(is_from_current, _FROM_CURRENT, _FROM_ARREARS),
        "closing_carryover_levied_principal_yen": numbers(rows["yen"]),
        "latest_carryover_levied_principal_yen": numbers(rows["yen"]),
    }


def reminder_text(notices: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """Reminders, numbered within the year of issue."""
    return levy_key(notices) | {
        "reminder_issue_code": _REMINDER_CODE,
        "reminder_issue_year": numbers(notices["issue_year"]),
        "reminder_issue_seq": numbers(notices["seq"]),
        "reminder_issue_date": date_text(notices["issued_on"]),
        "has_reminder_pull_flag": "0",
    }


def disposition_text(rows: Columns, day: int, _: City) -> dict[str, pa.Array | str]:
    """Dispositions with their periods; what ends is ended, not deleted."""
    is_ended = happened(rows["to_on"], day)
    is_grace = rows["kind"] == GRACE
    return levy_key(rows) | {
        "disposition_type": zero_filled(rows["kind"], 2),
        "disposition_year": numbers(rows["case_year"]),
        "disposition_seq": numbers(rows["payer"]),
        "disposition_status": chosen(is_ended, _ENDED, _IN_FORCE),
        "disposition_start_date": date_text(rows["from_on"]),
        "disposition_end_date": known_days(rows["to_on"], day),
        "grace_start_date": chosen(is_grace, date_text(rows["from_on"]), ""),
        "grace_end_date": chosen(is_grace, known_days(rows["to_on"], day), ""),
    }
