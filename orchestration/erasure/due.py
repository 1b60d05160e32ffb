"""Who is due: every record of a person has ended and its period is over, by the marts of one day. Set-based."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingestion.row_sql import literal

if TYPE_CHECKING:
    from datetime import date

    from duckdb import DuckDBPyConnection

    from orchestration.erasure.policy import ErasurePolicy

_FISCAL_YEAR_BEGINS = "04-01"
BLOCKS = {
    "outstanding": "未納または未収の延滞金がある",
    "open_refund": "還付未済がある",
    "running_case": "処分または手続が続いている",
    "current_addressee": "現に宛名にある",
    "within_period": "保存期間が過ぎていない",
}
"""Why a person is not erased, in the order in which it is said."""
ON_ORDER = ("outstanding", "open_refund", "running_case")
"""What keeps even a person whose erasure is ordered: the money is not settled."""
_PEOPLE = """
CREATE OR REPLACE TEMP TABLE people AS
SELECT addressee_key FROM stg_addressee UNION SELECT addressee_key FROM int_instalments
"""
_LATEST_ADDRESSEE = """
SELECT addresses.addressee_key,
    coalesce(arg_max(addresses.resident_register_deletion_date, (addresses.delivery_date, addresses.delivery_seq,
        addresses.source_file_no, addresses.source_line_no)), max(ended.delivery_date)) AS ended_on
FROM stg_addressee AS addresses LEFT JOIN ended_records AS ended ON ended.feed = 'addressee'
    AND ended.source_file_no = addresses.source_file_no AND ended.source_line_no = addresses.source_line_no
GROUP BY addresses.addressee_key
"""
_ENDS = {
    "last_ledger_entry": "SELECT addressee_key, max(greatest(effective_date, coalesce(credited_date, effective_date))) "
    "AS ended_on FROM int_ledger_entries JOIN int_instalments USING (instalment_id) GROUP BY addressee_key",
    "last_refund_step": "SELECT addressee_key, max(step_date) AS ended_on FROM fct_refund_steps "
    "JOIN fct_refunds USING (overpayment_id) GROUP BY addressee_key",
    "last_case_event": "SELECT addressee_key, max(coalesce(to_date, from_date)) AS ended_on FROM fct_case_history "
    "WHERE case_kind <> 'contact' GROUP BY addressee_key",
    "last_contact": "SELECT addressee_key, max(from_date) AS ended_on FROM fct_case_history "
    "WHERE case_kind = 'contact' GROUP BY addressee_key",
    "no_longer_an_addressee": _LATEST_ADDRESSEE,
}


def find_due(connection: DuckDBPyConnection, policy: ErasurePolicy, as_of: date) -> None:
    """Make the temporary table ``judged``: one row per person.

    ``addressee_key``, ``block`` (why he is not due, NULL when he is; see ``BLOCKS``), ``order_block`` (what keeps him
    when his erasure is ordered), ``due_on``, and for each kind of record the day of its end, NULL where he has none.
    """
    connection.execute(_PEOPLE)
    joins = " ".join(
        f"LEFT JOIN ({_ENDS[kind.end_event]}) AS of_{kind.kind} ON of_{kind.kind}.addressee_key = people.addressee_key"
        for kind in policy.kinds
    )
    ends = ", ".join(f"of_{kind.kind}.ended_on AS {kind.kind}_end" for kind in policy.kinds)
    overs = ", ".join(_over(f"of_{kind.kind}.ended_on", kind.keep_years) for kind in policy.kinds)
    connection.execute(f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        WITH facts AS (
            SELECT people.addressee_key, {ends}, greatest({overs}) AS due_on, {_open_facts(policy, f"DATE '{as_of}'")}
            FROM people {joins}
        )
        SELECT *, CASE WHEN is_outstanding THEN 'outstanding' WHEN has_open_refund THEN 'open_refund'
                WHEN has_running_case THEN 'running_case' END AS order_block,
            CASE WHEN order_block IS NOT NULL THEN order_block WHEN is_current THEN 'current_addressee'
                WHEN coalesce(due_on > DATE '{as_of}', true) THEN 'within_period' END AS block
        FROM facts WHERE addressee_key IS NOT NULL
    """)


def _open_facts(policy: ErasurePolicy, day: str) -> str:
    """What of a person is still open on the day."""
    running = ", ".join(literal(kind) for kind in policy.running_cases) or "NULL"
    (addressee,) = (f"of_{kind.kind}" for kind in policy.kinds if kind.end_event == "no_longer_an_addressee")
    return f"""
        people.addressee_key IN (SELECT addressee_key FROM fct_arrears) AS is_outstanding,
        people.addressee_key IN (SELECT addressee_key FROM fct_refunds WHERE pending_yen > 0
            AND refund_state <> 'lapsed') AS has_open_refund,
        people.addressee_key IN (SELECT addressee_key FROM fct_case_history WHERE case_kind IN ({running})
            AND coalesce(to_date > {day}, true)) AS has_running_case,
        {addressee}.addressee_key IS NOT NULL AND coalesce({addressee}.ended_on > {day}, true) AS is_current
    """


def _over(end: str, keep_years: int) -> str:
    """First day after the period: 1 April behind the fiscal year of the end, and the years of keeping on top."""
    year = f"year({end}) + CASE WHEN month({end}) < 4 THEN 0 ELSE 1 END + {keep_years}"
    return f"CASE WHEN {end} IS NOT NULL THEN CAST(concat({year}, '-{_FISCAL_YEAR_BEGINS}') AS DATE) END"
