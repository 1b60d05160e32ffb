-- One row per payment or cancellation on a paid slip (領収済通知書). The n-th cancellation of a payment number, day and
-- amount takes back the n-th such payment; one that finds no payment is kept as unfounded, to be listed.
{{ config(materialized='view') }}
with cancellations as (
    select
        payment_no,
        paid_date,
        paid_yen,
        count(*) filter (where cancellation_class = '1') as cancelled_count,
        count(*) filter (where cancellation_class <> '1') as paid_count
    from {{ ref('stg_counter_slip') }}
    group by payment_no, paid_date, paid_yen
    having count(*) filter (where cancellation_class = '1') > 0
),

ranked as (
    select
        slips.*,
        coalesce(cancellations.cancelled_count, 0) as cancelled_count,
        coalesce(cancellations.paid_count, 0) as paid_count,
        case
            when cancellations.payment_no is not null
                then row_number() over (
                    partition by slips.payment_no, slips.paid_date, slips.paid_yen, slips.cancellation_class
                    order by slips.source_file_no, slips.source_line_no
                )
        end as same_rank
    from {{ ref('stg_counter_slip') }} as slips
    left join cancellations
        on
            slips.payment_no = cancellations.payment_no
            and slips.paid_date = cancellations.paid_date
            and slips.paid_yen = cancellations.paid_yen
)

select
    {{ entry_id('R', ["'counter_slip'", 'source_file_no', 'source_line_no']) }} as receipt_id,
    'counter_slip' as source_feed,
    source_channel_code as source_code,
    case
        when cancellation_class = '1' and same_rank > paid_count then 'unfounded'
        when cancellation_class = '1' or same_rank <= cancelled_count then 'cancelled'
        else 'final'
    end as receipt_state,
    paid_date,
    credited_date,
    paid_yen as amount_yen,
    payment_no,
    nullif(confirmation_no, '') as confirmation_no,
    cast(null as {{ text_type() }}) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    source_file_no,
    source_line_no
from ranked
