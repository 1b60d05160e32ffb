"""Decisions to refund or appropriate: each about a known overpayment, to a known instalment, and yen for yen."""

from __future__ import annotations

from expectations.rule import InSet, NoRows, NotNull, Suite

KINDS = ("refund", "appropriation")
UNKNOWN_TARGET = """
select judged.* from judged anti join int_instalments on judged.target_instalment_id = int_instalments.instalment_id
where judged.target_instalment_id is not null
"""
PARTS_DIFFER = """
select * from judged where treatment_kind = 'appropriation'
  and settled_yen <> to_principal_yen + to_late_charge_yen + to_additional_charge_yen + to_demand_fee_yen
"""


def treatments_suite() -> Suite:
    """Expectations about ``int_refund_treatments``."""
    return Suite(
        name="treatments",
        table="int_refund_treatments",
        title_ja="還付・充当の決議",
        rules=(
            NotNull("decision_date_given", "決議日は空でない", "decision_date"),
            InSet("treatment_kind_known", "決議の種類は定められた語である", "treatment_kind", KINDS),
            NoRows("overpayment_known", "決議の過誤納がある", "select * from judged where instalment_id is null"),
            NoRows("target_known", "充当先の期別は調定にある", UNKNOWN_TARGET),
            NoRows("parts_add_up", "充当した額は充当先の内訳の合計である", PARTS_DIFFER),
            NoRows("yen_not_negative", "決議の額は負でない", "select * from judged where settled_yen < 0"),
        ),
        compared_with=("int_instalments",),
    )
