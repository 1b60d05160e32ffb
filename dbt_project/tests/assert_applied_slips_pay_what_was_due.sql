-- Money of a slip paid for the wrong instalment stands once, as principal of the instalment that was due, and nothing
-- of it on the slip's own; nor did that instalment already overflow before it. Guards against counting such money at
-- both places, or pushing an overpayment from one instalment to the next.
with applied as (
    select receipt_id, slip_instalment_id, due_instalment_id, receipt_yen, outstanding_yen
    from {{ ref('int_wrong_slips') }}
    where is_applied
),

entered as (
    select
        applied.receipt_id,
        sum(case when entries.instalment_id = applied.due_instalment_id then -entries.amount_yen else 0 end) as due_yen,
        sum(case when entries.instalment_id = applied.slip_instalment_id then -entries.amount_yen else 0 end)
            as slip_yen
    from applied
    inner join {{ ref('int_ledger_entries') }} as entries on applied.receipt_id = entries.receipt_id
    where entries.component = 'principal'
    group by applied.receipt_id
)

select
    applied.receipt_id,
    applied.receipt_yen,
    entered.due_yen,
    entered.slip_yen
from applied
left join entered on applied.receipt_id = entered.receipt_id
where
    entered.due_yen is distinct from applied.receipt_yen
    or entered.slip_yen <> 0
    or applied.outstanding_yen < applied.receipt_yen
