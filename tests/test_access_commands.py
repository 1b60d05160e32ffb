"""``osamari`` as officers use it: refused without a purpose, masked without a right, numbered, logged, and verified.

Also: whatever is typed, the records of access hold no value of a person of the city. On the small city after its
refresh, in a home of this file.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from ingestion.contract import load_contracts
from orchestration.access.users import Registration, add_user
from orchestration.cli import main
from orchestration.settings import parse_day
from tests.written_lists import a_debtor, csv_rows

if TYPE_CHECKING:
    from pathlib import Path

    from ingestion.home import Home
    from tests.refreshed_city import RefreshedCity

FIRST_DAY = parse_day("2020-04-01")


@pytest.fixture
def osamari(own: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Osamari:
    """The command on the city's home."""
    monkeypatch.setenv("OSAMARI_HOME", str(own.root))
    monkeypatch.delenv("OSAMARI_PURPOSE", raising=False)
    return Osamari(own, monkeypatch, capsys)


class Osamari:
    """Runs the command in this process, under an account."""

    def __init__(self, home: Home, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Take the home and what replaces arguments and accounts."""
        self.home, self._patch, self._capsys = home, patch, capsys

    def work_as(self, account: str, *roles: str) -> None:
        """Register an account and work under it."""
        if roles:
            add_user(self.home, Registration(account, account, "収納課", roles, FIRST_DAY), "test", "2020-04-01")
        self._patch.setattr("orchestration.access.gate.current_account", lambda _: account)

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and what was said on both channels."""
        self._patch.setattr("sys.argv", ["osamari", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = self._capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err


def newest(home: Home, record: str) -> dict[str, object]:
    lines = (home.access / f"{record}.jsonl").read_text(encoding="utf-8").splitlines()
    line: dict[str, object] = json.loads(lines[-1])
    return line


def test_a_list_needs_a_purpose_and_then_is_numbered_and_logged(osamari: Osamari) -> None:
    code, said = osamari("list", "refunds")
    assert code == 2
    assert "needs a purpose" in said
    assert "refund 還付・充当" in said
    assert not list(osamari.home.lists.glob("refunds*"))
    code, said = osamari("list", "refunds", "--purpose", "refund:R8-3")
    assert code == 0
    [path] = osamari.home.lists.glob("refunds*.csv")
    row_count = len(csv_rows(path)) - 2
    copy, closed = newest(osamari.home, "copies"), newest(osamari.home, "access")
    assert f"写し番号 {copy['number']}  一覧" in said
    assert (copy["rows"], copy["purpose"], copy["file"]) == (row_count, "refund:R8-3", f"lists/{path.name}")
    assert (closed["outcome"], closed["rows"], closed["copies"]) == ("done", row_count, [copy["number"]])


def test_the_purpose_may_stand_in_the_environment(osamari: Osamari, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAMARI_PURPOSE", "滞納整理・納付相談")
    assert osamari("list", "provisional_receipts")[0] == 0


def test_an_operator_sees_runs_and_no_person(osamari: Osamari) -> None:
    osamari.work_as("ope", "operator")
    for arguments in (["list", "refunds"], ["quarantine", "export", "/nowhere"], ["explain", "I0"], ["access", "log"]):
        code, said = osamari(*arguments)
        assert (code, "is for" in said) == (2, True), arguments
    assert osamari("quarantine", "list")[0] == 0
    assert osamari("list")[0] == 0


def test_protected_people_are_shown_for_a_purpose_of_its_own_only(osamari: Osamari) -> None:
    arguments = ("list", "refunds", "--show-protected", "--purpose")
    assert osamari(*arguments, "refund")[0] == 2
    assert osamari(*arguments, "protected_contact")[0] == 0
    code, said = osamari("access", "log")
    assert code == 0
    assert re.search(r"list --show-protected  name=refunds  目的=protected_contact  \d+ 行  写し \d+  終了", said)
    assert re.search(r"list --show-protected  name=refunds  拒否  目的が認められていない", said)


def test_users_are_registered_and_revoked_in_a_ledger(osamari: Osamari) -> None:
    add = (
        "user",
        "add",
        "kato",
        "--name",
        "加藤",
        "--department",
        "収納課",
        "--role",
        "collector",
        "--to",
        "2099-03-31",
    )
    assert "is registered: collector" in osamari(*add)[1]
    assert "is registered already" in osamari(*add)[1]
    assert "kato  加藤  収納課  collector  2099-03-31 まで" in osamari("user", "list")[1]
    assert osamari("user", "revoke", "kato", "--reason", "異動")[0] == 0
    assert "kato" not in osamari("user", "list")[1]
    told = osamari("user", "history", "kato")[1].splitlines()
    assert ["登録" in line for line in told] == [True, False]
    assert "抹消  kato  collector  異動" in told[1]
    osamari.work_as("kato")
    code, said = osamari("list", "refunds", "--purpose", "refund")
    assert (code, "were revoked" in said) == (2, True)


def test_the_end_of_a_copy_is_told_in_the_register(osamari: Osamari) -> None:
    osamari("list", "refunds", "--purpose", "refund")
    number = str(newest(osamari.home, "copies")["number"])
    assert osamari("access", "destroyed", number)[0] == 0
    [line] = [line for line in osamari("access", "copies")[1].splitlines() if line.startswith(f"{number}  ")]
    assert "廃棄" in line


def personal_values(city: RefreshedCity) -> set[str]:
    """Every value of a direct column of the address feed that could be recognised: names, addresses, numbers, days."""
    columns = [c.name for c in load_contracts()["addressee"].layout.raw_columns if c.personal == "direct"]
    texts = ", ".join(f"{column}::varchar" for column in columns)
    query = f"select distinct text from (select unnest([{texts}]) as text from raw_addressee) where length(text) >= 4"
    return {str(row[0]) for row in city.rows(query)}


def test_no_record_of_access_holds_a_value_of_a_person(
    osamari: Osamari, refreshed_city: RefreshedCity, tmp_path: Path
) -> None:
    values = personal_values(refreshed_city)
    assert len(values) > 1000  # the city has values to look for
    [(name, code, birth)] = refreshed_city.rows(
        "select basic_full_name_kanji, addressee_code, cast(birth_date as varchar) from raw_addressee"
        " where length(basic_full_name_kanji) >= 4 and birth_date is not null order by 2 limit 1"
    )
    osamari("list", "debtor_statement", "--debtor", a_debtor(osamari.home), "--purpose", "collection")
    osamari("list", "refunds", "--purpose", "refund", "--out", str(tmp_path / f"{name}.csv"))
    for typed in (str(name), str(code), str(birth)):
        osamari("list", typed, "--debtor", typed, "--purpose", "collection")
        osamari("list", "refunds", "--purpose", typed)
        osamari("list", "refunds", "--purpose", f"refund:{typed}")
        osamari("explain", typed, "--purpose", "audit")
    records = "".join(path.read_text(encoding="utf-8") for path in osamari.home.access.glob("*.jsonl"))
    days = set(re.findall(r"\d{4}-\d{2}-\d{2}", records))
    words = set(re.findall(r"[^\s\"{}\[\],:]+", records))
    assert (str(name) in records, str(code) in words, str(birth) in days) == (False, False, False)
    assert words & values == set()
    assert [text for text in values if not text.isascii() and text in records] == []


def test_tampering_with_one_line_is_found_by_verify(osamari: Osamari) -> None:
    osamari("list", "refunds")
    code, said = osamari("access", "verify")
    assert code == 0
    noted = [line.rsplit("  ", 1)[1] for line in said.splitlines()]
    assert osamari("access", "verify", *(f"--noted={head}" for head in noted))[0] == 0
    path = osamari.home.access / "access.jsonl"
    before = path.read_bytes()
    path.write_bytes(before.replace(b'"refund"', b'"refune"', 1))
    code, said = osamari("access", "verify")
    path.write_bytes(before)
    assert code == 1
    assert re.search(r"access\.jsonl, line \d+: the chain is broken", said)
    assert "Restore access/" in said


def test_a_home_that_does_not_exist_is_not_made_by_looking(
    osamari: Osamari, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAMARI_HOME", str(tmp_path / "nowhere"))
    code, said = osamari("list", "refunds", "--purpose", "refund")
    assert (code, "Nothing has been computed" in said) == (1, True)
    assert not (tmp_path / "nowhere").exists()
