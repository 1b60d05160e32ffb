-- One row per overpayment that is still to be paid back: the last day of the claim, lapsed ones included.
select
    refunds.addressee_key,
    items.label_ja as tax_item_ja,
    instalments.levy_year,
    instalments.instalment_no,
    refunds.arising_date,
    refunds.claim_expiry_date,
    {{ days_between('refunds.as_of_date', 'refunds.claim_expiry_date') }} as remaining_days,
    refunds.pending_yen,
    coalesce(states.label_ja, refunds.refund_state) as refund_state_ja,
    refunds.instalment_id,
    refunds.overpayment_id
from {{ ref('fct_refunds') }} as refunds
left join {{ ref('int_instalments') }} as instalments on refunds.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on refunds.tax_item_code = items.tax_item_code
{{ label_join('states', 'refund_state', 'refunds.refund_state') }}
where refunds.pending_yen > 0
