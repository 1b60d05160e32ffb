"""The ledger: every yen of the feeds, once, signed, traceable to its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import InSet, NoRows, NotNull, Suite, Unique

if TYPE_CHECKING:
    from datetime import date

COMPONENTS = ("principal", "late_charge", "demand_fee", "additional_charge")
REQUIRED = {
    "ledger_entry_id": "元帳番号",
    "instalment_id": "期別番号",
    "component": "科目",
    "kind": "仕訳の種類",
    "effective_date": "効力日",
    "accounting_year": "会計年度",
    "amount_yen": "金額",
    "source_file_no": "元ファイル",
    "source_line_no": "元の行",
}


def ledger_suite(as_of: date) -> Suite:
    """Expectations about ``int_ledger_entries``."""
    return Suite(
        name="ledger",
        table="int_ledger_entries",
        title_ja="元帳",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            InSet("component_known", "科目は定められた語である", "component", COMPONENTS),
            Unique("entry_once", "元帳番号は重ならない", ("ledger_entry_id",)),
            *_sign_rules(),
            *_origin_rules(as_of),
        ),
        compared_with=("int_instalments", "int_receipts", "fct_unidentified_receipts", "feed_files"),
    )


def _sign_rules() -> tuple[NoRows, ...]:
    """Levies owe, receipts settle: a wrong sign doubles a debt instead of clearing it."""
    wrong = "select * from judged where kind = '{}' and amount_yen {} 0"
    return (
        NoRows("levy_not_negative", "調定は負でない", wrong.format("levy", "<")),
        NoRows("receipt_not_positive", "収入は正でない", wrong.format("receipt", ">")),
        NoRows("refund_not_negative", "還付は負でない", wrong.format("refund", "<")),
        NoRows("write_off_not_positive", "不納欠損は正でない", wrong.format("write_off", ">")),
    )


def _origin_rules(as_of: date) -> tuple[NoRows, ...]:
    """Each entry stands in a loaded file, belongs to a known instalment and is not of the future."""
    return (
        NoRows(
            "entry_has_a_loaded_file",
            "元ファイルは取り込まれている",
            "select judged.* from judged anti join "
            "(select file_no from feed_files where file_status = 'loaded') loaded on loaded.file_no = judged.source_file_no",
        ),
        NoRows(
            "entry_has_an_instalment",
            "期別が存在する",
            "select judged.* from judged anti join int_instalments using (instalment_id)",
        ),
        NoRows(
            "entry_not_after_as_of",
            "基準日より後の仕訳はない",
            f"select * from judged where effective_date > date '{as_of}'",
        ),
    )
