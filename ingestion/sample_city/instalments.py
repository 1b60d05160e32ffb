"""Instalments: the rows everything else hangs on. One row is one instalment (期別) with what has happened to it.

Amounts are yen, days are day numbers, ``NEVER`` where something has not happened. ``remaining_yen`` is the principal
that is still unpaid once all events so far are counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingestion.sample_city.columns import NEVER, Array, Columns, whole

RESIDENT, CORPORATE, FIXED_ASSET, VEHICLE, HEALTH, PREMIUM = 11, 21, 31, 41, 51, 61
ORDINARY, SALARY, PENSION = 1, 2, 3
INTERIM_RETURN, FINAL_RETURN = 1, 2

KEY = ("uid", "assessment_year", "tax", "method", "notice", "return_class", "business_year_start", "payer", "no")
"""Columns that identify an instalment and are repeated wherever it is mentioned."""

EVENT_DAYS = ("reassessed_on", "demanded_on", "seized_on", "stayed_on", "pledged_on", "delivery_demanded_on",
              "written_off_on", "settled_on", "unpledged_on", "graced_on", "grace_ended_on")  # fmt: skip
"""Columns whose day makes a new version of the levy row."""


STATE = (
    *KEY,
    "due",
    "nominal_year",
    "statutory_due",
    "levied_on",
    "has_designated_due",
    "original_yen",
    "reassessed_yen",
    "reassessment_reason",
    "write_off_yen",
    "write_off_reason",
    "overpaid_yen",
    "overpaid_on",
    "remaining_yen",
    *EVENT_DAYS,
)
"""Columns that an instalment keeps from year to year."""


@dataclass(frozen=True)
class Group:
    """One tax item collected in one way; rates are set for each group."""

    tax: int
    method: int

    @property
    def is_premium(self) -> bool:
        """True for the late-elderly premium, which has feeds of its own."""
        return self.tax == PREMIUM

    @property
    def is_withheld(self) -> bool:
        """True where an employer or a pension insurer pays."""
        return self.method != ORDINARY


GROUPS = (
    Group(FIXED_ASSET, ORDINARY),
    Group(RESIDENT, PENSION),
    Group(PREMIUM, PENSION),
    Group(VEHICLE, ORDINARY),
    Group(RESIDENT, ORDINARY),
    Group(RESIDENT, SALARY),
    Group(CORPORATE, ORDINARY),
    Group(HEALTH, ORDINARY),
    Group(PREMIUM, ORDINARY),
)


def new_instalments(group: Group, assessment_year: int, payer: Array, **given: Array) -> Columns:
    """Rows of one group and assessment year with nothing happened yet.

    ``given`` must hold ``no``, ``due``, ``nominal_year``, ``statutory_due``, ``levied_on`` and ``original_yen``;
    further columns replace the defaults.
    """
    size = len(payer)
    rows: Columns = {
        "assessment_year": whole(size, assessment_year),
        "tax": whole(size, group.tax),
        "method": whole(size, group.method),
        "payer": payer.astype(np.int64),
        "return_class": whole(size, 0),
        "business_year_start": whole(size, NEVER),
        "has_designated_due": np.zeros(size, dtype=bool),
        "reassessed_yen": given["original_yen"].copy(),
        "reassessment_reason": whole(size, 1),
        "write_off_yen": whole(size, 0),
        "write_off_reason": whole(size, 0),
        "overpaid_yen": whole(size, 0),
        "overpaid_on": whole(size, NEVER),
        "remaining_yen": given["original_yen"].copy(),
    }
    rows |= {name: whole(size, NEVER) for name in EVENT_DAYS}
    rows |= given
    rows["notice"] = ((rows["assessment_year"] * 100 + group.tax) * 10 + group.method) * 10**8 + rows["payer"]
    rows["uid"] = rows["notice"] * 1000 + rows["return_class"] * 100 + rows["no"]
    return rows


def current_yen(rows: Columns) -> Array:
    """What is levied once the reassessment, if any, has come."""
    return np.where(rows["reassessed_on"] < NEVER, rows["reassessed_yen"], rows["original_yen"])


def canonical_key(rows: Columns, row: int, municipality: str) -> str:
    """The instalment's key as the platform joins it, to find a row again."""
    tax = int(rows["tax"][row])
    start = int(rows["business_year_start"][row])
    return_class = int(rows["return_class"][row])
    parts = [
        str(rows["assessment_year"][row]),
        str(rows["assessment_year"][row]),
        str(tax),
        f"{rows['notice'][row]:018d}",
        "" if start == NEVER else str(np.datetime64(start, "D")),
        str(return_class) if return_class else "",
        "",
        "",
        "" if tax == PREMIUM else municipality,
        str(rows["no"][row]),
        "1",
    ]
    return "|".join(parts)
