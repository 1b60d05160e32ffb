"""The rows of a law case that come in the arrears feeds: notices, and each case in its own feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.law_case_runner_files import Event

ISSUE_TYPES = {"demand": "1", "reminder": "2"}
SEIZURE_CLASSES = {"seizure": "1", "participating_seizure": "2"}
GRACE_CODES = {"disaster": "1", "collection": "2", "conversion": "3"}

Row = dict[str, Any]


@dataclass
class Delivery:
    """The rows of one run, by table."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    line_no: int = 0

    def add(self, table: str, delivered: date, **values: Any) -> None:
        """One more row, delivered on a day."""
        self.line_no += 1
        place = {
            "delivery_date": delivered,
            "delivery_seq": 1,
            "source_file_no": 1,
            "source_line_no": self.line_no,
        }
        self.tables.setdefault(table, []).append({**values, **place})


def add_notice(delivery: Delivery, event: Event) -> None:
    """A demand notice (督促状) or a reminder (催告書)."""
    issued, code = event.fields["issue_date"], ISSUE_TYPES[event.kind]
    delivery.add("raw_demand", issued, instalment_id=event.instalment, issue_type=code, issue_date=issued)


def add_case_period(delivery: Delivery, event: Event) -> None:
    """A case in its feed of the arrears file; other kinds stand in the levy rows."""
    last: date | None = event.fields.get("to_date")
    day_after = last + timedelta(days=1) if last else None
    number = f"{event.kind}-{delivery.line_no}"
    values: Row
    if event.kind == "grace":
        table = "raw_grace"
        values = {"grace_no": number, "grace_kind_code": GRACE_CODES[event.fields["kind"]]}
        values |= {"grace_from_date": event.on, "grace_to_date": last}
        values |= {"grace_cancelled_date": event.fields.get("cancelled_date")}
    elif event.kind == "stay":
        table = "raw_execution_stay"
        values = {"stay_no": number, "stay_item_code": str(event.fields["item"])}
        values |= {"stay_date": event.on, "stay_cancelled_date": day_after}
        values |= {"has_immediate_extinction_flag": bool(event.fields.get("immediate"))}
    elif event.kind in SEIZURE_CLASSES:
        table = "raw_seizure"
        values = {"seizure_no": number, "seizure_class": SEIZURE_CLASSES[event.kind]}
        values |= {"seizure_date": event.on, "seizure_release_date": last}
    elif event.kind == "reduction":
        table = "raw_late_charge_reduction"
        values = {"reduction_no": number, "reduction_decision_date": event.on}
        values |= {"reduction_from_date": event.fields.get("from_date"), "reduction_to_date": last}
        values |= {"reduction_yen": event.fields.get("reduced_yen"), "reduction_rate": event.fields.get("percent")}
    elif event.kind == "delivery_demand":
        table = "raw_delivery_demand"
        values = {"delivery_demand_no": number, "delivery_demand_date": event.on, "delivery_demand_release_date": last}
    elif event.kind == "pledge":
        plan = {"plan_no": number, "pledge_date": event.on, "plan_state_code": "1", "plan_cancelled_date": day_after}
        delivery.add("raw_instalment_plan", event.on, **plan)
        table = "raw_instalment_plan_part"
        values = {"plan_no": number, "part_no": 1, "part_due_date": event.on, "part_yen": 0}
    else:
        return
    delivery.add(table, event.on, instalment_id=event.instalment, **values)
