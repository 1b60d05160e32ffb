"""Overpayments as the receipts system keeps them: the overpayment, its detail, and the decision that settles it.

All three come from the same instalments, so that yen and days agree with the levies and with the refunds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, run_lengths, take
from ingestion.sample_city.due_dates import date_text
from ingestion.sample_city.instalments import HEALTH, KEY
from ingestion.sample_city.name_rows import kana_names
from ingestion.sample_city.people_rows import BANKS
from ingestion.sample_city.text import chosen, coded, flags, happened, known_days, levy_key, numbers, numbers_or_empty

if TYPE_CHECKING:
    import pyarrow as pa

    from ingestion.sample_city.people import City

_TWICE, _BY_QUALIFICATION = 5, 6
_DAYS_UNTIL_NOTICED = 10
_REVENUE, _EXPENDITURE = "1", "2"
_KEPT = ("is_double", "due_yen", "paid_yen", "reassessment_reason", "reassessed_on", "reassessed_yen",
         "overpaid_yen", "overpaid_on", "settled_on")  # fmt: skip


@dataclass
class Overpayments:
    """Numbers overpayments as the city does: in order within a tax item and the fiscal year in which they arose."""

    last_serial: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, rows: Columns) -> Columns:
        """The overpayments of paid instalments; empty where there are none."""
        over = take({name: rows[name] for name in (*KEY, *_KEPT)}, rows["overpaid_yen"] > 0)
        if not row_count(over):
            return {}
        over = take(over, np.lexsort((over["uid"], over["overpaid_on"])))
        over["fiscal_year"] = fiscal_years(over["overpaid_on"])
        over["serial"] = self._serials(over)
        over["known"] = np.minimum(over["overpaid_on"] + _DAYS_UNTIL_NOTICED, over["settled_on"])
        over["levied_yen"] = np.where(over["is_double"], over["due_yen"], over["reassessed_yen"])
        over["collected_yen"] = over["levied_yen"] + over["overpaid_yen"]
        reason = np.where(over["tax"] == HEALTH, _BY_QUALIFICATION, over["reassessment_reason"])
        over["reason"] = np.where(over["is_double"], _TWICE, reason)
        return over

    def _serials(self, over: Columns) -> Array:
        serials = np.zeros(row_count(over), dtype=np.int64)
        tax = int(over["tax"][0])
        for year in np.unique(over["fiscal_year"]).tolist():
            places = np.flatnonzero(over["fiscal_year"] == year)
            before = self.last_serial.get((tax, year), 0)
            serials[places] = before + 1 + run_lengths(np.array([len(places)]))
            self.last_serial[tax, year] = before + len(places)
        return serials


def fiscal_years(days: Array) -> Array:
    """Fiscal years, April to March, in which days lie."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.asarray(1970 + (months - 3) // 12)


def _number(over: Columns, prefix: str = "") -> dict[str, pa.Array | str]:
    return {
        f"{prefix}overpayment_tax_item": numbers(over["tax"]),
        f"{prefix}overpayment_year": numbers(over["fiscal_year"]),
        f"{prefix}overpayment_serial_no": numbers(over["serial"]),
    }


def overpayment_text(over: Columns, day: int, city: City) -> dict[str, pa.Array | str]:
    """Overpayments as they stand on the day of delivery."""
    payer, is_settled = over["payer"], happened(over["settled_on"], day)
    has_account = city.traits["account"][payer] % 2 == 0
    bank = city.traits["bank"][payer]
    return levy_key(over) | _number(over) | {
        "overpayment_occurrence_reason": numbers(over["reason"]),
        "overpayment_occurrence_date": date_text(over["overpaid_on"]),
        "occurrence_year": numbers(over["fiscal_year"]),
        "settled_date": known_days(over["settled_on"], day),
        "has_automatic_refund_flag": chosen(has_account, "1", "0"),
        "has_refund_flag": flags(over["settled_on"], day),
        "has_appropriation_flag": "0",
        "treatment_decision_date": known_days(over["settled_on"], day),
        "refund_payout_date": known_days(over["settled_on"], day),
        "refund_account_bank_code": chosen(has_account, coded([code for code, _, _ in BANKS], bank), ""),
        "refund_account_branch_code": chosen(has_account, coded([branch for _, branch, _ in BANKS], bank), ""),
        "refund_account_type": chosen(has_account, "1", ""),
        "refund_account_no": chosen(has_account, numbers(city.traits["account"][payer]), ""),
        "refund_account_holder": chosen(has_account, kana_names(city, payer), ""),
        "has_notice_output_flag": "1",
        "notice_issue_date": date_text(over["known"]),
        "refund_claim_date": chosen(has_account, "", known_days(over["settled_on"] - 7, day)),
        "has_account_at_refund_decision": chosen(is_settled & has_account, "1", "0"),
    }  # fmt: skip


def detail_text(over: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """What was levied and collected when more had been paid than was owed, and what is to be given back."""
    return _number(over) | {
        "settlement_slip_detail_seq": "1",
        "occurrence_principal_levied_yen": numbers(over["levied_yen"]),
        "occurrence_principal_collected_yen": numbers(over["collected_yen"]),
        "principal_refund_yen": numbers(over["overpaid_yen"]),
        "principal_applied_yen": "0",
    }


def treatment_text(over: Columns, _: int, __: City) -> dict[str, pa.Array | str]:
    """Decisions to refund. Money of the fiscal year comes out of its revenue, older money is expenditure."""
    year = fiscal_years(over["settled_on"])
    return _number(over, "treatment_") | {
        "treatment_history_seq": "1",
        "refunded_or_applied_principal_yen": numbers(over["overpaid_yen"]),
        "revenue_expenditure_year": numbers_or_empty(year, over["settled_on"] < NEVER),
        "revenue_expenditure_class": chosen(year == over["fiscal_year"], _REVENUE, _EXPENDITURE),
        "refund_decision_date": date_text(over["settled_on"]),
    }
