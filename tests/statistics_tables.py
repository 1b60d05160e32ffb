"""Codes and measures of the invented statistics tables, and contracts for those that marts/contracts does not have."""

from __future__ import annotations

from dataclasses import dataclass

from marts.table_contract import FOLDER, PROTECTED, DimensionContract, MeasureContract, TableContract, load_contract

Code = tuple[str, str, str, str]
PERIODS = ("period_code", "fiscal_year")
YEN, CASES, NOTICES, PERSONS = ("yen", "円"), ("cases", "件"), ("notices", "件"), ("persons", "人")

TAX_ITEMS: tuple[Code, ...] = (
    ("G1", "市税", "City taxes", ""),
    ("11", "市県民税", "Resident tax", "G1"),
    ("21", "法人市民税", "Corporate resident tax", "G1"),
    ("G2", "国民健康保険税・後期高齢者医療保険料", "Insurance", ""),
    ("51", "国民健康保険税", "National health insurance tax", "G2"),
)
LEVY_CLASSES: tuple[Code, ...] = (
    ("current", "現年課税分", "Current", ""),
    ("carryover", "滞納繰越分", "Carryover", ""),
)
PERIOD_CODES: tuple[Code, ...] = (
    ("2024Q4", "2024年度第4四半期", "FY2024 Q4", ""),
    ("2025-01", "2025年1月", "January 2025", "2024Q4"),
    ("2025-02", "2025年2月", "February 2025", "2024Q4"),
    ("2025-03", "2025年3月", "March 2025", "2024Q4"),
    ("2025Q4", "2025年度第4四半期", "FY2025 Q4", ""),
    ("2026-01", "2026年1月", "January 2026", "2025Q4"),
    ("2026-02", "2026年2月", "February 2026", "2025Q4"),
    ("2026-03", "2026年3月", "March 2026", "2025Q4"),
)
FISCAL_YEARS: tuple[Code, ...] = (("2023", "2023年度", "FY2023", ""), ("2024", "2024年度", "FY2024", ""))
DAYS: tuple[Code, ...] = (
    ("D030", "30日以内", "Within 30 days", ""),
    ("D090", "31–90日", "31–90 days", ""),
    ("DMORE", "90日超", "More than 90 days", ""),
)
PAID_AFTER: tuple[Code, ...] = (
    ("D010", "10日以内", "Within 10 days", ""),
    ("D030", "11–30日", "11–30 days", ""),
    ("D090", "31–90日", "31–90 days", ""),
    ("UNPAID", "未納", "Not yet paid", ""),
)
AMOUNTS: tuple[Code, ...] = (
    ("A01", "5万円未満", "Below 50,000 yen", ""),
    ("A02", "5万円以上10万円未満", "50,000 to 99,999 yen", ""),
    ("A03", "10万円以上50万円未満", "100,000 to 499,999 yen", ""),
    ("A04", "50万円以上", "500,000 yen and more", ""),
)
STATES: tuple[Code, ...] = (
    ("seizure", "差押", "Seizure", ""),
    ("delivery_demand", "交付要求・参加差押", "Delivery demand", ""),
    ("delivery_demand_only", "交付要求", "Delivery demand only", "delivery_demand"),
    ("participating_seizure", "参加差押", "Participating seizure", "delivery_demand"),
    ("other", "その他", "Other", ""),
)
MONTHS_AHEAD: tuple[Code, ...] = (
    ("M03", "3か月以内", "Within 3 months", ""),
    ("M12", "4–12か月", "4–12 months", ""),
    ("MMORE", "12か月超", "More than 12 months", ""),
)
CHANNELS: tuple[Code, ...] = (
    ("TRF", "口座振替", "Account transfer", ""),
    ("CVS", "コンビニエンスストア", "Convenience store", ""),
    ("CNT", "金融機関・市の窓口", "Counter", ""),
)
RESULTS: tuple[Code, ...] = (
    ("paid", "振替済", "Transferred", ""),
    ("failed", "振替不能", "Failed", ""),
    ("1", "資金不足", "Short of funds", "failed"),
    ("2", "取引なし", "No such account", "failed"),
)
NOTICES_SENT: tuple[Code, ...] = (("demand", "督促状", "Demand", ""), ("reminder", "催告書", "Reminder", ""))
CAUSES: tuple[Code, ...] = (
    ("double_payment", "二重納付", "Double payment", ""),
    ("reassessment", "減額更正", "Reassessment", ""),
    ("other", "その他", "Other", ""),
)
CLAUSES: tuple[Code, ...] = (
    ("15-7-4", "執行停止が三年続いた", "Stay of three years", ""),
    ("15-7-5", "即時消滅", "Immediate extinction", ""),
    ("18", "時効の完成", "Prescription", ""),
)
PROPERTY: tuple[Code, ...] = (
    ("deposit", "預金", "Deposit", ""),
    ("salary", "給与", "Salary", ""),
    ("real_estate", "不動産", "Real estate", ""),
)


@dataclass(frozen=True)
class Column:
    """A measure as invented: unit, label, over which dimensions it adds up, in which share of cases it counts."""

    unit: tuple[str, str]
    label_ja: str
    additive_over: str = "all"
    share: float = 1.0


@dataclass(frozen=True)
class Invented:
    """A table as the shared specification of the statistics has it; the first measure in yen is its magnitude."""

    title_ja: str
    dimensions: dict[str, tuple[Code, ...]]
    measures: dict[str, Column]

    @property
    def period(self) -> str:
        """The dimension that says the period; empty for a stock."""
        return next((name for name in PERIODS if name in self.dimensions), "")

    @property
    def magnitude(self) -> str:
        """The measure of the p % rule."""
        return next(name for name, column in self.measures.items() if column.unit == YEN)


OWED = {"case_count": Column(CASES, "期別件数"), "outstanding_yen": Column(YEN, "滞納額")}
ITEM, PERIOD, YEAR = {"tax_item_code": TAX_ITEMS}, {"period_code": PERIOD_CODES}, {"fiscal_year": FISCAL_YEARS}
STOCKS_OF_ARREARS: dict[str, Invented] = {
    "arrears_by_amount": Invented(
        "金額階層別の滞納",
        {"amount_band_code": AMOUNTS, **ITEM},
        {"debtor_count": Column(PERSONS, "滞納者数", "amount_band_code"), **OWED},
    ),
    "arrears_by_state": Invented("処分状況別の滞納", {"arrears_state_code": STATES, **ITEM}, OWED),
    "prescription_ahead": Invented("時効完成までの月数別の滞納", {"months_ahead_code": MONTHS_AHEAD, **ITEM}, OWED),
}
OTHERS: dict[str, Invented] = {
    "response_to_demand": Invented(
        "督促・催告への反応",
        {"notice_kind_code": NOTICES_SENT, "days_band_code": PAID_AFTER, **ITEM},
        {"notice_count": Column(NOTICES, "通知数"), "demanded_yen": Column(YEN, "通知額")},
    ),
    "refund_backlog": Invented(
        "還付未済",
        {"days_band_code": DAYS, **ITEM},
        {
            "case_count": Column(CASES, "件数"),
            "pending_yen": Column(YEN, "還付未済額"),
            "lapsing_case_count": Column(CASES, "1年以内に時効となる件数", share=0.2),
            "lapsing_yen": Column(YEN, "1年以内に時効となる額", share=0.2),
        },
    ),
    "payment_channels": Invented(
        "納付方法別の納付",
        {**ITEM, "channel_code": CHANNELS, **PERIOD},
        {"payment_count": Column(CASES, "納付件数"), "paid_yen": Column(YEN, "納付額")},
    ),
    "transfer_failures": Invented(
        "口座振替の結果",
        {**ITEM, "transfer_result_code": RESULTS, **PERIOD},
        {
            "request_count": Column(CASES, "請求件数"),
            "requested_yen": Column(YEN, "請求額"),
            "repeated_failure_count": Column(CASES, "繰り返し不能の件数", share=0.1),
        },
    ),
    "new_debtors": Invented(
        "新たな滞納者",
        {**ITEM, **PERIOD},
        {
            "debtor_count": Column(PERSONS, "新たな滞納者数", "period_code"),
            "case_count": Column(CASES, "滞納となった期別件数"),
            "overdue_yen": Column(YEN, "滞納額"),
            "paid_in_30_days_count": Column(CASES, "30日以内に完納", share=0.4),
            "paid_in_60_days_count": Column(CASES, "60日以内に完納", share=0.6),
            "paid_in_90_days_count": Column(CASES, "90日以内に完納", share=0.7),
        },
    ),
    "refunds_by_cause": Invented(
        "事由別の還付",
        {"refund_cause_code": CAUSES, **ITEM, **YEAR},
        {
            "case_count": Column(CASES, "件数"),
            "overpaid_yen": Column(YEN, "過誤納額"),
            "appropriated_yen": Column(YEN, "充当額", share=0.3),
            "refunded_yen": Column(YEN, "還付額", share=0.9),
            "refund_interest_yen": Column(YEN, "還付加算金", share=0.1),
        },
    ),
    "write_offs": Invented(
        "条項別の不納欠損",
        {"write_off_clause_code": CLAUSES, **ITEM, **YEAR},
        {"case_count": Column(CASES, "件数"), "written_off_yen": Column(YEN, "不納欠損額")},
    ),
    "dispositions": Invented(
        "財産の種類別の滞納処分",
        {"property_kind_code": PROPERTY, **YEAR},
        {
            "seizure_count": Column(CASES, "差押件数"),
            "release_count": Column(CASES, "解除件数", share=0.3),
            "distributed_yen": Column(YEN, "配当額", share=0.9),
        },
    ),
}
NEW_TABLES: dict[str, Invented] = {**STOCKS_OF_ARREARS, **OTHERS}


def contract_of(name: str) -> TableContract:
    """The contract of a table: the one of marts/contracts, or an invented one as long as there is none."""
    path = FOLDER / f"{name}.yaml"
    return load_contract(path) if path.exists() else _invented_contract(name, NEW_TABLES[name])


def _invented_contract(name: str, table: Invented) -> TableContract:
    text = {key: f"{key} of {name}" for key in TableContract.__dataclass_fields__}
    dimensions = tuple(
        DimensionContract(d, d, d, has_code_list=True, has_total=d not in PERIODS) for d in table.dimensions
    )
    measures = tuple(
        MeasureContract(
            m, *c.unit, c.label_ja, m, 0, tuple(table.dimensions) if c.additive_over == "all" else (c.additive_over,)
        )
        for m, c in table.measures.items()
    )
    declared = {
        "table": name,
        "title_ja": table.title_ja,
        "source_table": f"cells_{name}",
        "source_ja": "市の税務・収納システムの記録から作成",
        "minimum_cell": PROTECTED,
        "period_dimension": table.period,
        "magnitude_measure": table.magnitude,
    }
    return TableContract(**{**text, **declared, "dimensions": dimensions, "measures": measures})  # type: ignore[arg-type]
