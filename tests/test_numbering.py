"""Numbering: the same person never gets two numbers, two persons never one, whatever the order; nothing is forgotten.

By the real rules over rows as the loader stores them, in memory. Loading, commands and lists: test_numbering_home. Does
not test how probable a pair is, only that nothing follows from probability.
"""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.check_digits import CHECKS
from ingestion.numbering.forgetting import forget
from ingestion.numbering.histories import history_of
from ingestion.numbering.integrated import give_numbers
from ingestion.numbering.settings import ALL, NumberingSettings
from ingestion.numbering.ties import MOST_CODES_OF_A_NUMBER, Ties, resolve
from tests.numbered_people import DAY, Items, Numbering

A, B, C = "000000000000001", "000000000000002", "000000000000003"
HANAKO = Items("佐藤　花子", "サトウ　ハナコ", "1990-02-02", "2", "郡山市二丁目")
MOVED = Items("佐藤花子", "サトウハナコ", "1990-02-02", "2", "仙台市三丁目")
# Who a person is, and at which of two addresses: two people share a name, two a birth date, two an address.
PEOPLE = {
    "p": Items("甲　一", "コウ", "1980-01-01", "1", "北町"),
    "q": Items("甲　一", "コウ", "1985-05-05", "1", "南町"),
    "r": Items("乙　二", "オツ", "1980-01-01", "1", "西町"),
    "s": Items("丙　三", "ヘイ", "1999-09-09", "2", "北町"),
}
ELSEWHERE = "転居先"


def items_of(person: str, *, has_moved: bool) -> Items:
    """The items of a person, at home or elsewhere."""
    home = PEOPLE[person]
    return Items(home.name, home.kana, home.birth, home.sex, ELSEWHERE + person) if has_moved else home


SHEETS = st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), st.booleans()), min_size=1, max_size=7)


def decide_by_truth(numbering: Numbering, truth: dict[str, str]) -> None:
    """An officer who knows everybody decides each pair that waits."""
    owners = {code: truth[no] for no, (_, code) in numbering.outcomes().items() if code}
    waiting = "JOIN number_sheets AS sheets USING (sheet_no) WHERE sheets.outcome = 'waiting'"
    for sheet_no, code in numbering.rows(f"SELECT sheet_no, similar_codes.addressee_code FROM similar_codes {waiting}"):
        numbering.decide(f"S:{sheet_no}", code, "same" if truth[sheet_no] == owners[code] else "different")
    for sheet_no, other in numbering.rows(
        f"SELECT sheet_no, similar_sheets.other_sheet_no FROM similar_sheets {waiting}"
    ):
        numbering.decide(f"S:{sheet_no}", f"S:{other}", "same" if truth[sheet_no] == truth[other] else "different")


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sheets=SHEETS, batches=st.integers(1, 3))
def test_whatever_the_order_of_sheets_nobody_gets_two_numbers_and_nobody_shares_one(
    sheets: list[tuple[str, bool]], batches: int
) -> None:
    numbering, truth = Numbering(), {}
    for batch in range(batches):
        for place, (person, has_moved) in list(enumerate(sheets))[batch::batches]:
            truth[str(place)] = person
            numbering.sheet(str(place), items_of(person, has_moved=has_moved))
        history = numbering.rows("SELECT * FROM number_history ORDER BY history_no")
        numbering.number()
        assert numbering.rows("SELECT * FROM number_history ORDER BY history_no")[: len(history)] == history
        refuse_a_shared_or_second_number(numbering, truth)
    while any(outcome == "waiting" for outcome, _ in numbering.outcomes().values()):
        decide_by_truth(numbering, truth)
        numbering.number()
        refuse_a_shared_or_second_number(numbering, truth)
    assert {outcome for outcome, _ in numbering.outcomes().values()} <= {"numbered", "known"}


def refuse_a_shared_or_second_number(numbering: Numbering, truth: dict[str, str]) -> None:
    """Each person has at most one number, each number at most one person, each a right check digit."""
    numbers, people = defaultdict(set), defaultdict(set)
    for sheet_no, (_, code) in numbering.outcomes().items():
        if code:
            numbers[truth[sheet_no]].add(code)
            people[code].add(truth[sheet_no])
    assert all(len(found) == 1 for found in (*numbers.values(), *people.values())), (numbers, people)
    assert all(CHECKS["individual_code"].is_right(code) for code in people)


@settings(max_examples=40, deadline=None)
@given(
    decided=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=3),
    number=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=4),
    items=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=4),
    different=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=3),
    with_number=st.sets(st.integers(0, 6)),
)
def test_ties_never_join_what_was_decided_to_be_different_nor_two_individual_numbers(
    decided: list[tuple[int, int]],
    number: list[tuple[int, int]],
    items: list[tuple[int, int]],
    different: list[tuple[int, int]],
    with_number: set[int],
) -> None:
    def pairs(some: list[tuple[int, int]]) -> list[tuple[str, str]]:
        return [(f"C{one}", f"C{other}") for one, other in some if one != other]

    ties = Ties(pairs(decided), pairs(number), pairs(items), pairs(different), {f"C{one}" for one in with_number})
    firmly, _ = resolve(Ties(ties.decided, [], [], [], set()))
    solid, _ = resolve(Ties(ties.decided, ties.number, [], ties.different, set()))
    groups, gave_way = resolve(ties)
    for one, other in ties.decided:
        assert groups[one] == groups[other]
    for one, other in ties.different:
        is_decided = one in firmly and firmly[one] == firmly.get(other)
        assert is_decided or one not in groups or groups[one] != groups.get(other)
    for first in set(groups.values()):
        numbered = {solid.get(code, code) for code, group in groups.items() if group == first} & {
            solid.get(code, code) for code in ties.with_number
        }
        assert len(numbered) <= 1 or not any(groups[one] == first for one, _ in ties.items if (one, _) not in gave_way)
    assert set(gave_way) <= {*ties.number, *ties.items}


def test_codes_with_one_individual_number_or_the_same_items_are_one_person() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO, "N1")
    numbering.addressee(B, MOVED, "N1")
    numbering.addressee(C, HANAKO)
    numbering.number()
    assert numbering.persons() == [[A, B, C]]
    assert {key[0] for (key,) in numbering.rows("SELECT person_key FROM number_persons")} == {"P"}


def test_what_was_once_the_same_in_all_items_stays_one_person_after_a_move() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO)
    numbering.addressee(A, MOVED)
    numbering.addressee(B, HANAKO)
    numbering.number()
    assert numbering.persons() == [[A, B]]


@pytest.mark.parametrize(
    ("other", "number", "cause"),
    [
        (HANAKO, "N2", "number_differs"),
        (Items("全く別人", "ベツジン", "1950-01-01", "1", "いわき市"), "N1", "number_of_another"),
    ],
)
def test_a_rule_alone_does_not_decide_a_contradiction(other: Items, number: str, cause: str) -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO, "N1")
    numbering.addressee(B, other, number)
    numbering.number()
    assert numbering.persons() == []
    assert numbering.rows("SELECT * FROM number_conflicts") == [(A, B, cause)]
    numbering.decide(A, B, "same")
    numbering.number()
    assert numbering.persons() == [[A, B]]
    assert numbering.rows("SELECT * FROM number_conflicts") == []


def test_namesakes_with_the_same_birth_date_stay_two_people() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO, "N1")
    numbering.addressee(B, MOVED, "N2")
    numbering.number()
    assert numbering.persons() == []
    assert numbering.rows("SELECT * FROM number_conflicts") == []


def test_a_placeholder_in_the_place_of_individual_numbers_ties_nobody() -> None:
    numbering = Numbering()
    for place in range(MOST_CODES_OF_A_NUMBER + 1):
        numbering.addressee(f"{place:015d}", Items("同じ名", address=f"{place}番地"), "N0")
    numbering.number()
    assert numbering.persons() == []


def test_what_an_officer_calls_different_goes_before_every_rule() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO)
    numbering.addressee(B, HANAKO)
    numbering.number()
    assert numbering.persons() == [[A, B]]
    numbering.decide(A, B, "different")
    numbering.number()
    assert numbering.persons() == []


def test_a_sheet_is_about_the_person_it_equals_and_refused_when_it_equals_two() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO, "N1")
    numbering.sheet("1", HANAKO)
    numbering.number()
    assert numbering.outcomes() == {"1": ("known", A)}
    numbering.addressee(B, HANAKO, "N2")
    numbering.sheet("2", HANAKO)
    numbering.number()
    assert numbering.outcomes() == {"1": ("known", A), "2": ("refused", None)}
    numbering.decide("S:2", B, "same")
    numbering.number()
    assert numbering.outcomes()["2"] == ("known", B)


def test_a_similar_sheet_waits_and_follows_the_officer() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO)
    numbering.sheet("1", MOVED)
    numbering.sheet("2", Items("佐藤花子", "サトウハナコ", "1991-12-31", "2", "郡山市二丁目"))
    numbering.number()
    assert {outcome for outcome, _ in numbering.outcomes().values()} == {"waiting"}
    numbering.decide("S:1", A, "same")
    numbering.decide("S:2", A, "different")
    numbering.number()
    outcomes = numbering.outcomes()
    assert outcomes["1"] == ("known", A)
    assert outcomes["2"][0] == "numbered"


def test_a_sheet_taken_for_somebody_else_gets_its_own_number_when_an_officer_says_so() -> None:
    numbering = Numbering()
    numbering.addressee(A, HANAKO)
    numbering.sheet("1", HANAKO)
    numbering.number()
    numbering.decide("S:1", A, "different")
    numbering.number()
    [(outcome, code)] = numbering.outcomes().values()
    assert (outcome, code == A) == ("numbered", False)
    assert [event.event for event in history_of(numbering.connection, A)] == ["tied", "untied"]


@pytest.mark.parametrize(
    ("items", "reason", "cause"),
    [
        (Items("名", birth=""), "01", "items_missing"),
        (Items("名", address=""), "01", "items_missing"),
        (Items("名", sex="9"), "01", "items_missing"),
        (Items("名"), "02", "without_code"),
        (Items("名"), "03", "without_code"),
    ],
)
def test_a_sheet_that_cannot_be_numbered_is_refused_until_it_is_corrected(
    items: Items, reason: str, cause: str
) -> None:
    numbering = Numbering()
    numbering.sheet("1", items, reason=reason, address=items.address or None)
    numbering.number()
    assert numbering.rows("SELECT outcome, cause FROM number_sheets") == [("refused", cause)]
    numbering.sheet("1", Items("名"))
    numbering.number()
    assert numbering.rows("SELECT outcome FROM number_sheets") == [("numbered",)]


def test_corrections_merges_and_deletions_keep_their_history() -> None:
    numbering = Numbering()
    numbering.sheet("1", HANAKO, A)
    numbering.sheet("2", MOVED, B)
    numbering.sheet("3", MOVED, A, "02")
    numbering.number()
    numbering.sheet("4", MOVED, B, "03", merged_into_addressee_code=A)
    numbering.sheet("5", MOVED, A, "04", change_date="2025-06-01")
    numbering.number()
    numbering.number()
    assert [event[:4] for event in history_of(numbering.connection, A)] == [
        ("registered", DAY, DAY, ""),
        ("corrected", DAY, DAY.replace(month=6), ""),
        ("deleted", DAY.replace(month=6), None, ""),
    ]
    assert [event[:4] for event in history_of(numbering.connection, B)] == [
        ("registered", DAY, DAY, ""),
        ("merged", DAY, None, A),
    ]
    states = "SELECT number, number_state, merged_into_number FROM number_assignments ORDER BY number"
    assert numbering.rows(states) == [(A, "deleted", None), (B, "merged", A)]
    assert numbering.persons() == [[A, B]]


@pytest.mark.parametrize(("into", "cause"), [(C, "merge_into_unknown"), (A, "merge_in_circle")])
def test_a_wrong_merge_is_refused(into: str, cause: str) -> None:
    numbering = Numbering()
    numbering.sheet("1", HANAKO, A)
    numbering.sheet("2", MOVED, A, "03", merged_into_addressee_code=into)
    numbering.number()
    assert numbering.rows("SELECT sheet_no, outcome, cause FROM number_sheets") == [("2", "refused", cause)]
    assert numbering.rows("SELECT number_state FROM number_assignments") == [("valid",)]
    numbering.sheet("2", MOVED, A, "02")
    numbering.number()
    assert numbering.outcomes() == {}


def test_an_officer_gives_up_one_number_for_another_and_both_stay_one_person() -> None:
    numbering = Numbering()
    numbering.sheet("1", HANAKO)
    numbering.sheet("2", Items("全く別の名", "ベツ", "1970-01-01", "2", "会津若松市"))
    numbering.number()
    first, second = (numbering.outcomes()[no][1] or "" for no in ("1", "2"))
    numbering.decide(second, first, "merge")
    numbering.number()
    numbering.number()
    merged = [event for event in history_of(numbering.connection, second) if event.event == "merged"]
    assert [(event.other_number, event.officer, event.reason) for event in merged] == [
        (first, "徴収係長", "本人に確認")
    ]
    assert numbering.persons() == [sorted([first, second])]


def test_an_integrated_number_is_one_for_a_person_and_survives_that_two_turn_out_to_be_one() -> None:
    numbering = Numbering(settings=NumberingSettings(ALL))
    numbering.addressee(A, HANAKO)
    numbering.addressee(B, MOVED)
    numbering.number()
    standing = "SELECT number, number_state, merged_into_number FROM number_assignments ORDER BY first_history_no"
    before = numbering.rows(standing)
    assert len(before) == 2
    assert all(CHECKS["individual_code"].is_right(number) for number, *_ in before)
    numbering.decide(A, B, "same")
    numbering.number()
    (first, *_), (second, *_) = before
    assert numbering.rows(standing) == [(first, "valid", None), (second, "merged", first)]
    numbering.addressee(C, Items("新しい人"))
    numbering.number()
    numbers = [number for number, *_ in numbering.rows(standing)]
    assert len(numbers) == len(set(numbers)) == 3


def test_what_is_erased_leaves_no_trace_and_no_number_free() -> None:
    numbering = Numbering()
    numbering.sheet("1", HANAKO)
    numbering.number()
    [(_, code)] = numbering.outcomes().values()
    give_numbers(numbering.connection, DAY)
    numbering.number()
    forget(numbering.connection, [code])
    numbering.rows("DELETE FROM raw_non_resident")
    for table in ("number_history", "number_assignments", "number_sheets", "number_persons"):
        assert code not in str(numbering.rows(f"SELECT * FROM {table}"))
    numbering.sheet("2", Items("次の人"))
    numbering.number()
    give_numbers(numbering.connection, DAY)
    [(_, next_code)] = numbering.outcomes().values()
    assert next_code not in (code, None)
    integrated = numbering.rows("SELECT number FROM number_history WHERE number_kind = 'integrated'")
    assert len(integrated) == len(set(integrated)) == 2


def test_numbers_of_an_older_system_are_not_given_again() -> None:
    numbering = Numbering()
    numbering.addressee("900000000000014", HANAKO)
    numbering.sheet("1", Items("新しい人"))
    numbering.number()
    assert numbering.outcomes() == {"1": ("numbered", "900000000000022")}
