"""All suites in the order in which the data meets them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from expectations.addressees import addressees_suite
from expectations.arrears import arrears_suite
from expectations.cases import cases_suite
from expectations.collections import collections_suite
from expectations.feeds import feed_suites
from expectations.ledger import ledger_suite
from expectations.reconciliation import reconciliation_suite
from expectations.refunds import refunds_suite
from expectations.statistics import statistics_suites
from expectations.statistics_flows import statistics_flow_suites
from expectations.treatments import treatments_suite
from ingestion.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expectations.rule import Suite
    from ingestion.contract import FeedContract

_ANY_DAY = date.min
"""The names of the suites are the same on every day."""


def all_suites(as_of: date, contracts: Mapping[str, FeedContract] | None = None) -> tuple[Suite, ...]:
    """Every suite, as it judges the data of the day ``as_of``; ``contracts`` where a city has layouts of its own."""
    return (
        *feed_suites(contracts),
        ledger_suite(as_of),
        cases_suite(),
        treatments_suite(),
        reconciliation_suite(as_of),
        arrears_suite(as_of),
        refunds_suite(as_of),
        collections_suite(),
        addressees_suite(),
        *statistics_suites(as_of),
        *statistics_flow_suites(as_of),
    )


def suite(name: str, as_of: date, contracts: Mapping[str, FeedContract] | None = None) -> Suite:
    """The suite of that name; ``contracts`` as for :func:`all_suites`.

    Raises:
        ConfigurationError: No suite has that name.
    """
    known = {suite.name: suite for suite in all_suites(as_of, contracts)}
    if name not in known:
        raise ConfigurationError(f"There is no expectation suite {name}.", f"Known suites: {', '.join(known)}.")
    return known[name]


def tables_by_suite() -> dict[str, str]:
    """The table that each suite judges, by the name of the suite."""
    return {suite.name: suite.table for suite in all_suites(_ANY_DAY)}


def suite_names() -> tuple[str, ...]:
    """The names of all suites: what a release demands a pass of."""
    return tuple(tables_by_suite())
