"""What one inquiry takes as a whole command, and what 200 at once take, on a home that stays as it is."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.errors import DataRefused
from ingestion.home import Home
from marts.provision.inquiry import Inquiry, Person
from marts.provision.marts_day import open_marts
from marts.provision.provide import Officer, provide
from orchestration.access.account import current_account
from orchestration.access.users import Registration, add_user

if TYPE_CHECKING:
    from collections.abc import Sequence

RULE, PURPOSE, REQUESTER = "public_dues.1", "public_dues_collection", "bench"
ITEMS = ("name", "address", "tax_item", "levy_year", "overdue_yen", "payment_state")
BATCH = 200
REQUESTERS = f"""requester_id,requester_kind,name_ja,valid_from,valid_to,source
{REQUESTER},public_body,計測用,2016-01-01,,osamari bench
"""
CODES = """
select min(versions.addressee_code) from dim_addressee as people
inner join stg_addressee as versions using (source_file_no, source_line_no)
where not people.is_corporation and not people.is_protected group by people.addressee_key order by 1 limit ?
"""


def bench_provide(home: Home, runs: int) -> list[str]:
    """Seconds as lines of text: the median of ``runs`` single inquiries as commands of their own, and one batch.

    Answers and register are written into a temporary home beside the real one, which is only read.

    Raises:
        DataRefused: the home has no marts, or nobody to ask about.
    """
    with open_marts(home) as figures:
        people = figures.connection.execute("select count(*) from dim_addressee").fetchone()
        codes = [code for (code,) in figures.connection.execute(CODES, [max(BATCH, runs)]).fetchall()]
    if not codes:
        raise DataRefused("There is nobody to ask about.", "Run `osamari refresh` with an addressee feed first.")
    with tempfile.TemporaryDirectory(dir=home.root, prefix="bench-") as folder:
        aside = _aside(home, Path(folder))
        single = [_seconds_of_command(aside, place, code) for place, code in enumerate(codes[:runs])]
        batch = _seconds_of_batch(aside, codes[:BATCH])
    return [
        f"宛名 {people[0] if people else 0:,} 人",
        f"照会 1 件（コマンド全体）  中央値 {statistics.median(single):.2f} s  最大 {max(single):.2f} s",
        f"照会 {min(BATCH, len(codes))} 件（一括）  {batch:.2f} s",
    ]


def _aside(home: Home, root: Path) -> Home:
    """A home of its own whose warehouse and keys are those of the real one."""
    aside = Home(root)
    for path in (home.warehouse, home.keys):
        (root / path.name).symlink_to(path.resolve())
    me, since = current_account(aside), date(2016, 1, 1)
    at = datetime.combine(since, datetime.min.time()).astimezone().isoformat()
    add_user(aside, Registration(me, "bench", "bench", ("administrator", "provision_officer"), since), me, at)
    (root / "provision_requesters.csv").write_text(REQUESTERS, encoding="utf-8")
    return aside


def _seconds_of_command(home: Home, place: int, code: str) -> float:
    options = ["--requester", REQUESTER, "--rule", RULE, "--purpose", PURPOSE, "--items", ",".join(ITEMS)]
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "provide", "answer"]
    environment = os.environ | {"OSAMARI_HOME": str(home.root)}
    began = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [*command, f"single-{place}", *options, "--addressee", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DataRefused(f"The inquiry was not answered: {done.stderr.strip()}", "See what the command says.")
    return time.perf_counter() - began


def _seconds_of_batch(home: Home, codes: Sequence[str]) -> float:
    asked = [
        Inquiry(f"batch-{place}", REQUESTER, RULE, PURPOSE, ITEMS, Person(code)) for place, code in enumerate(codes)
    ]
    began = time.perf_counter()
    provide(home, asked, Officer("bench", datetime.now().astimezone()))
    return time.perf_counter() - began
