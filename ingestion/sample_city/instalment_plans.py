"""Pledges to pay in parts: one plan per debtor and year over all taxes, its parts and what became of them.

A part is what the debtor then paid of one instalment; what he did not pay is a last part that is still to come, or the
one by which the pledge was broken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, stack, take, whole
from ingestion.sample_city.instalments import KEY

if TYPE_CHECKING:
    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.trade import Trade

RUNNING, FULFILLED, BROKEN = 1, 2, 3
_REST_DUE_DAYS, _MISSED_DAYS = 720, 15
_PLANS = ("payer", "case_year", "from_on", "unpledged_on")


def queue_plans(deliveries: Deliveries, trade: Trade, pledges: Columns, receipts: Columns) -> None:
    """Queue the plans and parts of a year's pledges (one row per instalment). ``receipts`` are the debts' payments."""
    if not row_count(pledges):
        return
    parts = _numbered(stack([_paid_parts(trade, pledges, receipts), _rest(trade, pledges, receipts)]))
    deliveries.queue("instalment_plan_part", parts, parts["from_on"])
    deliveries.queue("instalment_plan_part", parts, parts["paid_on"])
    plans = _plans(parts)
    for event in ("from_on", "ended_on"):
        deliveries.queue("instalment_plan", plans, plans[event])


def _of_pledges(pledges: Columns, receipts: Columns) -> tuple[Columns, Array]:
    """Payments of pledged instalments since the pledge, and the place of the pledge each belongs to."""
    order = np.argsort(pledges["uid"], kind="stable")
    place = order[np.minimum(np.searchsorted(pledges["uid"][order], receipts["uid"]), len(order) - 1)]
    is_of_pledge = (pledges["uid"][place] == receipts["uid"]) & (receipts["paid"] >= pledges["from_on"][place])
    return take(receipts, is_of_pledge), place[is_of_pledge]


def _paid_parts(trade: Trade, pledges: Columns, receipts: Columns) -> Columns:
    if not row_count(receipts):
        return {}
    paid, place = _of_pledges(pledges, receipts)
    parts = {name: pledges[name][place] for name in (*KEY, "case_year", "from_on", "unpledged_on")}
    month_ends = (paid["paid"].astype("datetime64[D]").astype("datetime64[M]") + 1).astype("datetime64[D]")
    due = trade.calendar.next_open(month_ends.astype(np.int64) - 1)
    return parts | {"due_on": due, "yen": paid["principal_yen"], "paid_on": paid["paid"]}


def _rest(trade: Trade, pledges: Columns, receipts: Columns) -> Columns:
    left = pledges["yen"].copy()
    if row_count(receipts):
        paid, place = _of_pledges(pledges, receipts)
        np.subtract.at(left, place, paid["principal_yen"])
    is_broken = pledges["unpledged_on"] < NEVER
    missed = np.where(is_broken, pledges["unpledged_on"] - _MISSED_DAYS, pledges["from_on"] + _REST_DUE_DAYS)
    parts = {name: pledges[name] for name in (*KEY, "case_year", "from_on", "unpledged_on")}
    parts |= {"due_on": trade.calendar.next_open(missed), "yen": left, "paid_on": whole(len(left), NEVER)}
    return take(parts, left > 0)


def _numbered(parts: Columns) -> Columns:
    """Parts in order of plan and due date; parts of one plan due on one day have one number."""
    parts = take(parts, np.lexsort((parts["uid"], parts["due_on"], parts["payer"])))
    is_new_plan = np.concatenate([[True], parts["payer"][1:] != parts["payer"][:-1]])
    is_new_part = is_new_plan | np.concatenate([[True], parts["due_on"][1:] != parts["due_on"][:-1]])
    counted = np.cumsum(is_new_part)
    starts = counted[is_new_plan] - 1
    parts["part_no"] = counted - starts[np.cumsum(is_new_plan) - 1]
    key = np.stack([parts["part_no"], parts["uid"]])
    _, first, group = np.unique(key, axis=1, return_index=True, return_inverse=True)
    merged = take(parts, first)
    merged["yen"] = np.bincount(group.ravel(), parts["yen"]).astype(np.int64)
    np.maximum.at(merged["paid_on"], group.ravel(), parts["paid_on"])
    return take(merged, np.lexsort((merged["uid"], merged["part_no"], merged["payer"])))


def _plans(parts: Columns) -> Columns:
    payers, first, place = np.unique(parts["payer"], return_index=True, return_inverse=True)
    plans = {name: parts[name][first] for name in _PLANS}
    plans["part_count"] = np.zeros(len(payers), dtype=np.int64)
    np.maximum.at(plans["part_count"], place, parts["part_no"])
    plans["yen"] = np.bincount(place, parts["yen"]).astype(np.int64)
    last_paid = np.zeros(len(payers), dtype=np.int64)
    np.maximum.at(last_paid, place, parts["paid_on"])
    np.minimum.at(plans["unpledged_on"], place, parts["unpledged_on"])
    is_broken = plans["unpledged_on"] < NEVER
    plans["state"] = np.where(is_broken, BROKEN, np.where(last_paid < NEVER, FULFILLED, RUNNING))
    plans["ended_on"] = np.where(is_broken, plans["unpledged_on"], last_paid)
    return plans
