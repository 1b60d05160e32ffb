"""The disclosure policy as typed values. No threshold has a default: what the file does not say is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from marts import strict_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marts.strict_yaml import Section

DEFAULT_PATH = Path(__file__).with_name("policy.yaml")


@dataclass(frozen=True)
class IntervalRule:
    """How wide the reader's interval must stay, in units of the measure."""

    primary_width: int
    primary_percent: int
    secondary_width: int


@dataclass(frozen=True)
class Effort:
    """How far the search for fewer masks goes. Counts, not times: the same input must end the same way."""

    pruning_programs: int
    """Linear programs per block of masked cells to find out which masks are superfluous."""
    optimum_cells: int
    """Linked tables with so many cells that may be masked, or fewer, get the cheapest mask there is."""
    optimum_rounds: int
    """How often cuts are added on the way to it."""
    optimum_nodes: int
    """Branches that the solver may try in each round."""


@dataclass(frozen=True)
class Rules:
    """The thresholds: all that the engine needs of the policy."""

    minimum_contributors: int
    p_percent: int
    intervals: Mapping[str, IntervalRule]
    guards_lone_contributor: bool
    linear_program_budget: int
    guards_whole_shares: bool
    """Whether a share of none or all of its whole is masked."""
    guards_pools: bool
    """Whether the masked cells of a line must together be as many contributors as a cell that is shown."""
    effort: Effort


@dataclass(frozen=True)
class Exemption:
    """A table that is not protected, and why."""

    table: str
    reason_ja: str
    reason_en: str


@dataclass(frozen=True)
class Selection:
    """Cells of a table: those with the given codes in the given dimensions."""

    table: str
    where: Mapping[str, str]
    measure: str = ""


@dataclass(frozen=True)
class LinkRule:
    """Two selections that show the same figures, cell by cell along the dimensions ``by``."""

    name: str
    left: Selection
    right: Selection
    by: tuple[str, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class PublicFigureRule:
    """Public figures that show cells of a protected table; ``by`` maps its dimensions to the public table's."""

    name: str
    public: Selection
    shows: Selection
    by: Mapping[str, str]
    reason_ja: str
    reason_en: str


@dataclass(frozen=True)
class Policy:
    """The whole file."""

    rules: Rules
    exemptions: tuple[Exemption, ...]
    structural_zero_flag: str
    structural_zero_reason_ja: str
    structural_zero_reason_en: str
    links: tuple[LinkRule, ...]
    public_figures: tuple[PublicFigureRule, ...]

    def exemption(self, table: str) -> Exemption | None:
        """Why ``table`` is not protected; none when it is."""
        return next((e for e in self.exemptions if e.table == table), None)


def load_policy(path: Path = DEFAULT_PATH) -> Policy:
    """Read the policy.

    Raises:
        ConfigurationError: a threshold is missing, a key is unknown, a value has a wrong type.
    """
    top = strict_yaml.read(path)
    rules = _rules(top)
    zeros = top.section("structural_zeros")
    policy = Policy(
        rules=rules,
        exemptions=tuple(_exemption(section) for section in top.sections("exempt")),
        structural_zero_flag=zeros.take("flag", str),
        structural_zero_reason_ja=zeros.take("reason_ja", str),
        structural_zero_reason_en=zeros.take("reason_en", str),
        links=tuple(_link(section) for section in top.sections("links")),
        public_figures=tuple(_public_figure(section) for section in top.sections("public_figures")),
    )
    zeros.close()
    top.close()
    return policy


def _rules(top: Section) -> Rules:
    primary, insiders, budget = top.section("primary"), top.section("insiders"), top.section("budget")
    intervals, effort = top.section("minimum_interval"), top.section("effort")
    rules = Rules(
        minimum_contributors=primary.positive("minimum_contributors"),
        p_percent=primary.positive("p_percent"),
        intervals={measure: _interval(intervals.section(measure)) for measure in intervals.keys()},  # noqa: SIM118
        guards_lone_contributor=insiders.take("lone_contributor", bool),
        linear_program_budget=budget.positive("linear_programs"),
        guards_whole_shares=primary.take("whole_shares", bool),
        guards_pools=insiders.take("pools", bool),
        effort=Effort(
            effort.not_negative("pruning_programs"),
            effort.not_negative("optimum_cells"),
            effort.positive("optimum_rounds"),
            effort.positive("optimum_nodes"),
        ),
    )
    for section in (primary, insiders, budget, intervals, effort):
        section.close()
    return rules


def _interval(section: Section) -> IntervalRule:
    rule = IntervalRule(
        section.positive("primary_width"),
        section.not_negative("primary_percent"),
        section.positive("secondary_width"),
    )
    section.close()
    return rule


def _exemption(section: Section) -> Exemption:
    exemption = Exemption(section.take("table", str), section.take("reason_ja", str), section.take("reason_en", str))
    section.close()
    return exemption


def _selection(section: Section, *, with_measure: bool) -> Selection:
    table, where = section.take("table", str), section.pairs("where")
    selection = Selection(table, where, section.take("measure", str) if with_measure else "")
    section.close()
    return selection


def _link(section: Section) -> LinkRule:
    link = LinkRule(
        name=section.take("name", str),
        left=_selection(section.section("left"), with_measure=False),
        right=_selection(section.section("right"), with_measure=False),
        by=section.texts("by"),
        measures=section.texts("measures"),
    )
    section.close()
    return link


def _public_figure(section: Section) -> PublicFigureRule:
    figure = PublicFigureRule(
        name=section.take("name", str),
        public=_selection(section.section("public"), with_measure=True),
        shows=_selection(section.section("shows"), with_measure=True),
        by=section.pairs("by"),
        reason_ja=section.take("reason_ja", str),
        reason_en=section.take("reason_en", str),
    )
    section.close()
    return figure
