-- One row per overpayment and day of payment: first and last day for which refund interest runs on what was paid then,
-- by the cause. Local Tax Act art. 17-4. The wait ends on the day on which the law's months have passed; interest runs
-- from the next day, never before the day after the payment, to the day on which the last of the money left, or to the
-- as-of date. The base is cut once, on the whole overpayment; the cut falls on the earliest payment.
with waits as (
    select
        overpayments.overpayment_id,
        overpayments.tax_item_code,
        overpayments.overpaid_yen,
        payments.paid_date,
        payments.paid_yen,
        sum(payments.paid_yen) over (
            partition by overpayments.overpayment_id
            order by payments.paid_date desc rows between unbounded preceding and current row
        ) as paid_since_yen,
        overpayments.paid_date as last_paid_date,
        overpayments.pending_yen,
        overpayments.last_settled_date,
        case overpayments.cause
            when 'reassessment' then {{ period_end('payments.paid_date', 'reassessment_wait.value') }}
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
            else {{ period_end('payments.paid_date', 'mistake_wait.value') }}
        end as wait_end_date
    from {{ ref('int_overpayments') }} as overpayments
    inner join {{ ref('int_overpayment_payments') }} as payments
        on overpayments.overpayment_id = payments.overpayment_id
    {{ refund_wait('reassessment_wait', 'reassessment') }}
    {{ refund_wait('on_request_wait', 'on_request') }}
    {{ refund_wait('request_wait', 'request') }}
    {{ refund_wait('income_tax_wait', 'income_tax') }}
    {{ refund_wait('mistake_wait', 'mistake') }}
    {{ refund_wait('reduction_wait', 'late_charge_reduction') }}
),

based as (
    select
        waits.*,
        {{ cut_to_unit('waits.overpaid_yen', 'minimum.value', 'unit.value') }} as whole_base_yen
    from waits
    {{ law_join('minimum', 'refund_interest_base_minimum', 'waits.tax_item_code', 'waits.last_paid_date') }}
    {{ law_join('unit', 'refund_interest_base_unit', 'waits.tax_item_code', 'waits.last_paid_date') }}
)

select
    based.overpayment_id,
    based.tax_item_code,
    based.paid_date,
    based.paid_yen,
    cast(
        least(based.paid_since_yen, based.whole_base_yen)
        - least(based.paid_since_yen - based.paid_yen, based.whole_base_yen) as bigint
    ) as base_yen,
    {{ add_days('greatest(based.wait_end_date, based.paid_date)', 1) }} as interest_start_date,
    case when based.pending_yen = 0 then based.last_settled_date else run.as_of_date end as interest_end_date
from based
cross join {{ ref('int_run') }} as run
