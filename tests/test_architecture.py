"""The walls of the house: who imports whom, what things are called, what each folder is not for."""

from __future__ import annotations

import ast
import csv
import re
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
ROOMS = ("ingestion", "expectations", "marts", "orchestration")
TOP_LEVEL_FOLDERS = {*ROOMS, "dbt_project", "tests", "docs"}
VAGUE_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
SUFFIX_OF_TYPE = {"yen": "_yen", "year": "_year", "rate": "_rate", "flag": "_flag"}


def modules_of(room: str) -> list[Path]:
    """Every Python file of a room."""
    return sorted((ROOT / room).rglob("*.py"))


def imported_rooms(module: Path) -> set[str]:
    """The rooms a module imports from, wherever the import stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_nobody_imports_upward(room: str) -> None:
    above = set(ROOMS[ROOMS.index(room) + 1 :])
    offenders = {str(m.relative_to(ROOT)): imported_rooms(m) & above for m in modules_of(room)}
    assert {name: rooms for name, rooms in offenders.items() if rooms} == {}


def test_the_disclosure_engine_knows_nothing_but_itself() -> None:
    offenders = {}
    for module in modules_of("marts/disclosure"):
        text = module.read_text(encoding="utf-8")
        rooms = imported_rooms(module) - {"marts"}
        words = set(re.findall(r"\b(tax_item|levy|arrears|addressee|duckdb)\b", strip_docstrings(text)))
        if rooms - {"ingestion"} or words:
            offenders[module.name] = (rooms, words)
    assert offenders == {}


def test_the_attacker_shares_no_code_with_what_it_attacks() -> None:
    """It reads released files; were it to import the engine, it would share the engine's mistakes."""
    allowed = {"numpy", "scipy", "highspy", "marts.attacker", *sys.stdlib_module_names}
    offenders = []
    for module in modules_of("marts/attacker"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            level = getattr(node, "level", 0)
            offenders += [(module.name, n) for n in names if level or not {n, n.split(".")[0], n[:14]} & allowed]
    assert offenders == []


def test_the_engine_does_not_know_its_attacker() -> None:
    sources = {module: module.read_text(encoding="utf-8") for module in modules_of("marts/disclosure")}
    assert [module.name for module, text in sources.items() if "attacker" in strip_docstrings(text)] == []


RESTRICTED_ROOMS = ("marts.lists", "marts.link_tables", "marts.provision")
"""Rooms with names and addresses, which never leave the restricted zone."""
SHARED_BY_ALL = {"marts", "marts.strict_yaml", "marts.fixed_workbook", "marts.spreadsheet_text"}


def restricted_room(name: str) -> str:
    """The room with names to which a module belongs; empty for what leaves."""
    return next((room for room in RESTRICTED_ROOMS if name == room or name.startswith(f"{room}.")), "")


def test_what_leaves_and_rooms_with_names_know_nothing_of_each_other() -> None:
    """A release must not be able to reach a name; rooms with names stay in the restricted zone, each by itself."""
    offenders = []
    for module in modules_of("marts"):
        own = restricted_room(".".join(module.relative_to(ROOT).with_suffix("").parts))
        imported = set(re.findall(r"marts(?:\.\w+)*", strip_docstrings(module.read_text(encoding="utf-8"))))
        names = {name for name in imported - SHARED_BY_ALL if restricted_room(name) != own}
        offenders += [(module.name, name) for name in sorted(names)]
    assert offenders == []


def strip_docstrings(source: str) -> str:
    """The code without its docstrings and comments, which may speak of the use."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def test_top_level_folders_are_the_fixed_ones() -> None:
    hidden_or_generated = {"var", "build", "dist", "logs", "gx"}
    folders = {
        p.name
        for p in ROOT.iterdir()
        if p.is_dir() and not p.name.startswith((".", "__")) and not p.name.endswith(".egg-info")
    }
    assert folders - hidden_or_generated == TOP_LEVEL_FOLDERS


def test_no_vague_module_names() -> None:
    files = [p for room in (*ROOMS, "dbt_project", "tests") for p in (ROOT / room).rglob("*.*")]
    # 共通納税 is the name of the channel, not a word for what fits nowhere.
    words = {p: set(re.split(r"[_.]", p.stem.replace("common_tax", ""))) for p in files}
    vague = [str(p) for p in files if words[p] & VAGUE_NAMES]
    assert vague == []


@pytest.mark.parametrize("folder", sorted(TOP_LEVEL_FOLDERS))
def test_each_folder_says_first_what_does_not_belong_there(folder: str) -> None:
    lines = (ROOT / folder / "README.md").read_text(encoding="utf-8").splitlines()
    first_paragraph = next(line for line in lines[1:] if line.strip())
    assert re.match(r"\W*(what does )?not\b.*", first_paragraph, re.IGNORECASE), first_paragraph


def test_column_names_carry_their_unit() -> None:
    offenders = []
    for layout in sorted((ROOT / "ingestion/layouts").glob("*.csv")):
        if layout.name == "feeds.csv":
            continue
        with layout.open(encoding="utf-8", newline="") as file:
            for column in csv.DictReader(file):
                suffix = SUFFIX_OF_TYPE.get(column["type"])
                if suffix and not column["name"].endswith(suffix) and not column["name"].startswith("has_"):
                    offenders.append((layout.name, column["name"]))
                if not re.fullmatch(r"[a-z][a-z0-9_]*", column["name"]):
                    offenders.append((layout.name, column["name"]))
    assert offenders == []


def test_no_number_of_the_law_stands_in_sql_or_python() -> None:
    """Rates and thresholds that only the law seed may hold; written as they would be typed by mistake."""
    law_numbers = re.compile(r"(?<![\w.])(14\.6|7\.3|8\.7|9\.1|2\.4|8\.8|365|300000)(?![\w.])")
    sources = [p for room in ROOMS for p in modules_of(room)]
    sources += sorted((ROOT / "dbt_project/models").rglob("*.sql")) + sorted(
        (ROOT / "dbt_project/macros").rglob("*.sql")
    )
    offenders = []
    for source in sources:
        if "sample_city" in source.parts:
            continue
        text = source.read_text(encoding="utf-8")
        code = strip_docstrings(text) if source.suffix == ".py" else re.sub(r"--.*|\{#.*?#\}", "", text)
        offenders += [(str(source.relative_to(ROOT)), hit) for hit in law_numbers.findall(code)]
    assert offenders == []


def test_no_clock_and_no_unseeded_randomness_in_what_produces_figures() -> None:
    forbidden = re.compile(
        r"\b(now|today|current_date|current_timestamp|getdate|random|gen_random_uuid|uuid)\(\)", re.IGNORECASE
    )
    sources = [p for folder in ("models", "macros", "tests") for p in (ROOT / "dbt_project" / folder).rglob("*.sql")]
    sources += [p for room in ("ingestion", "marts") for p in modules_of(room)]
    offenders = [str(p.relative_to(ROOT)) for p in sources if forbidden.search(strip_comments(p))]
    assert offenders == []


def strip_comments(source: Path) -> str:
    """Code without comments and docstrings."""
    text = source.read_text(encoding="utf-8")
    return strip_docstrings(text) if source.suffix == ".py" else re.sub(r"--.*|\{#.*?#\}", "", text)


def test_only_one_place_opens_the_files_of_a_home() -> None:
    """Elsewhere a file would be opened without its key, or its key would be handed about."""
    measured = ("bench_floor", "bench_late_charges", "bench_plain")
    own_files = {f"orchestration/{name}.py" for name in measured}  # plain, and removed afterwards
    opening = re.compile(r"duckdb\.connect\((?!\)|config=)|\bATTACH '", re.IGNORECASE)
    found = {str(p.relative_to(ROOT)) for room in ROOMS for p in modules_of(room) if opening.search(strip_comments(p))}
    assert found - own_files == {"ingestion/database.py"}


def test_layout_files_and_catalogue_name_the_same_feeds() -> None:
    with (ROOT / "ingestion/layouts/feeds.csv").open(encoding="utf-8", newline="") as file:
        catalogue = {row["feed"] for row in csv.DictReader(file)}
    layouts = {p.stem for p in (ROOT / "ingestion/layouts").glob("*.csv")} - {"feeds"}
    assert layouts == catalogue


def test_every_mart_promises_the_version_of_the_law() -> None:
    marts = {path.stem for path in (ROOT / "dbt_project/models/marts").glob("fct_*.sql")}
    contracts = [
        model
        for path in (ROOT / "dbt_project/models/marts").glob("_*.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    ]
    promised = {m["name"] for m in contracts if "law_version" in {column["name"] for column in m["columns"]}}
    tested = re.findall(
        r"'(fct_\w+)'",
        (ROOT / "dbt_project/tests/assert_every_mart_row_says_its_law.sql").read_text(encoding="utf-8"),
    )
    assert promised == marts
    assert sorted(tested) == sorted(marts)


def test_no_aggregate_over_a_whole_result() -> None:
    """``count(*) over ()`` over a handful of rows now and then fails inside DuckDB 1.5 (duckdb#22352)."""
    aggregate = re.compile(r"\b(count|sum|min|max|any_value|list)\s*\([^()]*\)\s+over\s*\(\s*\)", re.IGNORECASE)
    sources = [p for room in ROOMS for p in modules_of(room)]
    sources += [p for folder in ("models", "macros", "tests") for p in (ROOT / "dbt_project" / folder).rglob("*.sql")]
    assert [str(p.relative_to(ROOT)) for p in sources if aggregate.search(without_comments(p))] == []


def without_comments(source: Path) -> str:
    """The text without lines of comments."""
    lines = source.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.strip().startswith(("#", "--")))
