-- One row per overpayment: the event by which more had been paid than was levied, its cause, and what became of it.
-- Settled money is set against the oldest overpayment first; what a raised levy used up counts as appropriated.
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
