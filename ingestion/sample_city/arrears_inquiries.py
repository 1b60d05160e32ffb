"""What the city finds out and does about debtors under a measure: talks, surveys, property, auctions, courts.

Each table has one row per debtor and year (or talk); yen are sums over the instalments of the measure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, row_count, stack, take, whole
from ingestion.sample_city.draws import pick
from ingestion.sample_city.levy_record_rows import DELIVERY_DEMAND, PLEDGE, SEIZURE, STAY

if TYPE_CHECKING:
    from ingestion.sample_city.deliveries import Deliveries
    from ingestion.sample_city.tags import Tags
    from ingestion.sample_city.trade import Trade

DEPOSIT, INSURANCE, SALARY, PENSION_CLAIM, MOVABLES, LAND, HOUSE = 20, 26, 28, 29, 33, 35, 36
_PROPERTY_TYPES = np.array([DEPOSIT, INSURANCE, SALARY, PENSION_CLAIM, LAND, HOUSE, MOVABLES])
_PROPERTY_SHARES = np.array([66.0, 10.0, 14.0, 3.0, 1.0, 1.0, 5.0])
_SOLD_BY_AUCTION = (MOVABLES, LAND, HOUSE)
PLEDGED_TALK, BROKEN_TALK, VISIT = 1, 2, 3
_SURVEY_DAYS, _AUCTION_NOTICE_DAYS, _AUCTION_DAYS = 20, 120, 30
_BANKRUPT_DAYS = 30


def queue_inquiries(  # noqa: PLR0913, PLR0917  everything of one year's measures
    deliveries: Deliveries, trade: Trade, tags: Tags, measures: Columns, receipts: Columns, year: int
) -> None:
    """Queue everything that goes with the measures of a year."""
    cases = {kind: _cases(take(measures, measures["kind"] == kind)) for kind in np.unique(measures["kind"]).tolist()}
    seized, stayed, pledged = (cases.get(kind, {}) for kind in (SEIZURE, STAY, PLEDGE))
    _talks(deliveries, pledged, stayed)
    _surveys(deliveries, tags, seized, stayed)
    if row_count(seized):
        _property(deliveries, trade, seized, year)
        _distributions(deliveries, take(measures, measures["kind"] == SEIZURE), receipts)
    if row_count(cases.get(DELIVERY_DEMAND, {})):
        _courts(deliveries, cases[DELIVERY_DEMAND], measures)


def _cases(measures: Columns) -> Columns:
    """One row per debtor with the yen of all his instalments under the measure."""
    payers, first, place = np.unique(measures["payer"], return_index=True, return_inverse=True)
    rows = take(measures, first)
    rows["yen"] = np.bincount(place, measures["yen"], minlength=len(payers)).astype(np.int64)
    return rows


def _talks(deliveries: Deliveries, pledged: Columns, stayed: Columns) -> None:
    tables = []
    for cases, talk, column in (
        (pledged, PLEDGED_TALK, "from_on"),
        (pledged, BROKEN_TALK, "unpledged_on"),
        (stayed, VISIT, "from_on"),
    ):
        if row_count(cases):
            rows = {name: cases[name] for name in ("payer", "case_year", "yen")}
            rows |= {"talk": whole(row_count(rows), talk), "known": cases[column]}
            tables.append(take(rows, rows["known"] < NEVER))
    talks = stack(tables)
    if row_count(talks):
        deliveries.queue("contact_history", talks, talks["known"])


def _surveys(deliveries: Deliveries, tags: Tags, seized: Columns, stayed: Columns) -> None:
    tables = []
    for cases, has_found in ((seized, True), (stayed, False)):
        if row_count(cases):
            rows = {name: cases[name] for name in ("payer", "case_year")}
            rows |= {"has_found": np.full(row_count(rows), has_found), "known": cases["from_on"] - _SURVEY_DAYS}
            rows["has_trade"] = (np.arange(row_count(rows)) == 0) & has_found
            tables.append(rows)
    surveys = stack(tables)
    if row_count(surveys):
        deliveries.queue("field_survey", surveys, surveys["known"])
        traders = take(surveys, surveys["has_trade"] & (surveys["known"] <= deliveries.schedule.last_day))
        tags.add_addressees("supplementary_character", "field_survey", traders["payer"], traders["known"])


def _property(deliveries: Deliveries, trade: Trade, seized: Columns, year: int) -> None:
    """One thing or claim per seizure. The first seizure of a year is a house, so that each year has an auction."""
    rng = trade.draws.stream("property", year)
    kinds = _PROPERTY_TYPES[pick(rng, _PROPERTY_SHARES, row_count(seized))]
    kinds[0] = HOUSE
    found = {name: seized[name] for name in ("payer", "case_year", "yen")}
    found |= {"property_type": kinds, "known": seized["from_on"] - _SURVEY_DAYS}
    found["value_yen"] = np.maximum(10_000, found["yen"] * rng.integers(20, 180, len(kinds)) // 100 // 1000 * 1000)
    deliveries.queue("property", found, found["known"])
    auctioned = found | {"notice_on": seized["from_on"] + _AUCTION_NOTICE_DAYS}
    auctioned["auction_on"] = trade.calendar.next_open(auctioned["notice_on"] + _AUCTION_DAYS)
    is_open = (seized["to_on"] > auctioned["auction_on"]) & np.isin(kinds, _SOLD_BY_AUCTION)
    auctioned = take(auctioned, is_open)
    for event in ("notice_on", "auction_on"):
        deliveries.queue("public_auction", auctioned, auctioned[event])


def _distributions(deliveries: Deliveries, seized: Columns, receipts: Columns) -> None:
    """What was paid of seized debts after the seizure is the money the seized claims brought."""
    if not row_count(receipts):
        return
    order = np.argsort(seized["uid"], kind="stable")
    place = order[np.minimum(np.searchsorted(seized["uid"][order], receipts["uid"]), len(order) - 1)]
    is_proceeds = (seized["uid"][place] == receipts["uid"]) & (receipts["paid"] > seized["from_on"][place])
    rows = take(receipts, is_proceeds)
    rows["case_year"] = seized["case_year"][place[is_proceeds]]
    deliveries.queue("distribution", rows, rows["known"])


def _courts(deliveries: Deliveries, demanded: Columns, measures: Columns) -> None:
    """Delivery was demanded from a court: in a bankruptcy, or in the execution of somebody else's claim."""
    is_first = np.arange(row_count(demanded)) == 0
    is_bankrupt = (demanded["payer"] % 2 == 0) | is_first
    bankrupt = take(demanded, is_bankrupt)
    bankrupt["known"] = bankrupt["from_on"] - _BANKRUPT_DAYS
    deliveries.queue("bankruptcy", bankrupt, bankrupt["known"])
    executed = demanded["payer"][~is_bankrupt | is_first]
    rows = take(measures, (measures["kind"] == DELIVERY_DEMAND) & np.isin(measures["payer"], executed))
    rows["known"] = rows["from_on"] - _BANKRUPT_DAYS
    deliveries.queue("legal_proceeding", rows, rows["known"])


def case_numbers(rows: Columns) -> Array:
    """Number of a case: the year and the debtor."""
    return np.asarray(rows["case_year"] * 10**8 + rows["payer"])
