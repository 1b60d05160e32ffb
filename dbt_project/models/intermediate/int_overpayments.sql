-- One row per overpayment: the event by which more had been paid than was levied, its cause, and what became of it.
-- Settled money is set against the oldest overpayment first; what a raised levy used up counts as appropriated.
-- component: principal, or late charge that a decision reduced after it was paid (int_late_charge_overpayments).
with arisen as (
    select
        moves.*,
        case
            when moves.kind in ('levy', 'reassessment') then coalesce(moves.cause, 'reassessment')
            when moves.kind in ('receipt', 'receipt_correction') and moves.receipt_count > 1 then 'double_payment'
            else 'mistake'
        end as overpayment_cause
    from {{ ref('int_overpaid_moves') }} as moves
    where moves.arisen_yen > 0
),

settled as (
    select
        ledger_entry_id,
        cast(sum(case when settlement_kind = 'refund' then settled_yen else 0 end) as bigint) as refunded_yen,
        cast(sum(case when settlement_kind <> 'refund' then settled_yen else 0 end) as bigint) as appropriated_yen,
        max(interest_end_date) as last_settled_date
    from {{ ref('int_overpayment_settlements') }}
    group by ledger_entry_id
)

select
    {{ entry_id('O', ['arisen.ledger_entry_id']) }} as overpayment_id,
    arisen.instalment_id,
    'principal' as component,
    instalments.addressee_key,
    instalments.tax_item_code,
    arisen.overpayment_cause as cause,
    arisen.effective_date as arising_date,
    arisen.basis_date,
    coalesce(arisen.last_paid_date, arisen.effective_date) as paid_date,
    arisen.arisen_yen as overpaid_yen,
    coalesce(settled.appropriated_yen, 0) as appropriated_yen,
    coalesce(settled.refunded_yen, 0) as refunded_yen,
    arisen.arisen_yen - coalesce(settled.appropriated_yen, 0) - coalesce(settled.refunded_yen, 0) as pending_yen,
    settled.last_settled_date
from arisen
inner join {{ ref('int_instalments') }} as instalments on arisen.instalment_id = instalments.instalment_id
left join settled on arisen.ledger_entry_id = settled.ledger_entry_id
union all
select
    {{ entry_id('O', ['reduced.instalment_id', "'late_charge'", 'reduced.move_id']) }} as overpayment_id,
    reduced.instalment_id,
    'late_charge' as component,
    instalments.addressee_key,
    instalments.tax_item_code,
    'late_charge_reduction' as cause,
    reduced.arising_date,
    cast(null as date) as basis_date,
    reduced.paid_date,
    reduced.overpaid_yen,
    cast(0 as bigint) as appropriated_yen,
    reduced.refunded_yen,
    reduced.overpaid_yen - reduced.refunded_yen as pending_yen,
    case when reduced.refunded_yen > 0 then reduced.last_settled_date end as last_settled_date
from {{ ref('int_late_charge_overpayments') }} as reduced
inner join {{ ref('int_instalments') }} as instalments on reduced.instalment_id = instalments.instalment_id
