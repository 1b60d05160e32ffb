"""What is expected of single feeds beyond their layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import NoRows, Rule
from expectations.suite import feed_suite
from ingestion.contract import load_contracts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from expectations.rule import Suite
    from ingestion.contract import FeedContract

FURTHER: dict[str, tuple[Rule, ...]] = {
    "levy": (
        NoRows(
            "levied_not_negative",
            "本税調定額は負でない",
            "select * from judged where principal_levied_yen < 0",
        ),
        NoRows(
            "write_off_has_day_and_yen",
            "不納欠損には日付と金額がある",
            "select * from judged where has_write_off_flag and (write_off_date is null or write_off_yen is null)",
        ),
    ),
    "payment_slip": (
        NoRows(
            "slip_total_not_negative",
            "納付書の合計は負でない",
            "select * from judged where payout_total_yen < 0",
        ),
    ),
    "convenience_store": (
        NoRows("amount_not_negative", "収納金額は負でない", "select * from judged where amount_yen < 0"),
    ),
    "counter_slip": (
        NoRows(
            "paid_not_after_credited",
            "領収日は収入日より後でない",
            "select * from judged where paid_date > credited_date",
        ),
    ),
    "account_transfer_result": (
        NoRows("debit_not_negative", "引落金額は負でない", "select * from judged where debit_yen < 0"),
    ),
    "refund_transfer": (
        NoRows("transfer_positive", "振込金額は正である", "select * from judged where transfer_yen <= 0"),
    ),
    "pension_special_collection": (
        NoRows(
            "amounts_not_negative",
            "金額1–3は負でない",
            "select * from judged where amount_1_yen < 0 or amount_2_yen < 0 or amount_3_yen < 0",
        ),
    ),
}


def suite_of_feed(contract: FeedContract) -> Suite:
    """The suite of one feed, as the contract says it is delivered."""
    return feed_suite(contract, FURTHER.get(contract.feed, ()))


def feed_suites(contracts: Mapping[str, FeedContract] | None = None) -> tuple[Suite, ...]:
    """The suites of all feeds, in catalogue order; ``contracts`` where a city has layouts of its own."""
    return tuple(suite_of_feed(contract) for contract in (contracts or load_contracts()).values())
