"""Turns the events of a law case into the rows that the city's feeds would have delivered.

An instalment's label in the case is its instalment_id. Every row has its own line number; the case is file 1.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.law_case_runner_cases import ISSUE_TYPES, Delivery, Row, add_case_period, add_notice
from tests.law_case_runner_files import Event, LawCase, seed_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

REASSESSMENT_CODES = {"reassessment": "1", "on_request": "2", "income_tax": "3", "mistake": "4"}
CHANGES_OF_THE_LEVY = ("reassessment", "write_off", "refund_decision", "appropriation", "late_charge_refund")
WRITE_OFF_CODES = {"15-7-4": "1", "15-7-5": "2", "18": "3"}
NOTICE_BEFORE_DUE = timedelta(days=30)


def rows_of(case: LawCase, events: Iterable[Event], settled_yen: dict[int, int]) -> Delivery:
    """All rows for a case with the given events.

    ``settled_yen`` holds, per event (by identity), the yen that a refund decision pays out or a write-off
    gives up: a feed names the amount, a case leaves it to the models.
    """
    delivery = Delivery()
    in_order = sorted(events, key=lambda event: event.on)
    for label, instalment in case.instalments.items():
        own = [event for event in in_order if event.instalment == label]
        add_levy_versions(delivery, label, instalment, own, settled_yen)
        add_overpayment(delivery, label, own)
        slip = ""
        for number, event in enumerate(own, start=1):
            if event.kind == "receipt":
                if not event.fields.get("same_slip"):
                    slip = f"{label}-{number}"
                    add_slip(delivery, slip, event)
                add_payment(delivery, slip, event)
            elif event.kind in ISSUE_TYPES:
                add_notice(delivery, event)
            else:
                add_case_period(delivery, event)
    for name, value in case.parameters.items():
        add_parameter(delivery, name, value)
    return delivery


def add_levy_versions(
    delivery: Delivery, label: str, instalment: Row, events: list[Event], settled_yen: dict[int, int]
) -> None:
    """One levy row as first delivered, and one more for each later change of it."""
    codes = {row["tax_item"]: row["tax_item_code"] for row in seed_rows("tax_items")}
    method = instalment.get("collection_method", "ordinary")
    methods = {row["collection_method"]: row for row in seed_rows("collection_methods")}
    due: date = instalment["due_date"]
    before = min([due - NOTICE_BEFORE_DUE, *(event.on - timedelta(days=1) for event in events)])
    noticed = instalment.get("notice_date", before)
    version: Row = {
        "instalment_id": label,
        "addressee_key": instalment.get("payer", "payer"),
        "tax_item_code": codes[instalment["tax_item"]],
        "levy_collection_class": methods[method]["collection_method_code"],
        "assessment_year": instalment.get("levy_year", due.year),
        "levy_year": instalment.get("levy_year", due.year if due.month > 3 else due.year - 1),
        # Instalments of a case are levies of their own unless it names one.
        "notice_no": instalment.get("levy"),
        "instalment_no": 1,
        "statutory_due_date": instalment.get("statutory_due_date", due),
        "designated_due_date": due,
        "tax_notice_issue_date": noticed,
        "extended_return_due_date": instalment.get("extended_due_date"),
        "principal_levied_yen": instalment["principal_yen"],
        "principal_overpayment_settled_yen": 0,
        "write_off_yen": 0,
    }
    delivery.add("raw_levy", noticed, **version)
    for event in events:
        if event.kind in CHANGES_OF_THE_LEVY:
            version = changed_version(version, event, settled_yen.get(id(event), appropriated_yen(event)))
            delivery.add("raw_levy", event.on, **version)


def changed_version(version: Row, event: Event, yen: int) -> Row:
    """The levy row as delivered after an event that changes it."""
    changed = {**version, "updated_date": event.on}
    if event.kind == "reassessment":
        cause, asked = event.fields["cause"], event.fields.get("request_date")
        changed |= {
            "principal_levied_yen": event.fields["principal_yen"],
            "taxation_division_reassessment_date": event.on,
            "taxation_division_reassessment_reason": REASSESSMENT_CODES[cause],
            "reassessment_request_date": asked if cause == "on_request" else None,
            "income_tax_reassessment_notice_date": asked if cause == "income_tax" else None,
        }
    elif event.kind == "write_off":
        changed |= {
            "has_write_off_flag": True,
            "write_off_date": event.on,
            "write_off_yen": version["write_off_yen"] + yen,
            "write_off_reason": WRITE_OFF_CODES[str(event.fields["cause"])],
        }
    elif event.kind == "late_charge_refund":
        before = version.get("late_charge_overpayment_settled_yen", 0)
        changed["late_charge_overpayment_settled_yen"] = before + event.fields["amount_yen"]
    else:
        changed["principal_overpayment_settled_yen"] = version["principal_overpayment_settled_yen"] + yen
    return changed


def appropriated_yen(event: Event) -> int:
    """What leaves the overpaid instalment by an appropriation."""
    return sum(event.fields.get(key, 0) for key in ("principal_yen", "late_charge_yen"))


def add_overpayment(delivery: Delivery, label: str, events: list[Event]) -> None:
    """The city's record of the one overpayment of an instalment, once something is decided about it or notified."""
    treated = [event for event in events if event.kind in ("refund_notice", "refund_claim", "appropriation")]
    if not treated:
        return
    paid = [event for event in events if event.kind in ("receipt", "reassessment") and event.on <= treated[0].on]
    number = {"overpayment_tax_item": "11", "overpayment_year": 2000, "overpayment_serial_no": delivery.line_no}
    days = {event.kind: event.on for event in treated}
    delivery.add(
        "raw_overpayment",
        treated[-1].on,
        instalment_id=label,
        **number,
        overpayment_occurrence_date=paid[-1].on,
        notice_issue_date=days.get("refund_notice"),
        refund_claim_date=days.get("refund_claim"),
    )
    for seq, event in enumerate((event for event in treated if event.kind == "appropriation"), start=1):
        delivery.add(
            "raw_treatment",
            event.on,
            instalment_id=event.fields["to"],
            **{f"treatment_{name}": value for name, value in number.items()},
            treatment_history_seq=seq,
            refunded_or_applied_principal_yen=appropriated_yen(event),
            appropriation_decision_date=event.on,
            appropriation_eligible_date=event.fields.get("eligible_date"),
            applied_to_principal_yen=event.fields.get("principal_yen"),
            applied_to_late_charge_yen=event.fields.get("late_charge_yen"),
        )


def add_slip(delivery: Delivery, number: str, event: Event) -> None:
    """A slip without detail for the instalment alone."""
    paid = event.fields["paid_date"]
    delivery.add(
        "raw_payment_slip",
        paid,
        instalment_id=event.instalment,
        issuing_system_id="SN",
        issue_year=paid.year,
        issue_seq=delivery.line_no,
        payment_no=number,
        payout_total_yen=event.fields["amount_yen"],
    )


def add_payment(delivery: Delivery, number: str, event: Event) -> None:
    """The payment of a slip at a bank's counter; ``same_slip`` pays the instalment's slip before once more."""
    paid = event.fields["paid_date"]
    delivery.add(
        "raw_counter_slip",
        paid,
        payment_no=number,
        paid_date=paid,
        credited_date=paid,
        paid_yen=event.fields["amount_yen"],
        channel_code="01",
        cancellation_class="0",
    )


def add_parameter(delivery: Delivery, name: str, value: object) -> None:
    """The city's own value, for every scope for which the law has one."""
    rows = {row["scope"]: row for row in seed_rows("law_parameters") if row["parameter"] == name}
    for scope, row in rows.items():
        delivery.tables.setdefault("raw_city_parameters", []).append(
            {
                "parameter": name,
                "scope": scope,
                "value": str(int(value) if isinstance(value, bool) else value),
                "unit": row["unit"],
                "law": "this law case",
                "status": "confirmed",
            }
        )
