"""What each released table promises: its purpose, legal basis, audience, grain, dimensions and measures.

One YAML file per table in ``contracts/``; the data dictionary, the protection and the page are made from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts import strict_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from marts.strict_yaml import Section

FOLDER = Path(__file__).with_name("contracts")
PROTECTED, EXEMPT = "disclosure_policy", "exempt"
CODE_LIST, NO_TOTAL, AS_FOUND = "code_list", "code_list_without_total", "as_found"


@dataclass(frozen=True)
class DimensionContract:
    """A dimension: its codes stand in the code list, or are the ones found; only a code list can have a total."""

    name: str
    label_ja: str
    label_en: str
    has_code_list: bool
    has_total: bool
    code_label_ja: str = ""
    code_label_en: str = ""


@dataclass(frozen=True)
class MeasureContract:
    """A measure: its unit, how many decimals it has, and the dimensions along which it adds up."""

    name: str
    unit: str
    unit_ja: str
    label_ja: str
    label_en: str
    decimals: int
    additive_over: tuple[str, ...]


@dataclass(frozen=True)
class TableContract:
    """A released table."""

    table: str
    title_ja: str
    title_en: str
    purpose_ja: str
    purpose_en: str
    legal_basis_ja: str
    audience_ja: str
    grain_ja: str
    source_table: str
    source_ja: str
    minimum_cell: str
    retention_ja: str
    note_ja: str
    period_dimension: str
    """The dimension whose code says the period of a figure: the same key is the same figure in every release.

    Empty for a stock: its figures belong to the day of the release.
    """
    magnitude_measure: str
    """The measure in yen whose contributors' shares the p % rule compares; empty for a table that is exempt."""
    shares: Mapping[str, str]
    """Measures that count some of what another one counts (paid within 30 days of all cases), with that other one."""
    dimensions: tuple[DimensionContract, ...]
    measures: tuple[MeasureContract, ...]

    @property
    def is_exempt(self) -> bool:
        """Whether the table goes out unprotected; the policy must say so, too."""
        return self.minimum_cell == EXEMPT

    @property
    def dimension_names(self) -> tuple[str, ...]:
        """The dimensions in the order of the table."""
        return tuple(dimension.name for dimension in self.dimensions)


def load_contracts(folder: Path = FOLDER) -> dict[str, TableContract]:
    """Every contract, by table name.

    Raises:
        ConfigurationError: a key is missing or unknown, or a contract contradicts itself.
    """
    contracts = [load_contract(path) for path in sorted(folder.glob("*.yaml"))]
    if not contracts:
        raise ConfigurationError(f"{folder.name} holds no contract.", "Restore marts/contracts.")
    return {contract.table: contract for contract in contracts}


def load_contract(path: Path) -> TableContract:
    """One contract.

    Raises:
        ConfigurationError: a key is missing or unknown, or the contract contradicts itself.
    """
    top = strict_yaml.read(path)
    others = ("shares", "dimensions", "measures")
    texts = {key: top.take(key, str) for key in TableContract.__dataclass_fields__ if key not in others}
    contract = TableContract(
        **texts,
        shares=top.pairs("shares"),
        dimensions=tuple(_dimension(section) for section in top.sections("dimensions")),
        measures=tuple(_measure(section) for section in top.sections("measures")),
    )
    top.close()
    _refuse_contradiction(contract, path)
    return contract


def _dimension(section: Section) -> DimensionContract:
    name, label_ja, label_en = (section.take(key, str) for key in ("name", "label_ja", "label_en"))
    codes = section.take("codes", str)
    has_code_list = codes in (CODE_LIST, NO_TOTAL)
    patterns = () if has_code_list else (section.take("code_label_ja", str), section.take("code_label_en", str))
    section.close()
    return DimensionContract(name, label_ja, label_en, has_code_list, codes == CODE_LIST, *patterns)


def _measure(section: Section) -> MeasureContract:
    texts = {key: section.take(key, str) for key in ("name", "unit", "unit_ja", "label_ja", "label_en")}
    measure = MeasureContract(
        **texts, decimals=section.not_negative("decimals"), additive_over=section.texts("additive_over")
    )
    section.close()
    return measure


def _refuse_contradiction(contract: TableContract, path: Path) -> None:
    unknown = {
        dimension
        for measure in contract.measures
        for dimension in measure.additive_over
        if dimension not in contract.dimension_names
    }
    names = {measure.name for measure in contract.measures}
    problems = [
        (contract.table != path.stem, f"table is {contract.table}"),
        (contract.minimum_cell not in (PROTECTED, EXEMPT), f"minimum_cell is {contract.minimum_cell}"),
        (bool(unknown), f"additive_over names {', '.join(sorted(unknown))}"),
        (
            contract.period_dimension not in ("", *contract.dimension_names),
            f"period_dimension is {contract.period_dimension}",
        ),
        (
            contract.magnitude_measure not in ({""} if contract.is_exempt else names),
            f"magnitude_measure is {contract.magnitude_measure or 'missing'}",
        ),
        (not names >= {*contract.shares, *contract.shares.values()}, "shares names what is no measure"),
        (not contract.dimensions or not contract.measures, "no dimensions or no measures"),
    ]
    for is_wrong, problem in problems:
        if is_wrong:
            raise ConfigurationError(f"{path.name}: {problem}.", "Correct the contract.")
