"""Contracts and policy are promises: what is missing, misspelt or contradictory is refused with the place of it."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingestion.errors import ConfigurationError
from marts.disclosure.lattice import KnownFigure
from marts.disclosure.policy import DEFAULT_PATH, load_policy
from marts.disclosure.table import CellRef
from marts.policy_links import resolve_links, resolve_public_figures
from marts.stat_table import Code, CodeList, StatTable
from marts.table_contract import FOLDER, load_contract, load_contracts

SEEDS = Path(__file__).parents[1] / "dbt_project/seeds"


def edited(path: Path, folder: Path, old: str, new: str) -> Path:
    text = path.read_text(encoding="utf-8")
    assert old in text
    target = folder / path.name
    target.write_text(text.replace(old, new, 1), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  minimum_contributors: 10\n", "", "policy.yaml.primary: minimum_contributors is missing"),
        ("  p_percent: 10\n", "  p_percent: 0\n", "p_percent must be at least 1"),
        ("  p_percent: 10\n", '  p_percent: "10"\n', "p_percent must be int, not str"),
        ("  p_percent: 10\n", "  p_percent: true\n", "p_percent must be int, not bool"),
        ("  minimum_contributors: 10\n", "  minimum_contributors: 10\n  minimun: 3\n", "unknown key minimun"),
        ("primary_width: 5, ", "", "primary_width is missing"),
        ("insiders: {lone_contributor: true, pools: true}", "", "insiders is missing"),
        ("budget: {linear_programs: 40000}", "budget: {}", "linear_programs is missing"),
        ("effort: {pruning_programs: 400, ", "effort: {", "pruning_programs is missing"),
        ("exempt:\n", "exempted:\n", "exempt is missing"),
        ("primary:\n", "primary: [\n", "cannot be read"),
    ],
)
def test_a_policy_with_a_gap_or_a_misspelling_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load_policy(edited(DEFAULT_PATH, tmp_path, old, new))


def test_the_policy_is_what_the_city_promises() -> None:
    policy = load_policy()
    assert (policy.rules.minimum_contributors, policy.rules.p_percent) == (10, 10)
    assert policy.rules.guards_lone_contributor
    assert [exemption.table for exemption in policy.exemptions] == ["collection_results"]
    assert all(exemption.reason_ja for exemption in policy.exemptions)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("minimum_cell: disclosure_policy", "minimum_cell: none", "minimum_cell is none"),
        (
            "additive_over: [levy_year_code, tax_item_code]",
            "additive_over: [levy_year]",
            "additive_over names levy_year",
        ),
        ("table: arrears_by_levy_year", "table: arrears", "table is arrears"),
        ("audience_ja: 議会", "audience: 議会", "audience_ja is missing"),
        ("unit: persons, ", "", "unit is missing"),
    ],
)
def test_a_contract_with_a_gap_or_a_contradiction_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        load_contract(edited(FOLDER / "arrears_by_levy_year.yaml", tmp_path, old, new))


def test_contracts_and_policy_agree_on_what_is_exempt_and_name_what_exists() -> None:
    contracts, policy = load_contracts(), load_policy()
    for name, contract in contracts.items():
        assert contract.is_exempt == (policy.exemption(name) is not None)
        assert contract.source_table == f"cells_{name}"
        if not contract.is_exempt:
            assert {measure.name for measure in contract.measures} <= set(policy.rules.intervals)


def test_contracts_and_code_lists_name_the_same_dimensions() -> None:
    """A dimension whose codes the models list, but whose contract says otherwise, would be released without labels."""
    with (SEEDS / "statistics_dimensions.csv").open(encoding="utf-8", newline="") as file:
        listed = {(row["table_name"], row["dimension"], row["has_total"] == "true") for row in csv.DictReader(file)}
    promised = {
        (name, dimension.name, dimension.has_total)
        for name, contract in load_contracts().items()
        for dimension in contract.dimensions
        if dimension.has_code_list
    }
    assert promised == listed


def test_a_table_has_settled_periods_exactly_when_its_codes_are_periods() -> None:
    with (SEEDS / "statistics_periods.csv").open(encoding="utf-8", newline="") as file:
        settled = {row["table_name"] for row in csv.DictReader(file)}
    contracts = [contract for contract in load_contracts().values() if not contract.is_exempt]
    flows = {contract.table: contract.period_dimension for contract in contracts if contract.period_dimension}
    assert set(flows) == settled
    assert set(flows.values()) <= {"period_code", "fiscal_year"}


def accounts(outstanding: dict[tuple[str, str], int]) -> StatTable:
    """Public accounts at 2026-05-31 by accounting year and tax item, all current levy."""
    contract = load_contracts()["collection_results"]
    codes = tuple(CodeList(d.name, d.label_ja, d.label_en, (), has_total=d.has_total) for d in contract.dimensions)
    rows = {(y, "2026-05-31", i, "current"): {"outstanding_yen": v} for (y, i), v in outstanding.items()}
    return StatTable(contract, codes, rows)


def by_levy_year(outstanding: dict[tuple[str, str], int]) -> StatTable:
    contract = load_contracts()["arrears_by_levy_year"]
    items = (Code("11", "市県民税", "Resident tax"),)
    codes = tuple(
        CodeList(d.name, d.label_ja, d.label_en, items if d.name == "tax_item_code" else (), has_total=True)
        for d in contract.dimensions
    )
    return StatTable(contract, codes, {key: {"outstanding_yen": value} for key, value in outstanding.items()})


def test_a_public_figure_is_known_where_it_agrees_a_ceiling_where_it_is_larger_and_else_another_quantity() -> None:
    tables = {
        "collection_results": accounts(
            {("2025", "11"): 500, ("2026", "11"): 900, ("2024", "11"): 5, ("2020", "11"): 1}
        ),
        "arrears_by_levy_year": by_levy_year({("2025", "11"): 500, ("2026", "11"): 20, ("2024", "11"): 7}),
    }
    rules = load_policy().public_figures[:1]
    known = resolve_public_figures(rules, tables, date(2026, 5, 31))
    place = [CellRef("arrears_by_levy_year", (year, "11")) for year in ("2025", "2026")]
    assert known == [
        KnownFigure(place[0], "outstanding_yen", 500, "current_levy_of_the_accounts", is_ceiling=False),
        KnownFigure(place[1], "outstanding_yen", 900, "current_levy_of_the_accounts", is_ceiling=True),
    ]
    assert resolve_public_figures(rules, tables, date(2026, 5, 30)) == [], "not the end of a month"


def test_a_link_to_a_table_or_dimension_that_does_not_exist_is_refused() -> None:
    link = load_policy().links[0]
    tables = {"arrears_by_levy_year": by_levy_year({})}
    with pytest.raises(ConfigurationError, match="all_arrears: no table arrears_by_area_age"):
        resolve_links([link], tables)
    wrong = replace(link, right=link.left, left=replace(link.left, where={"area": "T"}))
    with pytest.raises(ConfigurationError, match="arrears_by_levy_year has no area"):
        resolve_links([wrong], tables)
