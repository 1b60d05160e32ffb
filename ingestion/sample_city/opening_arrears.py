"""Arrears that older years have left: delivered first, unpaid, so that the first year has its carried-over levy.

Per group they add up to the calibrated carryover levy. The same difficult payers owe them who will owe the new ones.
"""

from __future__ import annotations

import numpy as np

from ingestion.sample_city.columns import Array, Columns, run_lengths, stack, take
from ingestion.sample_city.corporate_returns import corporate_returns
from ingestion.sample_city.draws import pick
from ingestion.sample_city.due_dates import fiscal_year
from ingestion.sample_city.instalments import (
    CORPORATE,
    FIXED_ASSET,
    HEALTH,
    PREMIUM,
    SALARY,
    VEHICLE,
    Group,
    new_instalments,
)
from ingestion.sample_city.large_debtor import year_of_large_debtor
from ingestion.sample_city.levies import VEHICLE_TAX_YEN, Levies
from ingestion.sample_city.people import INSURED_AGE

YEARS_BACK = 5
_YEAR_SHARES = np.array([10.0, 12.0, 18.0, 25.0, 35.0])
_PREMIUM_YEARS = 3
_DIFFICULT_SHARE = 0.12
_MEAN_YEN = {11: 30_000, CORPORATE: 60_000, FIXED_ASSET: 10_000, VEHICLE: 8000, HEALTH: 15_000, PREMIUM: 9000}
_LARGEST_SHARE = 0.05
_SPREAD_WITHIN_CASE = 0.85


def opening_arrears(levies: Levies, group: Group, first_year: int) -> Columns:
    """Unpaid instalments of the years before ``first_year`` of one group."""
    target = levies.calibration.scaled("carryover_levy", group.tax, group.method)
    if target <= 0:
        return {}
    large = _large_debtor(levies, group, first_year, target)
    rest = target - int(large["original_yen"].sum()) if large else target
    many = _many_debtors(levies, group, first_year, rest)
    rows = stack([table for table in (large, many) if table])
    return take(rows, np.argsort(rows["uid"], kind="stable"))


def _large_debtor(levies: Levies, group: Group, first_year: int, target: int) -> Columns:
    share = levies.calibration.rate("large_debtor_share", group.tax, group.method) / 100
    if not share:
        return {}
    years = range(first_year - YEARS_BACK, first_year)
    large = stack([year_of_large_debtor(levies, group, year, target * share / YEARS_BACK) for year in years])
    del large["pays_first"]
    return large


def _many_debtors(levies: Levies, group: Group, first_year: int, target: int) -> Columns:
    """Cases of one payer and year, from some instalment to the last, until the yen are reached; the last one is cut."""
    cases = _cases(levies, group, first_year, target)
    tables = []
    for year in range(first_year - YEARS_BACK, first_year):
        template = _template(levies, group, year, first_year)
        of_year = cases["year"] == year
        if template and of_year.any():
            tables.append(_instalments_of(group, year, template, take(cases, of_year)))
    rows = stack(tables)
    rows = take(rows, np.lexsort((rows["uid"], rows.pop("case_order"))))
    before = np.cumsum(rows["original_yen"]) - rows["original_yen"]
    rows = take(rows, before < target)
    rows["original_yen"][-1] -= max(0, int(rows["original_yen"].sum()) - target)
    rows["reassessed_yen"], rows["remaining_yen"] = rows["original_yen"].copy(), rows["original_yen"].copy()
    return rows


def _cases(levies: Levies, group: Group, first_year: int, target: int) -> Columns:
    rng = levies.draws.stream("opening", group.tax, group.method)
    payers = levies.base_payers(group)
    if group.is_premium:
        payers = payers[levies.city.ages(levies.city.first_day)[payers] >= INSURED_AGE + _PREMIUM_YEARS]
    payers = payers[np.argsort(levies.city.traits["difficulty"][payers], kind="stable")]
    mean = _MEAN_YEN[group.tax]
    wanted = int(target / mean) + 30
    pool = payers[: max(8, int(len(payers) * _DIFFICULT_SHARE), wanted // 8)]
    shares = _YEAR_SHARES.copy()
    if group.is_premium:
        shares[: YEARS_BACK - _PREMIUM_YEARS] = 0
    payer = pool[np.minimum((rng.random(wanted) ** 1.3 * len(pool)).astype(np.int64), len(pool) - 1)]
    year = first_year - YEARS_BACK + pick(rng, shares, wanted)
    spread = levies.calibration.rate("debt_spread") * _SPREAD_WITHIN_CASE
    yen = np.exp(rng.normal(np.log(mean) - spread**2 / 2, spread, wanted))
    yen = np.clip(np.round(yen / 100) * 100, 1000, max(mean, target * _LARGEST_SHARE)).astype(np.int64)
    if group.tax == VEHICLE:
        yen = VEHICLE_TAX_YEN[rng.integers(0, 3, wanted)]
    _, first = np.unique(payer * 10_000 + year, return_index=True)
    cases: Columns = {
        "payer": payer,
        "year": year,
        "yen": yen,
        "start": rng.random(wanted),
        "case_order": np.arange(wanted),
    }
    return take(cases, np.sort(first))


def _template(levies: Levies, group: Group, year: int, first_year: int) -> Columns:
    """The instalments of one assessment that fall due before the first year; for returns, those of each company."""
    if group.tax == CORPORATE:
        returns = corporate_returns(levies, year)
        return take(returns, returns["return_class"] == returns["return_class"].max())
    due_days = [
        one for one in levies.calendar.due_days(group.tax, group.method, year) if fiscal_year(one.nominal) < first_year
    ]
    return {
        "no": np.array([one.instalment_no for one in due_days]),
        "due": np.array([one.due for one in due_days]),
        "nominal_year": np.array([fiscal_year(one.nominal) for one in due_days]),
        "levied_on": np.full(len(due_days), levies.levied_on(group, year)),
    }


def _instalments_of(group: Group, year: int, template: Columns, cases: Columns) -> Columns:
    if group.tax == CORPORATE:
        return _corporate_cases(template, cases)
    count = len(template["no"])
    start = np.minimum((cases["start"] ** 0.7 * count).astype(np.int64), count - 1)
    lengths = count - start
    place = np.repeat(start, lengths) + run_lengths(lengths)
    due = template["due"][place]
    is_own_statutory = group.method == SALARY or group.is_premium
    rows = new_instalments(
        group,
        year,
        np.repeat(cases["payer"], lengths),
        no=template["no"][place],
        due=due,
        nominal_year=template["nominal_year"][place],
        statutory_due=due if is_own_statutory else np.full(len(due), template["due"][0]),
        levied_on=template["levied_on"][place],
        original_yen=np.repeat(cases["yen"], lengths),
    )
    rows["case_order"] = np.repeat(cases["case_order"], lengths)
    return rows


def _corporate_cases(returns: Columns, cases: Columns) -> Columns:
    place: Array = np.minimum(np.searchsorted(returns["payer"], cases["payer"]), len(returns["payer"]) - 1)
    rows = take(returns, place)
    for name in ("original_yen", "reassessed_yen", "remaining_yen"):
        rows[name] = cases["yen"].copy()
    rows["case_order"] = cases["case_order"]
    return rows
