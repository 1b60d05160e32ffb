-- One row per overpayment that arose by the as-of date: why, what became of it, and the interest on it.
select
    refunds.addressee_key,
    items.label_ja as tax_item_ja,
    instalments.levy_year,
    instalments.instalment_no,
    coalesce(causes.label_ja, refunds.cause) as cause_ja,
    refunds.arising_date,
    refunds.overpaid_yen,
    refunds.appropriated_yen,
    refunds.refunded_yen,
    refunds.pending_yen,
    refunds.interest_start_date,
    refunds.interest_end_date,
    refunds.refund_interest_yen,
    coalesce(states.label_ja, refunds.refund_state) as refund_state_ja,
    refunds.instalment_id,
    refunds.overpayment_id
from {{ ref('fct_refunds') }} as refunds
left join {{ ref('int_instalments') }} as instalments on refunds.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on refunds.tax_item_code = items.tax_item_code
left join {{ ref('refund_causes') }} as causes on refunds.cause = causes.refund_cause
{{ label_join('states', 'refund_state', 'refunds.refund_state') }}
