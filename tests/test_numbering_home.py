"""Numbering in a home: from delivered files to the review list, the officer's file, look-ups and the marts.

The rules themselves are tested in memory (test_numbering). Does not test who may ask; the gate of the commands does.
"""

from __future__ import annotations

import csv
import datetime as dt
import stat
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from ingestion.contract import load_contract
from ingestion.errors import ConfigurationError, DataRefused
from ingestion.hash_chain import ChainBroken
from ingestion.home import ENVIRONMENT_VARIABLE, Home
from ingestion.loader import load_inbox
from ingestion.numbering.carrying import carry_numbers
from ingestion.numbering.decision_file import take_decisions
from ingestion.numbering.decisions import decision_log, standing_decisions
from ingestion.numbering.lookup import give_integrated, look_up_addressee, look_up_integrated
from ingestion.numbering.review import HEADINGS, PROTECTED, write_review
from ingestion.numbering.run import number_everyone
from ingestion.numbering.settings import NumberingSettings, read_numbering_settings
from orchestration.access.refusals import NotPermitted
from orchestration.number_commands import number
from tests.ingestion_deliveries import csv_bytes, deliver, sound_row
from tests.ingestion_home import fresh_home, query

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refreshed_city import RefreshedCity

ADDRESSEES, SHEETS = load_contract("addressee"), load_contract("non_resident")
DAY = dt.date(2025, 4, 2)
ASKED = {"by": "kakaricho", "purpose": "徴収事務"}
# Code, name, birth date, sex, address, individual number, protected.
PEOPLE = (
    ("000000000000001", "山田　太郎", "19800101", "1", "郡山市一丁目", "", "1"),
    ("000000000000002", "山田太郎", "19800102", "1", "郡山市一丁目", "", "0"),
    ("000000000000003", "鈴木一", "19700303", "1", "郡山市三丁目", "323456789018", "0"),
    ("000000000000004", "鈴木一", "19700303", "1", "郡山市三丁目", "423456789018", "0"),
    ("000000000000005", "=佐藤花子", "19900202", "2", "郡山市二丁目", "", "0"),
    ("000000000000006", "＝佐藤花子", "19900202", "2", "郡山市二丁目", "", "0"),
)
ONE, OTHER, TWIN, SECOND_TWIN, SPELT, SPELT_AGAIN = (code for code, *_ in PEOPLE)
# How rare an agreement is shows only among many people.
CROWD = tuple(
    (
        f"{1000 + place:015d}",
        f"架空{place}",
        f"{dt.date(1940, 1, 1) + dt.timedelta(3 * place):%Y%m%d}",
        "1",
        f"架空町{place}",
        "",
        "0",
    )
    for place in range(1000)
)
# Sheet, name, birth date, sex, address.
OUTSIDERS = (
    ("S1", "新井新", "S350101", "1", "東京都"),
    ("S2", "鈴木一", "S450303", "1", "郡山市三丁目"),
    ("S3", "山田太郎", "S550101", "1", "大阪市"),
)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a few people and sheets, numbered once. Read only."""
    home = fresh_home(tmp_path_factory.mktemp("numbering"))
    people = [
        sound_row(
            ADDRESSEES,
            addressee_code=code, basic_full_name_kanji=name, birth_date=birth, sex=sex, address_kanji=address,
            individual_number=individual, has_dv_flag=protected,
        )
        for code, name, birth, sex, address, individual, protected in (*PEOPLE, *CROWD)
    ]  # fmt: skip
    sheets = [
        sound_row(SHEETS, sheet_no=no, full_name=name, birth_date=birth, sex=sex, address=address, addressee_code="")
        for no, name, birth, sex, address in OUTSIDERS
    ]
    for contract, rows in ((ADDRESSEES, people), (SHEETS, sheets)):
        deliver(home.inbox, f"{contract.feed}.072036.20250401.001.csv", csv_bytes(contract, rows), len(rows), 0)
    assert [outcome.is_refused for outcome in load_inbox(home)] == [False, False]
    number_everyone(home, DAY)
    return home


@pytest.fixture
def home(delivered: Home, tmp_path: Path) -> Home:
    """A copy, to decide and to give in."""
    import shutil  # noqa: PLC0415

    return Home(shutil.copytree(delivered.root, tmp_path / "copy"))


def filled_in(home: Home, folder: Path, decided: dict[tuple[str, str], tuple[str, str, str]], encoding: str) -> Path:
    """The review list as an officer saves it, with verdict, officer and reason of some pairs."""
    review = write_review(home, DAY, **ASKED)
    rows = list(csv.reader(review.path.open(encoding="utf-8-sig", newline="")))
    for row in rows[1:]:
        row[-3:] = decided.get((row[1], row[2]), ("", "", ""))
    path = folder / "decided.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def test_sheets_are_numbered_refused_or_wait(delivered: Home) -> None:
    outcomes = dict(query(delivered, "select sheet_no, outcome from number_sheets"))
    assert outcomes == {"S1": "numbered", "S2": "refused", "S3": "waiting"}
    assert number_everyone(delivered, DAY).is_unchanged


def test_the_list_shows_each_pair_to_decide_without_what_must_stay_hidden(home: Home) -> None:
    path = write_review(home, DAY, **ASKED).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    heading, *rows = csv.reader(path.open(encoding="utf-8-sig", newline=""))
    assert tuple(heading) == HEADINGS
    pairs = {(row[1], row[2]): dict(zip(heading, row, strict=True)) for row in rows}
    assert set(pairs) == {
        ("票:S2", f"宛名:{TWIN}"),
        ("票:S2", f"宛名:{SECOND_TWIN}"),
        ("票:S3", f"宛名:{ONE}"),
        (f"宛名:{TWIN}", f"宛名:{SECOND_TWIN}"),
        (f"宛名:{ONE}", f"宛名:{OTHER}"),
    }
    hidden = pairs[f"宛名:{ONE}", f"宛名:{OTHER}"]
    assert float(hidden["確率"]) > 0.5
    assert {hidden["甲氏名"], hidden["甲住所"], hidden["甲生年月日"]} == {PROTECTED}
    assert hidden["乙氏名"] == "山田太郎"
    shown = write_review(home, DAY, **ASKED, shows_protected=True).path.read_text(encoding="utf-8-sig")
    assert PROTECTED not in shown


def test_no_cell_of_the_list_is_a_formula(home: Home, tmp_path: Path) -> None:
    decided = {(f"宛名:{TWIN}", f"宛名:{SECOND_TWIN}"): ("別人", "係長", "双子")}
    take_decisions(home, filled_in(home, tmp_path, decided, "utf-8-sig"), DAY, by="x")
    assert query(home, "select addressee_code from number_persons order by 1") == [(SPELT,), (SPELT_AGAIN,)]
    path = tmp_path / "different.csv"
    path.write_text(f"甲,乙,判断,担当者,事由\n宛名:{SPELT},宛名:{SPELT_AGAIN},別人,係長,確認\n", encoding="utf-8")
    take_decisions(home, path, DAY, by="x")
    number_everyone(home, DAY)
    rows = csv.reader(write_review(home, DAY, **ASKED).path.open(encoding="utf-8-sig", newline=""))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "＝"))]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_an_officers_file_decides(home: Home, tmp_path: Path, encoding: str) -> None:
    decided = {
        ("票:S2", f"宛名:{TWIN}"): ("同一", "係長", "電話で確認"),
        ("票:S3", f"宛名:{ONE}"): ("別人", "係長", "戸籍で確認"),
        (f"宛名:{ONE}", f"宛名:{OTHER}"): ("同一", "課長", "窓口で確認"),
    }
    assert take_decisions(home, filled_in(home, tmp_path, decided, encoding), DAY, by="x") == 3
    number_everyone(home, DAY)
    outcomes = {row[0]: row[1:] for row in query(home, "select sheet_no, outcome, addressee_code from number_sheets")}
    assert outcomes["S2"] == ("known", TWIN)
    assert outcomes["S3"][0] == "numbered"
    tied = "select list(addressee_code order by addressee_code) from number_persons group by person_key"
    assert [ONE, OTHER] in [codes for (codes,) in query(home, tied)]
    log = decision_log(home).path.read_text(encoding="utf-8")
    assert ONE not in log
    assert "山田" not in log


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("宛名:000000000000001,宛名:000000000000002,たぶん,係長,確認", "line 2: 判断"),
        ("宛名:000000000000001,宛名:000000000000002,同一,,確認", "line 2: 担当者"),
        ("宛名:000000000000001,宛名:000000000000002,同一,係長,", "line 2: 担当者 or 事由"),
        ("宛名:000000000000001,宛名:000000000000001,同一,係長,確認", "not two codes"),
        ("1,宛名:000000000000001,同一,係長,確認", "not two codes"),
        ("宛名:000000000000001,宛名:999999999999999,同一,係長,確認", "never delivered"),
        ("票:S1,票:S99,同一,係長,確認", "never delivered"),
        ("票:S1,宛名:000000000000001,統合,係長,確認", "only codes can be merged"),
        ("宛名:000000000000001,宛名:000000000000002,統合,係長,確認", "cannot be given up"),
        ("宛名:000000000000001,宛名:000000000000002,,,", "holds no decision"),
    ],
)
def test_a_wrong_line_refuses_the_whole_file(home: Home, tmp_path: Path, line: str, cause: str) -> None:
    path = tmp_path / "decided.csv"
    path.write_text(f"甲,乙,判断,担当者,事由\n{line}\n", encoding="utf-8")
    with pytest.raises(DataRefused, match=cause) as refused:
        take_decisions(home, path, DAY, by="x")
    assert refused.value.remedy
    assert standing_decisions(home) == []


def test_decisions_that_contradict_each_other_are_refused(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "decided.csv"
    pairs = ((ONE, OTHER, "同一"), (OTHER, TWIN, "同一"), (ONE, TWIN, "別人"))
    lines = [f"宛名:{one},宛名:{other},{verdict},係長,確認" for one, other, verdict in pairs]
    path.write_text("\n".join(["甲,乙,判断,担当者,事由", *lines]), encoding="utf-8")
    with pytest.raises(DataRefused, match="contradict"):
        take_decisions(home, path, DAY, by="x")


def test_another_file_than_the_list_and_a_changed_log_are_refused(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataRefused, match="headings"):
        take_decisions(home, path, DAY, by="x")
    path.write_text(f"甲,乙,判断,担当者,事由\n宛名:{ONE},宛名:{OTHER},同一,係長,確認\n", encoding="utf-8")
    take_decisions(home, path, DAY, by="x")
    log = decision_log(home).path
    log.write_text(log.read_text(encoding="utf-8").replace("same", "different"), encoding="utf-8")
    with pytest.raises(ChainBroken):
        number_everyone(home, DAY)


def test_an_integrated_number_leads_to_the_person_and_back(home: Home, tmp_path: Path) -> None:
    given = give_integrated(home, ONE, DAY, **ASKED)
    assert given == give_integrated(home, ONE, DAY, **ASKED) == look_up_addressee(home, ONE, **ASKED)
    other = give_integrated(home, OTHER, DAY, **ASKED)
    assert look_up_integrated(home, str(other.integrated), **ASKED).codes == ((OTHER, "register"),)
    path = tmp_path / "decided.csv"
    path.write_text(f"甲,乙,判断,担当者,事由\n宛名:{ONE},宛名:{OTHER},同一,係長,確認\n", encoding="utf-8")
    take_decisions(home, path, DAY, by="x")
    number_everyone(home, DAY)
    led = look_up_integrated(home, str(other.integrated), **ASKED)
    assert (led.integrated, led.asked_number) == (given.integrated, other.integrated)
    assert led.codes == ((ONE, "register"), (OTHER, "register"))
    assert look_up_addressee(home, OTHER, **ASKED).integrated == given.integrated


def test_who_asks_says_for_what_and_nobody_else_is_found(delivered: Home) -> None:
    with pytest.raises(ConfigurationError, match="for what"):
        look_up_addressee(delivered, ONE, by="kakaricho", purpose=" ")
    with pytest.raises(DataRefused, match="addressee code"):
        look_up_addressee(delivered, "999999999999999", **ASKED)
    with pytest.raises(DataRefused, match="integrated number"):
        look_up_integrated(delivered, "800000000000017", **ASKED)


def test_numbers_go_with_a_rebuilt_home(home: Home, tmp_path: Path) -> None:
    give_integrated(home, ONE, DAY, **ASKED)
    target = fresh_home(tmp_path / "rebuilt")
    carry_numbers(home, target)
    for table in ("number_history", "number_sheets", "number_series"):
        assert query(target, f"from {table} order by all") == query(home, f"from {table} order by all")


def test_settings_of_numbering(delivered: Home) -> None:
    assert read_numbering_settings({"integrated": "all"}) == NumberingSettings("all")
    assert not NumberingSettings().gives_to_all
    assert query(delivered, "select count(*) from number_assignments where number_kind = 'integrated'") == [(0,)]
    for wrong in ({"integrated": "some"}, {"other": 1}, []):
        with pytest.raises(ConfigurationError, match="numbering"):
            read_numbering_settings(wrong)


def asked(home: Home, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """The command in this process."""
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, str(home.root))
    return CliRunner().invoke(number, arguments)


def test_the_command_lists_refused_sheets_and_exits_1(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    done = asked(home, monkeypatch, "run")
    assert done.exit_code == 1
    assert "付番 1  既存 0  確認待ち 1  受付不可 1" in done.output
    assert (
        "non_resident.072036.20250401.001.csv, line 3: the four identifying items are those of two people"
        in done.output
    )


def test_the_command_gives_and_looks_up(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    given = asked(home, monkeypatch, "give", ONE, "--purpose", "collection")
    assert given.output == f"統合宛名番号  800000000000017\n宛名番号      {ONE}  住民登録等の宛名\n"
    found = asked(home, monkeypatch, "lookup", "--integrated", "800000000000017", "--purpose", "collection")
    assert found.output == given.output
    told = asked(home, monkeypatch, "history", "800000000000017", "--purpose", "inquiry")
    assert told.output.startswith("given  ")
    assert isinstance(asked(home, monkeypatch, "lookup", "--addressee", ONE).exception, NotPermitted)
    unclear = asked(home, monkeypatch, "lookup", "--purpose", "collection")
    assert isinstance(unclear.exception, ConfigurationError)


def tagged(city: RefreshedCity, tag: str) -> list[dict[str, str]]:
    """Lines of the tag file of one kind."""
    with (city.home.root / "sample_tags.csv").open(encoding="utf-8", newline="") as lines:
        found = [line for line in csv.DictReader(lines) if line["tag"] == tag]
    assert found, tag
    return found


def person_keys(city: RefreshedCity, tag: str) -> list[Any]:
    """The keys in the marts of the people a tag names."""
    codes = [line["addressee_code"] for line in tagged(city, tag)]
    query_ = (
        "select a.person_key from dim_addressee a join stg_addressee s using (source_file_no, source_line_no) "
        "where list_contains($1, s.addressee_code)"
    )
    return [key for (key,) in city.rows(query_, codes)]


@pytest.mark.parametrize(
    ("tag", "persons"),
    [("two_codes_same_number", 1), ("two_codes_same_items", 1), ("two_codes_similar", 2), ("namesakes", 2)],
)
def test_people_of_the_city_are_counted_once(refreshed_city: RefreshedCity, tag: str, persons: int) -> None:
    keys = person_keys(refreshed_city, tag)
    assert len(keys) == 2
    assert len(set(keys)) == persons


def test_sheets_of_the_city_find_their_people(refreshed_city: RefreshedCity) -> None:
    outcomes = {
        no: row for no, *row in refreshed_city.rows("select sheet_no, outcome, addressee_code from number_sheets")
    }
    [new], [again], [known], [similar] = (
        tagged(refreshed_city, f"sheet_{kind}") for kind in ("new", "again", "known", "similar")
    )
    assert outcomes[new["sheet_no"]][0] == "numbered"
    assert outcomes[again["sheet_no"]] == ["known", outcomes[new["sheet_no"]][1]]
    assert outcomes[known["sheet_no"]] == ["known", known["addressee_code"]]
    assert outcomes[similar["sheet_no"]] == ["waiting", None]


def test_a_debtor_of_two_codes_is_one_debtor_and_one_contributor(refreshed_city: RefreshedCity) -> None:
    assert refreshed_city.rows(
        "select count(*), count(distinct person_key), sum(instalment_count) = (select count(*) from fct_arrears), "
        "max(addressee_count) from fct_debtors"
    ) == [(*refreshed_city.rows("select count(distinct person_key) from fct_arrears")[0] * 2, True, 2)]
    assert refreshed_city.rows(
        "select max(n) from (select count(distinct holding_key) as n from dim_addressee group by person_key)"
    ) == [(1,)]
