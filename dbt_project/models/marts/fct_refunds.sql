-- One row per overpayment that arose by the as-of date: its cause, what is still owed back, and the interest on it.
-- component: principal, or late charge reduced after it was paid. overpaid = appropriated + refunded + pending.
-- refund_state: settled, lapsed (the years of the claim are over), partly_settled, pending.
with periods as (
    select
        overpayment_id,
        min(interest_start_date) as interest_start_date,
        max(interest_end_date) as interest_end_date
    from {{ ref('int_refund_interest_periods') }}
    group by overpayment_id
)

select
    overpayments.overpayment_id,
    overpayments.instalment_id,
    overpayments.addressee_key,
    overpayments.cause,
    overpayments.arising_date,
    overpayments.overpaid_yen,
    overpayments.appropriated_yen,
    overpayments.refunded_yen,
    overpayments.pending_yen,
    periods.interest_start_date,
    periods.interest_end_date,
    coalesce(interest.refund_interest_yen, 0) as refund_interest_yen,
    {{ period_end('overpayments.arising_date', 'years.value * 12') }} as claim_expiry_date,
    case
        when overpayments.pending_yen = 0 then 'settled'
        when run.as_of_date > {{ period_end('overpayments.arising_date', 'years.value * 12') }} then 'lapsed'
        when overpayments.pending_yen < overpayments.overpaid_yen then 'partly_settled'
        else 'pending'
    end as refund_state,
    run.as_of_date,
    overpayments.tax_item_code,
    overpayments.component,
    stamp.law_version
from {{ ref('int_overpayments') }} as overpayments
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
left join periods on overpayments.overpayment_id = periods.overpayment_id
left join {{ ref('int_refund_interest') }} as interest on overpayments.overpayment_id = interest.overpayment_id
{{ law_join('years', 'refund_claim_years', 'overpayments.tax_item_code', 'overpayments.arising_date') }}
