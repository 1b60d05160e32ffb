"""Monthly releases of a flow, protected with and without the earlier ones: the attacker sees the difference.

Random figures; three releases: April, then May beside it, then June and the quarter. Worked examples of single steps
stand in test_disclosure_earlier.py and test_attacker_over_time.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from marts.attacker.attack import attack
from marts.attacker.reading import release_of
from marts.disclosure.protect import protect
from marts.disclosure.table import TOTAL, Dimension, Table
from marts.earlier_versions import Told, Versions
from tests.disclosure_tables import Visit, flat, rules, table_of
from tests.released_folders import FolderTable, release_bytes
from tests.test_disclosure_properties import seeded

if TYPE_CHECKING:
    from marts.attacker.report import Finding

SETS = int(os.environ.get("OSAMARI_DISCLOSURE_SETS", "25"))
PERIOD, KIND, PLACE = "period", flat("kind", "abc"), flat("place", ["north", "south"])
STEPS = (("04",), ("04", "05"), ("04", "05", "06"))
RULES = rules(minimum=3, width=3)


def flows(seed: int) -> list[Table]:
    """The table as it stands at each step: kind by place by period."""
    random = seeded(seed)
    visits = [
        Visit(
            holder,
            {
                "kind": random.choice("aaabbc"),
                "place": random.choice(["north", "south"]),
                PERIOD: random.choice(STEPS[2]),
            },
            random.randint(1, 60),
        )
        for holder in range(random.randint(20, 60))
    ]
    return [_flow([v for v in visits if v.codes[PERIOD] in months], months) for months in STEPS]


def _flow(visits: list[Visit], months: tuple[str, ...]) -> Table:
    quarter = {"Q1": TOTAL} if months == STEPS[2] else {}
    periods = Dimension(PERIOD, quarter | dict.fromkeys(months, "Q1" if quarter else TOTAL), has_total=False)
    return table_of("flow", (KIND, PLACE, periods), visits)


def found(seed: int, *, reckons_with_earlier: bool) -> tuple[Finding, ...]:
    """What the attacker finds in the three releases together."""
    releases, before = [], []
    for place, table in enumerate(flows(seed), start=4):
        versions = Versions({table.name: table})
        for release_id, version, told in before if reckons_with_earlier else ():
            versions.add(release_id, version, told, PERIOD)
        masked = {cell.key for cell in protect([table], RULES, earlier=versions.earlier()).masked}
        release_id = f"2026-0{place}-30.1"
        before.append((release_id, table, Told(frozenset(masked), frozenset(table.cells) - masked)))
        releases.append(release_of(release_id, release_bytes(release_id, [_written(table, masked)])))
    return attack(releases).findings


def _written(table: Table, masked: set[tuple[str, ...]]) -> FolderTable:
    return FolderTable(
        table.name,
        {dimension.name: dict(dimension.parents) for dimension in table.dimensions},
        {m.name: {key: cell.values[m.name] for key, cell in table.cells.items()} for m in table.measures},
        {key for key in table.cells if key in masked},
        {m.name: sorted(m.additive_over) for m in table.measures},
        period_dimension=PERIOD,
        without_total=(PERIOD,),
    )


@pytest.mark.parametrize("seed", range(SETS))
def test_nothing_is_found_over_months(seed: int) -> None:
    assert found(seed, reckons_with_earlier=True) == ()


def test_without_the_check_of_earlier_releases_masked_figures_are_found() -> None:
    seen = sum(bool(found(seed, reckons_with_earlier=False)) for seed in range(SETS))
    assert seen >= SETS // 2, f"{seen} of {SETS}"
