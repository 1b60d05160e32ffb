"""Codes of the invented statistics tables, few enough that a release takes seconds; contracts have the measures."""

from __future__ import annotations

Code = tuple[str, str, str, str]
PERIODS = ("period_code", "fiscal_year")

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
AREAS: tuple[Code, ...] = (
    ("01", "旧市内", "Old city", ""),
    ("02", "田村町", "Tamura", ""),
    ("08", "湖南町", "Konan", ""),
)
AGES: tuple[Code, ...] = (
    ("A30", "30–39歳", "30–39", ""),
    ("A65", "65–74歳", "65–74", ""),
    ("CORP", "法人", "Corporation", ""),
)
LEVY_YEARS: tuple[Code, ...] = (
    ("C", "滞納繰越分", "Carried over", ""),
    ("2025", "2025年度課税分", "Levied in FY2025", ""),
    ("2024", "2024年度課税分", "Levied in FY2024", "C"),
    ("P", "それより前の課税分", "Levied earlier", "C"),
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
FAILURE_KINDS: tuple[Code, ...] = (
    ("1", "資金不足", "Insufficient funds", ""),
    ("first", "資金不足・初回", "Insufficient funds for the first time", "1"),
    ("repeated", "資金不足・連続", "Insufficient funds again", "1"),
    ("other", "その他の理由", "Another reason", ""),
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

ITEM, PERIOD, YEAR = {"tax_item_code": TAX_ITEMS}, {"period_code": PERIOD_CODES}, {"fiscal_year": FISCAL_YEARS}
Dimensions = dict[str, tuple[Code, ...]]
STOCKS_OF_ARREARS: dict[str, Dimensions] = {
    "arrears_by_amount": {"amount_band_code": AMOUNTS, **ITEM},
    "arrears_by_area_age": {"area_code": AREAS, "age_band_code": AGES, **ITEM},
    "arrears_by_levy_year": {"levy_year_code": LEVY_YEARS, **ITEM},
    "arrears_by_state": {"arrears_state_code": STATES, **ITEM},
    "prescription_ahead": {"months_ahead_code": MONTHS_AHEAD, **ITEM},
}
OTHERS: dict[str, Dimensions] = {
    "response_to_demand": {"notice_kind_code": NOTICES_SENT, "days_band_code": PAID_AFTER, **ITEM},
    "refund_backlog": {"days_band_code": DAYS, **ITEM},
    "new_debtors": {**ITEM, **PERIOD},
    "refunds_by_cause": {"refund_cause_code": CAUSES, **ITEM, **YEAR},
    "write_offs": {"write_off_clause_code": CLAUSES, **ITEM, **YEAR},
    "dispositions": {"property_kind_code": PROPERTY, **YEAR},
    "transfer_failures": {**ITEM, "transfer_failure_code": FAILURE_KINDS, **PERIOD},
    "payment_channels": {**ITEM, "channel_code": CHANNELS, **PERIOD},
}
ACCOUNTS: dict[str, Dimensions] = {"collection_results": {**ITEM, "levy_class": LEVY_CLASSES}}
DIMENSIONS: dict[str, Dimensions] = {**STOCKS_OF_ARREARS, **OTHERS, **ACCOUNTS}
# In which share of invented cases a measure counts; all others count in each.
SHARES = {
    "lapsing_case_count": 0.2,
    "lapsing_yen": 0.2,
    "paid_in_30_days_count": 0.4,
    "paid_in_60_days_count": 0.6,
    "paid_in_90_days_count": 0.7,
    "appropriated_yen": 0.3,
    "refunded_yen": 0.9,
    "refund_interest_yen": 0.1,
    "release_count": 0.3,
    "distributed_yen": 0.9,
}
