"""What a sender says of a delivery beyond its totals: all records or only changes, its parts, the file it corrects.

It stands in the control file behind ``rows,amount_yen,sha256``: any of ``scope,part,parts,corrects``. Without it, a
file is whole, corrects nothing and holds what the city profile says of its feed (changes, unless it says full).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.errors import DataRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGE, FULL = "change", "full"
SCOPES = (CHANGE, FULL)
OPTIONAL_COLUMNS = ("scope", "part", "parts", "corrects")
_PART = re.compile("[1-9][0-9]{0,3}")


@dataclass(frozen=True)
class DeliveryNotice:
    """One file's place in its delivery. ``part_no`` counts from 1 to ``part_count``; ``corrects`` is a file name."""

    scope: str = CHANGE
    part_no: int = 1
    part_count: int = 1
    corrects: str | None = None


def read_notice(values: Mapping[str, str], usual_scope: str) -> DeliveryNotice:
    """The notice of a control file's optional columns; empty ones count as not given.

    Raises:
        DataRefused: a value is none that the column can have.
    """
    scope = values.get("scope", "") or usual_scope
    if scope not in SCOPES:
        raise DataRefused("the control file's scope is unknown", f"Write one of: {', '.join(SCOPES)}.")
    part, parts = values.get("part", "") or "1", values.get("parts", "") or "1"
    if not _PART.fullmatch(part) or not _PART.fullmatch(parts) or int(part) > int(parts):
        raise DataRefused(
            "the control file's part and parts do not fit", "Number the parts from 1 to parts, such as part 2 of 3."
        )
    return DeliveryNotice(scope, int(part), int(parts), values.get("corrects", "") or None)
