"""What the lists are: read from the YAML files beside their models, where each list is declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import ConfigurationError
from marts import strict_yaml

if TYPE_CHECKING:
    from marts.strict_yaml import Section

FOLDER = Path(__file__).parents[2] / "dbt_project" / "models" / "lists"
PREFIX = "list_"
PERIOD, AT_LEAST, MONTHS_AHEAD, DEBTOR = "period", "at_least_yen", "months_ahead", "debtor"
NUMBER_TYPES = ("bigint", "integer")


@dataclass(frozen=True)
class ListColumn:
    """One column: its name in the model, its DuckDB type, its Japanese heading."""

    name: str
    data_type: str
    heading: str

    @property
    def is_yen(self) -> bool:
        """Whether it is written with separators of thousands."""
        return self.data_type in NUMBER_TYPES and self.name.endswith(("_yen", "_count", "_days"))


@dataclass(frozen=True)
class Choice:
    """Which rows an officer asks for: by a period, an amount, months ahead of the as-of date, or one debtor."""

    kind: str
    column: str
    default: str


@dataclass(frozen=True)
class ListDeclaration:
    """One list.

    ``control`` is a query of one row over the marts: ``row_count`` and totals by name, which the list must have.
    ``distinct`` names a column whose different values are counted and controlled as ``distinct_count``.
    """

    name: str
    title: str
    purpose: str
    has_names: bool
    columns: tuple[ListColumn, ...]
    order_by: tuple[str, ...]
    totals: tuple[str, ...]
    distinct: str
    choice: Choice | None
    mart: str
    control: str

    @property
    def view(self) -> str:
        """The dbt model."""
        return PREFIX + self.name


def load_declarations(folder: Path = FOLDER) -> dict[str, ListDeclaration]:
    """Every list by name, in the order of the files.

    Raises:
        ConfigurationError: a key is missing or unknown, or a list contradicts itself.
    """
    declared = {}
    for path in sorted(folder.glob("_*.yml")):
        top = strict_yaml.read(path)
        top.take("version", int)
        for section in top.sections("models"):
            declaration = _declaration(section)
            _refuse_contradiction(declaration, path)
            declared[declaration.name] = declaration
    return declared


def _declaration(section: Section) -> ListDeclaration:
    config = section.section("config")
    meta = config.section("meta")
    declaration = ListDeclaration(
        name=section.take("name", str).removeprefix(PREFIX),
        title=meta.take("title", str),
        purpose=section.take("description", str).strip(),
        has_names=meta.take("has_names", bool),
        columns=tuple(_column(column) for column in section.sections("columns")),
        order_by=meta.texts("order_by"),
        totals=meta.texts("totals"),
        distinct=meta.take("distinct", str) if "distinct" in meta.keys() else "",  # noqa: SIM118  (a Section)
        choice=_choice(meta),
        mart=meta.take("mart", str),
        control=meta.take("control", str).strip(),
    )
    for part in (meta, config, section):
        part.close()
    return declaration


def _column(section: Section) -> ListColumn:
    column = ListColumn(*(section.take(key, str) for key in ("name", "data_type", "description")))
    section.close()
    return column


def _choice(meta: Section) -> Choice | None:
    if "choice" not in meta.keys():  # noqa: SIM118  (a Section)
        return None
    pairs = meta.pairs("choice")
    if set(pairs) != set(Choice.__dataclass_fields__):
        raise ConfigurationError("A choice has kind, column and default.", "Correct the declaration of the list.")
    return Choice(**pairs)


def _refuse_contradiction(declaration: ListDeclaration, path: Path) -> None:
    types = {column.name: column.data_type for column in declaration.columns}
    used = {text.split()[0] for text in declaration.order_by} | set(declaration.totals)
    used |= {declaration.choice.column} if declaration.choice else set()
    used |= {declaration.distinct} - {""} | ({"addressee_key"} if declaration.has_names else set())
    kinds = (PERIOD, AT_LEAST, MONTHS_AHEAD, DEBTOR)
    problems = [
        (not used <= set(types), f"columns lack {', '.join(sorted(used - set(types)))}"),
        (any(types.get(name) != "bigint" for name in declaration.totals), "a total is no bigint"),
        (declaration.choice is not None and declaration.choice.kind not in kinds, "unknown kind of choice"),
        (bool(declaration.distinct and declaration.choice), "distinct does not add up over a choice"),
        (not declaration.totals, "no totals"),
    ]
    for is_wrong, problem in problems:
        if is_wrong:
            raise ConfigurationError(f"{path.name}, {declaration.name}: {problem}.", "Correct the declaration.")
