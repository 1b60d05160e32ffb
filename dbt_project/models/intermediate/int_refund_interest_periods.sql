-- One row per overpayment: first and last day for which refund interest runs, by its cause. Local Tax Act art. 17-4.
-- The wait ends on the day on which the law's months have passed; interest runs from the next day, never before the day
-- after the payment, to the day on which the last of the money left, or to the as-of date.
with waits as (
    select
        overpayments.overpayment_id,
        overpayments.tax_item_code,
        overpayments.overpaid_yen,
        overpayments.paid_date,
        overpayments.pending_yen,
        overpayments.last_settled_date,
        case overpayments.cause
            when 'reassessment' then {{ period_end('overpayments.paid_date', 'reassessment_wait.value') }}
            when 'on_request'
                then least(
                    {{ period_end('overpayments.arising_date', 'on_request_wait.value') }},
                    {{ period_end('overpayments.basis_date', 'request_wait.value') }}
                )
            when 'income_tax'
                then {{ period_end(
                    'coalesce(overpayments.basis_date, overpayments.arising_date)', 'income_tax_wait.value'
                ) }}
            -- Too much only since the decision, or since a payment after it.
            when 'late_charge_reduction'
                then {{ period_end('overpayments.arising_date', 'reduction_wait.value') }}
            else {{ period_end('overpayments.paid_date', 'mistake_wait.value') }}
        end as wait_end_date
    from {{ ref('int_overpayments') }} as overpayments
    {{ refund_wait('reassessment_wait', 'reassessment') }}
    {{ refund_wait('on_request_wait', 'on_request') }}
    {{ refund_wait('request_wait', 'request') }}
    {{ refund_wait('income_tax_wait', 'income_tax') }}
    {{ refund_wait('mistake_wait', 'mistake') }}
    {{ refund_wait('reduction_wait', 'late_charge_reduction') }}
)

select
    waits.overpayment_id,
    waits.tax_item_code,
    {{ cut_to_unit('waits.overpaid_yen', 'minimum.value', 'unit.value') }} as base_yen,
    {{ add_days('greatest(waits.wait_end_date, waits.paid_date)', 1) }} as interest_start_date,
    case when waits.pending_yen = 0 then waits.last_settled_date else run.as_of_date end as interest_end_date
from waits
cross join {{ ref('int_run') }} as run
{{ law_join('minimum', 'refund_interest_base_minimum', 'waits.tax_item_code', 'waits.paid_date') }}
{{ law_join('unit', 'refund_interest_base_unit', 'waits.tax_item_code', 'waits.paid_date') }}
