"""A copy of what was provided, compared with the marts: differences by item, never a value; never another day."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from ingestion.database import write_warehouse
from ingestion.errors import ConfigurationError, DataRefused
from marts.provision.copies import compare_copy, export_copy
from marts.provision.decide import Decision, decide
from marts.provision.inquiry import Inquiry, Person
from marts.provision.provide import provide
from marts.provision.register import Register, kept
from tests.provision_city import officer_on, table_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home
    from tests.provision_city import ProvidedCity

DAY = officer_on("2026-06-05")


@pytest.fixture
def home(provided: ProvidedCity, tmp_path: Path) -> Home:
    """A home whose provisions may be changed; the warehouse is shared and stays as it is."""
    return provided.copy_to(tmp_path / "home")


def test_a_copy_agrees_with_the_marts_until_either_is_changed(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy.csv"
    count = export_copy(home, copy, "年次の突合", DAY)
    assert count == len(kept(Register(home).lines()))
    assert copy.stat().st_mode & 0o777 == 0o600
    assert compare_copy(home, copy).differences == ()
    rows = copy.read_text(encoding="utf-8-sig").splitlines()
    place = next(i for i, row in enumerate(rows) if row.startswith("T001,") and ",overdue_yen," in row)
    rows[place] += "1"
    copy.write_text("\n".join(rows) + "\n", encoding="utf-8")
    (difference,) = compare_copy(home, copy).differences
    assert (difference.inquiry_id, difference.item_ja, difference.row_count) == ("T001", "滞納額", 1)
    line = Register(home).lines()[-1]
    assert (line["event"], line["purpose"], line["inquiry_count"]) == ("copy", "年次の突合", count)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("照会番号,氏名\n", "is no copy"),
        ("照会番号,文書番号,規則,基準日,行,項目,値\nT001,1,r,d,0,phone_no,x\n", "line 2: is no line of a copy"),
        ("照会番号,文書番号,規則,基準日,行,項目,値\nT999,1,r,d,0,name,x\n", "never answered here, such as T999"),
    ],
)
def test_what_is_no_copy_is_refused(home: Home, tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataRefused, match=told):
        compare_copy(home, path)


def test_a_copy_needs_a_purpose_and_a_new_file(home: Home, tmp_path: Path) -> None:
    existing = tmp_path / "there.csv"
    existing.write_text("", encoding="utf-8")
    for path, purpose in ((existing, "突合"), (tmp_path / "no" / "copy.csv", "突合"), (tmp_path / "copy.csv", " ")):
        with pytest.raises(ConfigurationError):
            export_copy(home, path, purpose, DAY)


def test_nothing_is_computed_anew_for_another_day(home: Home, provided: ProvidedCity, tmp_path: Path) -> None:
    """The marts have moved on by a day: neither an inquiry nor a copy of the day before is computed unseen."""
    copy = tmp_path / "copy.csv"
    export_copy(home, copy, "突合", DAY)
    home.warehouse.unlink()
    shutil.copyfile(provided.city.home.warehouse, home.warehouse)
    with write_warehouse(home) as connection:
        connection.execute("update int_run set as_of_date = date '2026-06-01'")
    with pytest.raises(DataRefused, match="as of 2026-05-31, the marts stand as of 2026-06-01"):
        compare_copy(home, copy)
    person, day = Person(provided.city.codes["paid_1"]), date(2026, 5, 31)
    asked = Inquiry("N-9", "072010", "public_dues.1", "公課の徴収", ("name",), person, day)
    (outcome,) = provide(home, [asked], DAY)
    assert (outcome.decision, outcome.cause) == ("refused", "day_other")
    # What waits was computed on its own day and can still be given.
    waiting = next(row["inquiry_id"] for row in table_rows() if row["decision"] == "waiting")
    given = decide(home, waiting, Decision("answered", "よい"), DAY)
    assert "2026年5月31日" in given.files[1].read_text(encoding="utf-8")
