"""A suite from a feed's contract: what the layout declares is what the raw table must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.rule import InSet, NoRows, NotNull, Rule, Suite, Unique

if TYPE_CHECKING:
    from ingestion.contract import FeedContract

VAULT_PATTERN = "N[0-9a-f]{20}"
KEY_PATTERNS = {
    "addressee_key": ("宛名の鍵は仮名である", "A[0-9a-f]{20}"),
    "household_key": ("世帯の鍵は仮名である", "H[0-9a-f]{20}"),
    "instalment_id": ("期別の鍵は仮名である", "I[0-9a-f]{20}"),
}


def feed_suite(contract: FeedContract, further: tuple[Rule, ...] = ()) -> Suite:
    """Expectations about ``raw_<feed>``: promises of the layout, of the file ledger, then ``further`` ones."""
    return Suite(
        name=f"feeds.{contract.feed}",
        table=contract.raw_table,
        title_ja=contract.title_ja,
        rules=(*_layout_rules(contract), *_key_rules(contract), *_ledger_rules(contract), *further),
        compared_with=("feed_files", "quarantined_lines"),
    )


def _layout_rules(contract: FeedContract) -> tuple[Rule, ...]:
    """Required columns are filled, closed code lists are kept, individual numbers are tokens."""
    rules: list[Rule] = []
    for column in contract.layout.raw_columns:
        if column.required:
            rules.append(NotNull(f"{column.name}_given", f"{column.item_ja}は空でない", column.name))
        if column.type == "code" and column.codes and not column.is_open_list:
            codes = tuple(column.codes)
            rules.append(InSet(f"{column.name}_known", f"{column.item_ja}は定められた符号である", column.name, codes))
        if column.personal == "vault":
            rules.append(
                _pattern(
                    f"{column.name}_is_token",
                    f"{column.item_ja}は番号そのものでない",
                    column.name,
                    VAULT_PATTERN,
                )
            )
    return tuple(rules)


def _key_rules(contract: FeedContract) -> tuple[Rule, ...]:
    """Keys computed while loading look like keys, and a record stands once in each of its versions."""
    names = dict(contract.system_columns)
    rules: list[Rule] = [
        _pattern(f"{name}_is_key", label, name, pattern)
        for name, (label, pattern) in KEY_PATTERNS.items()
        if name in names
    ]
    if "instalment_id" in names and contract.layout.by_name[contract.instalment_key[0]].required:
        rules.append(NotNull("instalment_id_given", "期別の鍵は空でない", "instalment_id"))
    # A state may return to what it once was, but not twice in one delivery.
    version = ("delivery_date", "delivery_seq", "record_hash") if contract.row_kind == "state" else ()
    rules.append(Unique("line_once", "元の行は一度だけ取り込まれている", ("source_file_no", "source_line_no")))
    rules.append(Unique("record_once", "同じ記録は一度だけ取り込まれている", (*contract.record_key, *version)))
    return tuple(rules)


def _pattern(name: str, label_ja: str, column: str, pattern: str) -> Rule:
    return NoRows(name, label_ja, f"select * from judged where not regexp_full_match({column}, '{pattern}')")


def _ledger_rules(contract: FeedContract) -> tuple[Rule, ...]:
    """Nothing lost: rows and yen agree with the ledger of files, file by file."""
    taken_in = "file_status in ('loaded', 'superseded')"
    files = f"(select * from feed_files where feed = '{contract.feed}' and {taken_in})"
    yen = f"coalesce(sum({contract.amount}), 0)" if contract.amount else "0"
    held = f"(select source_file_no as file_no, count(*) as rows_held, {yen} as yen_held from judged group by 1)"
    joined = f"{files} f full join {held} h using (file_no)"
    compared = f"select coalesce(f.file_no, h.file_no) as source_file_no from {joined} where "
    listed = f"select file_no as source_file_no from {files} where "
    about_rows = (*_row_rules(compared, listed), _quarantine_rule(files))
    return (*about_rows, *_yen_rules(compared, listed)) if contract.amount else about_rows


def _row_rules(compared: str, listed: str) -> tuple[Rule, ...]:
    return (
        NoRows(
            "rows_as_loaded",
            "行数は取込記録と一致する",
            f"{compared}coalesce(h.rows_held, 0) is distinct from f.row_count_loaded",
        ),
        NoRows(
            "no_line_lost",
            "全行が取込・重複・差替・保留のいずれかである",
            f"{listed}row_count_delivered is distinct from "
            "row_count_loaded + row_count_duplicate + row_count_superseded + row_count_quarantined",
        ),
        NoRows(
            "control_rows_agree",
            "行数は送付票・トレーラと一致する",
            f"{listed}control_row_count <> row_count_delivered",
        ),
    )


def _quarantine_rule(files: str) -> Rule:
    return NoRows(
        "quarantined_lines_listed",
        "保留した行はすべて理由とともに残っている",
        f"select f.file_no as source_file_no from {files} f "
        "left join (select file_no, count(distinct source_line_no) as lines "
        "from quarantined_lines where source_line_no is not null group by 1) q using (file_no) "
        "where coalesce(q.lines, 0) is distinct from f.row_count_quarantined",
    )


def _yen_rules(compared: str, listed: str) -> tuple[Rule, ...]:
    return (
        NoRows(
            "yen_as_loaded",
            "金額は取込記録と一致する",
            f"{compared}coalesce(h.yen_held, 0) is distinct from f.yen_loaded",
        ),
        NoRows(
            "no_yen_lost",
            "全額が取込・重複・差替・保留のいずれかである",
            f"{listed}yen_delivered is distinct from yen_loaded + yen_duplicate + yen_superseded + yen_quarantined",
        ),
        NoRows("control_yen_agrees", "金額は送付票・トレーラと一致する", f"{listed}control_yen <> yen_delivered"),
    )
