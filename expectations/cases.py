"""Arrears cases: each about an instalment that exists, over days that can be, and no pledge beside another."""

from __future__ import annotations

from expectations.rule import InSet, NoRows, NotNull, Suite

KINDS = (
    "disaster_grace",
    "collection_grace",
    "conversion_grace",
    "execution_stay",
    "seizure",
    "participating_seizure",
    "delivery_demand",
    "instalment_pledge",
)
# A case that is cancelled on its first day ends the day before: it never was.
ENDS_BEFORE = "select * from judged where to_date < from_date - interval 1 day"
OVERLAPPING_PLEDGES = """
select later.* from judged later join judged earlier using (instalment_id)
where later.case_kind = 'instalment_pledge' and earlier.case_kind = 'instalment_pledge'
  and (earlier.from_date, earlier.case_no) < (later.from_date, later.case_no)
  and (earlier.to_date is null or earlier.to_date >= later.from_date)
"""


def cases_suite() -> Suite:
    """Expectations about ``int_case_periods``."""
    return Suite(
        name="cases",
        table="int_case_periods",
        title_ja="滞納整理の期間",
        rules=(
            NotNull("from_date_given", "始まりの日は空でない", "from_date"),
            InSet("case_kind_known", "処分・猶予の種類は定められた語である", "case_kind", KINDS),
            NoRows(
                "instalment_known",
                "処分・猶予の期別は調定にある",
                "select judged.* from judged anti join int_instalments using (instalment_id)",
            ),
            NoRows("case_begins_before_it_ends", "猶予・停止・処分は始まる前に終わらない", ENDS_BEFORE),
            NoRows("pledges_do_not_overlap", "同じ期別の分納は重ならない", OVERLAPPING_PLEDGES),
        ),
        compared_with=("int_instalments",),
    )
