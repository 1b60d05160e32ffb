"""The invented city's files are in the real formats, the same every time, and about nobody.

Rates are in ``test_sample_city_rates.py``; that the platform loads every line is in ``test_sample_city_loading.py``.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ingestion.contract import list_feeds, load_contract
from ingestion.errors import ConfigurationError
from ingestion.sample_city import generate
from ingestion.sample_city.tags import LABELS
from tests.sample_city_files import feed_files, read_csv_file, read_feed, read_fixed_file, small_city

ROOT = Path(__file__).parents[1]
CSV_FEEDS = [feed for feed in list_feeds() if load_contract(feed).format == "csv"]
FIXED_FEEDS = [feed for feed in list_feeds() if load_contract(feed).format == "fixed"]


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    generate(tmp_path / "here" / "inbox", 200, 1, 7)
    code = "import pathlib, sys, ingestion.sample_city as city; city.generate(pathlib.Path(sys.argv[1]), 200, 1, 7)"
    environment = os.environ | {"PYTHONHASHSEED": "4711"}
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "there" / "inbox")], cwd=ROOT, env=environment, check=True
    )
    assert digests(tmp_path / "here" / "inbox") == digests(tmp_path / "there" / "inbox")
    tags = [(tmp_path / place / "sample_tags.csv").read_bytes() for place in ("here", "there")]
    assert tags[0] == tags[1]


def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    for seed in (1, 2):
        generate(tmp_path / str(seed), 100, 1, seed, tags=tmp_path / f"{seed}.csv")
    assert digests(tmp_path / "1") != digests(tmp_path / "2")


def test_every_feed_is_delivered_and_nothing_after_the_last_day() -> None:
    city = small_city()
    assert set(city.rows_by_feed) == set(list_feeds())
    names = [path.name for path in city.out.iterdir()]
    assert all(re.fullmatch(r"[a-z_]+\.072036\.20[0-9]{6}\.00[12]\.(csv|dat|control\.csv)", name) for name in names)
    assert max(name.split(".")[2] for name in names) == "20260531"
    assert 400 <= city.file_count <= 700


@pytest.mark.parametrize("as_of", [dt.date(2025, 9, 15), dt.date(2024, 4, 10), dt.date(2024, 2, 29)])
def test_any_day_can_be_the_last_one(tmp_path: Path, as_of: dt.date) -> None:
    summary = generate(tmp_path / "inbox", 150, 2, 3, as_of)
    days = {path.name.split(".")[2] for path in summary.out.iterdir()}
    assert max(days) == as_of.strftime("%Y%m%d")


@pytest.mark.parametrize("feed", CSV_FEEDS)
def test_control_files_state_what_the_csv_files_hold(feed: str) -> None:
    amount = load_contract(feed).amount
    for path in feed_files(small_city().out, feed):
        rows = read_csv_file(path, feed)
        yen = sum(int(row[amount] or 0) for row in rows) if amount else 0
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        control = path.with_name(path.stem + ".control.csv").read_text(encoding="utf-8").split()
        assert control[0].startswith("rows,amount_yen,sha256"), path.name
        assert control[1].split(",")[:3] == [str(len(rows)), str(yen), sha256], path.name


@pytest.mark.parametrize("feed", FIXED_FEEDS)
def test_trailers_state_what_their_records_add_up_to(feed: str) -> None:
    amount = load_contract(feed).amount or ""
    for path in feed_files(small_city().out, feed):
        block: list[dict[str, str]] = []
        records = read_fixed_file(path, feed)
        for record in records:
            if record["kind"] == "data":
                block.append(record)
            elif record["kind"] == "trailer":
                assert int(record["total_count"]) == len(block)
                total = record["total_yen"] if "total_yen" in record else record["total_amount_1_yen"]
                assert int(total) == sum(int(row[amount]) for row in block)
                if "transferred_yen" in record:
                    paid = [int(row[amount]) for row in block if row["transfer_result_code"] == "0"]
                    assert (int(record["transferred_count"]), int(record["transferred_yen"])) == (len(paid), sum(paid))
                block = []
        ends = [record["kind"] for record in records].count("end")
        assert ends == (1 if load_contract(feed).layout.record("end") else 0)
        assert records[-1]["kind"] == ("end" if ends else "trailer")


@pytest.mark.parametrize("feed", list_feeds())
def test_every_value_is_one_the_layout_accepts_and_every_key_is_unique_in_its_file(feed: str) -> None:
    contract = load_contract(feed)
    rows = read_feed(small_city().out, feed)
    for column in contract.layout.raw_columns:
        refused = [value for value in {row[column.name] for row in rows} if not column.accepts(value)]
        assert refused == [], column.name
    keys = Counter((row["delivered"], *(row[name] for name in contract.record_key)) for row in rows)
    assert [key for key, count in keys.items() if count > 1] == []


def test_bank_files_hold_half_width_characters_only() -> None:
    for path in feed_files(small_city().out, "account_transfer_result"):
        content = path.read_bytes().replace(b"\r\n", b"")
        assert all(0x20 <= byte <= 0x7E or 0xA1 <= byte <= 0xDF for byte in content), path.name


def gs1_check_digit(body: str) -> int:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return -total % 10


def test_barcodes_have_valid_check_digits_and_stand_on_payable_slips_only() -> None:
    slips = [row for row in read_feed(small_city().out, "payment_slip") if row["barcode_info"]]
    labels = {row["barcode_label"] for row in read_feed(small_city().out, "convenience_store")}
    for barcode in {row["barcode_info"] for row in slips} | {label.removeprefix("EAN") for label in labels}:
        assert len(barcode) == 44
        assert gs1_check_digit(barcode[:43]) == int(barcode[43])
    assert max(int(row["payout_total_yen"]) for row in slips) <= 300_000
    assert {label[5:32] for label in labels} <= {row["barcode_info"][2:29] for row in slips}


def test_no_store_payment_after_the_due_date() -> None:
    for row in read_feed(small_city().out, "convenience_store"):
        due = row["barcode_label"][33:39]
        assert due == "999999" or row["paid_date"] <= f"20{due}"


def individual_check_digit(number: str) -> int:
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, 12)]
    rest = sum(int(digit) * weight for digit, weight in zip(reversed(number[:11]), weights, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


@pytest.mark.parametrize("feed", ["addressee", "qualification"])
def test_nobody_has_a_valid_individual_number(feed: str) -> None:
    numbers = {row["individual_number"] for row in read_feed(small_city().out, feed)} - {""}
    assert len(numbers) > 100
    assert [number for number in numbers if individual_check_digit(number) == int(number[11])] == []


def test_no_company_has_a_valid_corporate_number() -> None:
    numbers = {row["corporate_number"] for row in read_feed(small_city().out, "levy")} - {""}
    assert numbers
    for number in numbers:
        total = sum(int(digit) * (1 if place % 2 == 0 else 2) for place, digit in enumerate(reversed(number[1:])))
        assert int(number[0]) != 9 - total % 9


def test_accounts_are_invented_and_towns_are_real() -> None:
    with (ROOT / "dbt_project/seeds/towns.csv").open(encoding="utf-8", newline="") as lines:
        towns = {row["town_code"] for row in csv.DictReader(lines)}
    people = read_feed(small_city().out, "addressee")
    assert {row["address_code"] for row in people} - {""} <= towns
    accounts = {row["account_no"] for row in people} - {""}
    accounts |= {row["account_no"] for row in read_feed(small_city().out, "account_transfer_result")}
    assert all(account.startswith("99") for account in accounts)
    assert any("髙" in row["basic_full_name_kanji"] for row in people)
    assert any("﨑" in row["basic_full_name_kanji"] for row in people)


def test_what_cannot_be_made_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="99 people"):
        generate(tmp_path / "small", 99)
    (tmp_path / "levy.072036.20250401.001.csv").touch()
    with pytest.raises(ConfigurationError, match="already holds deliveries"):
        generate(tmp_path, 100)


def test_tags_name_every_awkward_case() -> None:
    with small_city().tags.open(encoding="utf-8", newline="") as lines:
        tagged = list(csv.DictReader(lines))
    assert {line["tag"] for line in tagged} == set(LABELS)
    assert not list(small_city().out.glob("*tags*"))
