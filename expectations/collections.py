"""The collections mart: levied is collected, written off or outstanding, and what is owed back is shown."""

from __future__ import annotations

from expectations.rule import InSet, NoRows, NotNull, Suite, Unique

REQUIRED = {
    "instalment_id": "期別番号",
    "accounting_year": "会計年度",
    "levied_yen": "調定額",
    "collected_yen": "収入額",
    "written_off_yen": "不納欠損額",
    "refund_pending_yen": "還付未済額",
    "outstanding_yen": "収入未済額",
}
IDENTITY = """
select * from judged
where outstanding_yen is distinct from levied_yen - collected_yen - written_off_yen + refund_pending_yen
"""
OTHER_LAW = "select * from judged where law_version is distinct from (select law_version from int_law_version)"


def collections_suite() -> Suite:
    """Expectations about ``fct_collections``."""
    return Suite(
        name="collections",
        table="fct_collections",
        title_ja="収入状況",
        rules=(
            *(NotNull(f"{column}_given", f"{label}は空でない", column) for column, label in REQUIRED.items()),
            InSet("levy_class_known", "現年・滞繰の別がある", "levy_class", ("current", "carryover")),
            Unique("grain_once", "期別と会計年度の組は一度だけ現れる", ("instalment_id", "accounting_year")),
            NoRows("identity_holds", "未済 = 調定 − 収入 − 欠損 + 還付未済", IDENTITY),
            NoRows(
                "outstanding_not_negative",
                "収入未済額は負でない",
                "select * from judged where outstanding_yen < 0",
            ),
            NoRows(
                "pending_not_negative",
                "還付未済額は負でない",
                "select * from judged where refund_pending_yen < 0",
            ),
            NoRows(
                "instalment_known",
                "期別が存在する",
                "select judged.* from judged anti join int_instalments using (instalment_id)",
            ),
            NoRows("law_version_is_the_run", "法令の版は今回の版である", OTHER_LAW),
        ),
        compared_with=("int_instalments", "int_law_version"),
    )
