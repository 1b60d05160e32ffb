"""Each awkward case the tag file names is really in the delivered files, and is what it says."""

from __future__ import annotations

import csv
from functools import cache

from tests.sample_city_files import feed_files, read_csv_file, read_feed, small_city

FIRST_OF_JUNE = "0601"


@cache
def tagged(tag: str) -> list[dict[str, str]]:
    """Lines of the tag file of one kind; there must be some."""
    with small_city().tags.open(encoding="utf-8", newline="") as lines:
        found = [line for line in csv.DictReader(lines) if line["tag"] == tag]
    assert found, tag
    return found


@cache
def slips() -> dict[str, dict[str, str]]:
    """One line of each payment slip by payment number."""
    return {row["payment_no"]: row for row in read_feed(small_city().out, "payment_slip")}


@cache
def agent_reports() -> dict[str, list[tuple[str, str, int]]]:
    """Reports of the agent by the barcode's number: kind, day and minute, yen, in order of delivery."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for row in read_feed(small_city().out, "convenience_store"):
        report = (row["receipt_kind_code"], row["paid_date"] + row["paid_time"], int(row["amount_yen"]))
        found.setdefault(row["barcode_label"][5:32], []).append(report)
    return found


@cache
def counter_yen() -> dict[str, list[int]]:
    """Yen paid on counter slips by payment number."""
    found: dict[str, list[int]] = {}
    for row in read_feed(small_city().out, "counter_slip"):
        found.setdefault(row["payment_no"], []).append(int(row["paid_yen"]))
    return found


@cache
def levy_versions() -> dict[str, list[dict[str, str]]]:
    """Delivered versions of each tax instalment by its key, in order."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in read_feed(small_city().out, "levy"):
        found.setdefault(instalment_key(row), []).append(row)
    return found


def instalment_key(row: dict[str, str]) -> str:
    """The key of the instalment a row of a tax feed is about, as the tag file writes it."""
    start = row["business_year_start_date"]
    start = f"{start[:4]}-{start[4:6]}-{start[6:]}" if start else ""
    parts = [row["assessment_year"], row["taxation_year"], row["tax_item_code"], row["notice_no"], start]
    parts += [row["return_class"], "", "", row["municipality_id_code"], row["instalment_no"], row["instalment_order"]]
    return "|".join(parts)


def reports_of(line: dict[str, str]) -> list[tuple[str, str, int]]:
    """The agent's reports on a tagged slip."""
    return agent_reports()[slips()[line["payment_no"]]["barcode_info"][2:29]]


def test_double_payments_were_made_by_smartphone_and_at_the_store() -> None:
    for line in tagged("double_payment"):
        kinds = [kind for kind, _, _ in reports_of(line)]
        assert kinds.count("02") == 2
        assert {"81", "01"} <= set(kinds)


def test_a_provisional_receipt_was_cancelled() -> None:
    for line in tagged("provisional_cancelled"):
        reports = reports_of(line)
        cancelled = [report[1:] for report in reports if report[0] == "03"]
        assert len(cancelled) == 1
        assert ("01", *cancelled[0]) in reports
        assert ("02", *cancelled[0]) not in reports


def test_a_provisional_receipt_was_never_confirmed() -> None:
    for line in tagged("provisional_unconfirmed"):
        assert [kind for kind, _, _ in reports_of(line)] == ["01"]


def test_levies_fell_after_they_were_paid() -> None:
    for line in tagged("reassessment_after_payment") + tagged("reassessment_to_zero"):
        versions = [row for key, rows in levy_versions().items() for row in rows if key == line["instalment_key"]]
        levied = [int(row["principal_levied_yen"]) for row in versions]
        assert levied[-1] < levied[0]
        assert (levied[-1] == 0) == (line["tag"] == "reassessment_to_zero")
        assert versions[-1]["taxation_division_reassessment_date"] > line["date"].replace("-", "")


def test_a_payment_was_one_yen_short() -> None:
    for line in tagged("one_yen_short"):
        assert counter_yen()[line["payment_no"]] == [int(slips()[line["payment_no"]]["payout_total_yen"]) - 1]


def test_partial_payments_are_less_than_the_levy() -> None:
    for line in tagged("partial_payment"):
        levied = int(levy_versions()[line["instalment_key"]][-1]["principal_levied_yen"])
        assert 0 < int(slips()[line["payment_no"]]["principal_payment_yen"]) < levied


def test_money_came_for_a_slip_nobody_issued() -> None:
    for line in tagged("unknown_slip"):
        assert line["payment_no"] in counter_yen()
        assert line["payment_no"] not in slips()


def test_a_postal_receipt_was_corrected() -> None:
    for line in tagged("postal_correction"):
        (first, _, wrong), (second, _, right) = reports_of(line)
        assert (first, second) == ("12", "22")
        assert wrong < right == int(slips()[line["payment_no"]]["payout_total_yen"])


def test_due_dates_over_new_year_and_on_a_leap_day() -> None:
    assert {line["date"] for line in tagged("due_date_over_new_year")} <= {"2024-01-04", "2025-01-06", "2026-01-05"}
    assert {line["date"] for line in tagged("leap_day_due_date")} == {"2024-02-29"}


def test_somebody_paid_on_the_first_of_june() -> None:
    days = {row["paid_date"] for row in read_feed(small_city().out, "common_tax_payment")}
    for line in tagged("paid_on_1_june"):
        assert line["date"].replace("-", "") in days
        assert line["date"].replace("-", "").endswith(FIRST_OF_JUNE)


def test_people_moved_out_died_or_are_protected() -> None:
    newest = {row["addressee_code"]: row for row in read_feed(small_city().out, "addressee")}
    for tag, reason in (("move_out", "41"), ("death", "42")):
        for line in tagged(tag):
            person = newest[line["addressee_code"]]
            assert person["resident_register_deletion_date"] <= "20260531"
            assert person["resident_register_deletion_reason"] == reason
    assert all(newest[line["addressee_code"]]["has_dv_flag"] == "1" for line in tagged("dv_protected"))


def test_one_company_owes_more_than_a_third_of_the_carried_over_city_taxes() -> None:
    (line,) = tagged("very_large_debtor")
    open_rows = [rows[0] for rows in levy_versions().values() if int(rows[0]["levy_year"]) < 2023]
    city_taxes = [row for row in open_rows if row["tax_item_code"] != "51"]
    owed = sum(int(row["principal_levied_yen"]) for row in city_taxes)
    own = sum(int(row["principal_levied_yen"]) for row in city_taxes if row["addressee_code"] == line["addressee_code"])
    assert own > owed / 3


def test_the_slip_of_the_next_instalment_was_paid_first() -> None:
    """The instalment meant stays unpaid over its due date, gets a demand, and is paid when the next one was due."""
    payments: dict[str, list[str]] = {}
    for row in read_feed(small_city().out, "receipt_history"):
        payments.setdefault(instalment_key(row), []).append(row["paid_date"])
    demanded = {instalment_key(row) for row in read_feed(small_city().out, "demand")}
    for line in tagged("wrong_instalment"):
        *lead, number, order = line["instalment_key"].split("|")
        meant = "|".join([*lead, str(int(number) - 1), order])
        (early,), (late,) = payments[line["instalment_key"]], payments[meant]
        assert early == line["date"].replace("-", "") < late
        assert meant in demanded
        assert line["payment_no"] in counter_yen()


def test_fixed_assets_have_joint_owners() -> None:
    for line in tagged("joint_owners"):
        (newest, *_) = levy_versions()[line["instalment_key"]]
        assert newest["tax_item_code"] == "31"
        assert int(newest["co_owner_count"]) >= 2


def test_debtors_died_and_their_heirs_are_written_to() -> None:
    cases = {row["addressee_code"]: row for row in read_feed(small_city().out, "arrears_case")}
    for line in tagged("death_with_heirs"):
        assert cases[line["addressee_code"]]["related_party_delivery_address"].endswith("（相続人代表）")


def test_people_outside_the_register_are_non_residents() -> None:
    outside = {row["addressee_code"]: row for row in read_feed(small_city().out, "non_resident")}
    for line in tagged("non_resident"):
        assert outside[line["addressee_code"]]["change_date"] == line["date"].replace("-", "")
        assert not outside[line["addressee_code"]]["address"].startswith("福島県郡山市")


def test_birth_dates_of_non_residents_are_by_era_and_mean_the_day_the_register_says() -> None:
    first_years = {"T": 1912, "S": 1926, "H": 1989, "R": 2019}
    register = {row["addressee_code"]: row["birth_date"] for row in read_feed(small_city().out, "addressee")}
    outside = {row["addressee_code"]: row["birth_date"] for row in read_feed(small_city().out, "non_resident")}
    for line in tagged("era_date"):
        era = outside[line["addressee_code"]]
        assert register[line["addressee_code"]] == f"{first_years[era[0]] + int(era[1:3]) - 1}{era[3:]}"


def test_a_name_has_a_character_of_the_citys_own() -> None:
    (line,) = tagged("private_use_character")
    files = feed_files(small_city().out, "addressee")
    own = [row for row in files[0].read_bytes().split(b"\r\n") if line["addressee_code"].encode() in row]
    assert own
    assert all(b"\xf0\x40" in row for row in own)


def test_a_character_beyond_the_basic_plane_stands_in_a_feed_that_can_carry_it() -> None:
    surveys = {row["addressee_code"]: row["survey_result"] for row in read_feed(small_city().out, "field_survey")}
    found = [surveys[line["addressee_code"]] for line in tagged("supplementary_character")]
    assert any("\U00020bb7" in text for text in found)


def test_a_stay_lasted_three_years_until_the_claim_was_gone() -> None:
    (line,) = tagged("three_year_stay")
    stays = [
        row for row in read_feed(small_city().out, "execution_stay") if instalment_key(row) == line["instalment_key"]
    ]
    gone = [row for row in read_feed(small_city().out, "write_off") if instalment_key(row) == line["instalment_key"]]
    assert {row["stay_date"] for row in stays} == {line["date"].replace("-", "")}
    assert [row["write_off_clause_code"] for row in gone] == ["1"]
    assert int(gone[0]["write_off_date"]) - int(stays[0]["stay_date"]) > 30_000


def test_pledges_were_broken_and_the_flag_of_the_levy_fell() -> None:
    plans = {row["addressee_code"]: row for row in read_feed(small_city().out, "instalment_plan")}
    for line in tagged("pledge_broken"):
        day = line["date"].replace("-", "")
        assert plans[line["addressee_code"]]["plan_state_code"] == "3"
        assert plans[line["addressee_code"]]["plan_cancelled_date"] == day
        if line["instalment_key"] in levy_versions():
            assert levy_versions()[line["instalment_key"]][-1]["has_instalment_plan_flag"] == "0"


def test_the_same_file_was_delivered_twice() -> None:
    (line,) = tagged("same_file_twice")
    again = small_city().out / line["file_name"]
    first = again.with_name(again.name.replace(".002.", ".001."))
    assert again.read_bytes() == first.read_bytes()


def test_a_corrected_file_names_the_one_it_corrects() -> None:
    (line,) = tagged("corrected_file")
    right = small_city().out / line["file_name"]
    wrong = right.with_name(right.name.replace(".002.", ".001."))
    assert right.with_name(right.stem + ".control.csv").read_text(encoding="utf-8").strip().endswith(f",{wrong.name}")
    rows = [read_csv_file(path, line["feed"]) for path in (wrong, right)]
    yen = [[int(row["principal_refund_yen"]) for row in some] for some in rows]
    assert [left - correct for left, correct in zip(*yen, strict=True)] == [1000] + [0] * (len(yen[0]) - 1)


def test_a_file_came_in_two_parts() -> None:
    parts = [line["file_name"] for line in tagged("file_in_parts")]
    controls = [(small_city().out / name).with_suffix("").name + ".control.csv" for name in parts]
    stated = [(small_city().out / name).read_text(encoding="utf-8").split()[1].split(",")[4:6] for name in controls]
    assert stated == [["1", "2"], ["2", "2"]]
