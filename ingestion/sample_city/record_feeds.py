"""Feeds of the city's records: each row is the state of one record; which function writes it, what identifies it.

They differ from the channel feeds only in this table, so that one way of delivery serves them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city import arrears_people_rows as debtor
from ingestion.sample_city import arrears_rows as arrears
from ingestion.sample_city import levy_record_rows as levy
from ingestion.sample_city import receipt_record_rows as receipt
from ingestion.sample_city import refund_rows as refund
from ingestion.sample_city.columns import Columns, row_count, take, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from ingestion.sample_city.columns import Array
    from ingestion.sample_city.people import City
    from ingestion.sample_city.writers import Text


@dataclass(frozen=True)
class RecordFeed:
    """``key`` are the columns that identify a record, the first of them weighs most in the order of lines."""

    text: Callable[[Columns, int, City], Text]
    key: tuple[str, ...]
    yen: str = ""

    def newest(self, rows: Columns) -> Columns:
        """One row per record, the one that came last, in order of the key."""
        order = np.lexsort((np.arange(row_count(rows)), *(rows[name] for name in reversed(self.key))))
        ordered = [rows[name][order] for name in self.key]
        is_last = np.ones(len(order), dtype=bool)
        is_last[:-1] = np.any([values[1:] != values[:-1] for values in ordered], axis=0)
        return take(rows, order[is_last])

    def control_yen(self, rows: Columns) -> Array:
        """Yen of each row for the control total."""
        return rows[self.yen] if self.yen else whole(row_count(rows), 0)


RECORD_FEEDS = {
    "receipt_history": RecordFeed(receipt.history_text, ("uid", "seq")),
    "convenience_store_status": RecordFeed(receipt.store_status_text, ("uid", "paid", "minute")),
    "slip_transmission": RecordFeed(receipt.transmission_text, ("slip_no",)),
    "account_transfer": RecordFeed(receipt.transfer_record_text, ("paid", "slip_no"), "amount"),
    "overpayment": RecordFeed(refund.overpayment_text, ("tax", "fiscal_year", "serial")),
    "overpayment_detail": RecordFeed(refund.detail_text, ("tax", "fiscal_year", "serial"), "overpaid_yen"),
    "treatment": RecordFeed(refund.treatment_text, ("tax", "fiscal_year", "serial"), "overpaid_yen"),
    "levy_history": RecordFeed(levy.levy_history_text, ("uid", "change_count"), "yen"),
    "reassessment": RecordFeed(levy.reassessment_text, ("uid",), "yen"),
    "carryover": RecordFeed(levy.carryover_text, ("uid", "carryover_year"), "yen"),
    "reminder": RecordFeed(levy.reminder_text, ("seq",)),
    "disposition": RecordFeed(levy.disposition_text, ("case_year", "payer", "kind", "uid")),
    "arrears_case": RecordFeed(debtor.arrears_case_text, ("payer",)),
    "contact_history": RecordFeed(debtor.contact_text, ("payer", "case_year", "talk")),
    "field_survey": RecordFeed(debtor.survey_text, ("payer", "case_year", "has_found")),
    "property": RecordFeed(debtor.property_text, ("case_year", "payer"), "value_yen"),
    "public_auction": RecordFeed(debtor.auction_text, ("case_year", "payer")),
    "levy_basis": RecordFeed(debtor.basis_text, ("payer", "notice"), "yen"),
    "instalment_plan": RecordFeed(arrears.plan_text, ("case_year", "payer"), "yen"),
    "instalment_plan_part": RecordFeed(arrears.plan_part_text, ("case_year", "payer", "part_no", "uid"), "yen"),
    "grace": RecordFeed(arrears.grace_text, ("case_year", "payer", "uid"), "yen"),
    "late_charge_reduction": RecordFeed(arrears.reduction_text, ("case_year", "payer", "uid"), "reduction_yen"),
    "seizure": RecordFeed(arrears.seizure_text, ("case_year", "payer", "uid"), "yen"),
    "delivery_demand": RecordFeed(arrears.delivery_demand_text, ("case_year", "payer", "uid"), "yen"),
    "execution_stay": RecordFeed(arrears.execution_stay_text, ("case_year", "payer", "uid"), "yen"),
    "write_off": RecordFeed(arrears.write_off_text, ("uid",), "write_off_yen"),
    "arrears_levy": RecordFeed(arrears.arrears_levy_text, ("uid",), "yen"),
    "arrears_receipt": RecordFeed(arrears.arrears_receipt_text, ("uid", "seq"), "principal_yen"),
    "distribution": RecordFeed(arrears.distribution_text, ("slip_no", "uid"), "principal_yen"),
    "legal_proceeding": RecordFeed(arrears.legal_proceeding_text, ("case_year", "payer", "uid"), "yen"),
    "bankruptcy": RecordFeed(arrears.bankruptcy_text, ("case_year", "payer")),
}
"""Every feed of records, with the column of its control total where the catalogue has one."""
