-- One row per part of an overpayment that left its instalment: refund or appropriation as the city decided, in the
-- order of the decisions; refund where it delivers no decision; absorbed where a raised levy used the money up.
-- interest_end_date: the day up to which interest on the part runs (decision, or the eligible day if earlier).
-- settled_date: the day on which the part left.
with decisions as (
    select
        *,
        sum(settled_yen) over (
            partition by instalment_id
            order by decision_date, overpayment_no, treatment_history_seq
            rows between unbounded preceding and current row
        ) as decided_so_far_yen
    from {{ ref('int_refund_treatments') }}
    where settled_yen > 0
),

decided as (
    select
        shares.ledger_entry_id,
        shares.move_no,
        decisions.treatment_kind,
        shares.effective_date,
        least(shares.effective_date, coalesce(decisions.eligible_date, shares.effective_date)) as interest_end_date,
        least(shares.from_yen + shares.share_yen, decisions.decided_so_far_yen)
        - greatest(shares.from_yen, decisions.decided_so_far_yen - decisions.settled_yen) as part_yen
    from {{ ref('int_settled_shares') }} as shares
    inner join decisions
        on
            shares.instalment_id = decisions.instalment_id
            and shares.kind = 'refund'
            and decisions.decided_so_far_yen > shares.from_yen
            and decisions.decided_so_far_yen - decisions.settled_yen < shares.from_yen + shares.share_yen
),

undecided as (
    select
        shares.ledger_entry_id,
        case when shares.kind = 'refund' then 'refund' else 'absorbed' end as settlement_kind,
        shares.effective_date,
        shares.share_yen - coalesce(sum(decided.part_yen), 0) as part_yen
    from {{ ref('int_settled_shares') }} as shares
    left join decided on shares.ledger_entry_id = decided.ledger_entry_id and shares.move_no = decided.move_no
    group by shares.ledger_entry_id, shares.move_no, shares.kind, shares.effective_date, shares.share_yen
)

select
    ledger_entry_id,
    treatment_kind as settlement_kind,
    interest_end_date,
    effective_date as settled_date,
    cast(part_yen as bigint) as settled_yen
from decided
union all
select
    ledger_entry_id,
    settlement_kind,
    effective_date as interest_end_date,
    effective_date as settled_date,
    cast(part_yen as bigint) as settled_yen
from undecided
where part_yen > 0
