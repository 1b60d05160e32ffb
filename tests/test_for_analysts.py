"""What analysts read is what was released: masked is missing and never zero, money is exact, changes are told apart."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest
from osamari.statistics import Release, ReleaseUnreadable, compare, read_release

from tests.statistics_released import NAMES, invented_release, write_invented_release
from tests.statistics_warehouse import AS_OF

if TYPE_CHECKING:
    from marts.released_table import ReleasedTable

ROOT = Path(__file__).parents[1]
TOUR = ROOT / "docs/for_analysts.md"
TABLE = "arrears_by_levy_year"


@pytest.fixture(scope="module")
def home(released: dict[str, ReleasedTable], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases of a day, of different arrears."""
    home = tmp_path_factory.mktemp("home")
    other = invented_release(tmp_path_factory.mktemp("other"), seed=8)
    write_invented_release(home / "released", f"{AS_OF}.1", released)
    write_invented_release(home / "released", f"{AS_OF}.2", other)
    return home


@pytest.fixture(scope="module")
def release(home: Path) -> Release:
    """The first of them, as an analyst reads it."""
    return read_release(home / "released" / f"{AS_OF}.1")


def test_every_figure_is_the_released_one_with_its_flag(release: Release, released: dict[str, ReleasedTable]) -> None:
    assert set(release.tables) == set(NAMES)
    for name, table in released.items():
        frame = release.to_pandas(name)
        for row, (key, measure, figure) in zip(frame.to_dict("records"), table.rows(), strict=True):
            assert tuple(row[d] for d in table.contract.dimension_names) == key
            assert (row["measure"], row["unit"], row["flag"]) == (measure.name, measure.unit, figure.flag)
            assert pd.isna(row["value"]) if figure.value is None else Decimal(row["value"]) == figure.value


def test_a_masked_figure_is_missing_in_pandas_and_duckdb_and_a_sum_says_so(release: Release) -> None:
    frame = release.to_pandas("arrears_by_area_age")
    masked = frame[frame["flag"] == "X"]
    assert len(masked) > 20
    assert masked["value"].isna().all()
    assert masked["value"].sum(skipna=False) is pd.NA
    with duckdb.connect() as connection:
        release.to_duckdb(connection)
        found = connection.execute("select count(*), count(value) from arrears_by_area_age where flag = 'X'").fetchone()
    assert found == (len(masked), 0)


def test_yen_are_whole_and_rates_exact(release: Release) -> None:
    assert str(release.to_pandas(TABLE)["value"].dtype) == "Int64"
    accounts = release.to_pandas("collection_results")
    rates = accounts[accounts["unit"] == "percent"]["value"].dropna()
    assert {type(rate) for rate in rates} == {Decimal}
    assert not [kind for kind in accounts.dtypes if "float" in str(kind) or "double" in str(kind)]


def test_labels_are_those_of_the_dictionary_in_both_languages(release: Release) -> None:
    for language, total, item in (("ja", "計", "市県民税"), ("en", "Total", "Resident tax")):
        frame = release.to_pandas(TABLE, labels=language)
        labels = dict(zip(frame["tax_item_code"], frame["tax_item_code_label"], strict=True))
        assert (labels["T"], labels["11"]) == (total, item)
    assert release.tables["payment_channels"].period_dimension == "period_code"
    assert "T" not in release.tables["payment_channels"].labels("period_code")


def test_duckdb_gets_every_table_and_the_codes_with_their_parents(release: Release) -> None:
    with duckdb.connect() as connection:
        names = release.to_duckdb(connection, schema="may")
        assert set(names) == {*NAMES, "statistics_codes"}
        release.to_duckdb(connection, schema="may")
        parts = connection.execute(
            "select code from may.statistics_codes where table_name = ? and parent = 'C' order by sort_order", [TABLE]
        ).fetchall()
        with pytest.raises(ValueError, match="not a plain name"):
            release.to_duckdb(connection, schema="a; drop table b")
    assert parts == [("2024",), ("P",)]


def test_a_change_is_told_only_where_both_figures_are_published(home: Path, release: Release) -> None:
    after = read_release(home / "released" / f"{AS_OF}.2")
    changes = compare(release, after)
    published = changes["value_before"].notna() & changes["value_after"].notna()
    assert (changes["change"].notna() == published).all()
    assert set(changes["flag_before"][~published]) >= {"X"}
    told = changes[published]
    assert (told["change"] == told["value_after"] - told["value_before"]).all()
    assert set(changes["table"]) == set(NAMES)
    only_one = compare(release, after, [TABLE])
    assert list(only_one.columns)[:3] == ["table", "levy_year_code", "tax_item_code"]
    assert str(only_one["change"].dtype) == "Int64"
    assert (only_one["change"] != 0).any()


def test_a_figure_that_is_listed_in_one_release_only_has_no_change(release: Release, tmp_path: Path) -> None:
    shutil.copytree(release.folder, tmp_path / "release")
    less = read_release(tmp_path / "release")
    shorter = release.to_pandas(TABLE).iloc[3:]
    shorter.to_parquet(tmp_path / "release" / f"{TABLE}.parquet")
    changes = compare(less, release, [TABLE])
    assert changes["change"].isna().sum() >= 3
    assert changes["flag_before"].isna().sum() == 3
    assert list(changes["measure"][:3]) == ["debtor_count", "case_count", "outstanding_yen"], "in the later one's order"


@pytest.mark.parametrize("name", [f"{TABLE}.parquet", "datapackage.json"])
def test_a_file_that_is_not_as_it_was_released_is_refused_by_name(release: Release, tmp_path: Path, name: str) -> None:
    shutil.copytree(release.folder, tmp_path / "copy")
    (tmp_path / "copy" / name).write_bytes((release.folder / name).read_bytes() + b" ")
    with pytest.raises(ReleaseUnreadable, match=re.escape(name)):
        read_release(tmp_path / "copy")
    (tmp_path / "copy" / name).unlink()
    with pytest.raises(ReleaseUnreadable):
        read_release(tmp_path / "copy")


def test_it_imports_nothing_of_the_rooms_with_personal_data() -> None:
    for module in (ROOT / "marts/for_analysts").rglob("*.py"):
        imports = {
            (node.module or "") if isinstance(node, ast.ImportFrom) else alias.name
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        allowed = {"__future__", "dataclasses", "datetime", "hashlib", "json", "pathlib", "re", "typing", "collections"}
        assert {name.split(".")[0] for name in imports} <= allowed | {"duckdb", "pandas", "pyarrow"}, module.name


def test_the_tour_prints_what_it_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```(?:\n\n```text\n(.*?)```)?", TOUR.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    with pd.option_context("display.width", 120, "display.max_columns", 20):
        for code, expected in blocks:
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(code, TOUR.name, "exec"), names)  # noqa: S102 - our own documentation
            assert printed.getvalue() == expected
