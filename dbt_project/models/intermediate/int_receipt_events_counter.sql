-- One row per payment or cancellation on a paid slip (領収済通知書). A cancellation takes back a payment of the same
-- payment number, day and amount.
{{ config(materialized='view') }}
select
    {{ entry_id('R', ["'counter_slip'", 'source_file_no', 'source_line_no']) }} as receipt_id,
    'counter_slip' as source_feed,
    source_channel_code as source_code,
    case when cancellation_class = '1' then 'cancelled' else 'final' end as event_kind,
    payment_no || '|' || cast(paid_date as {{ text_type() }}) || '|' || cast(paid_yen as {{ text_type() }})
        as report_key,
    cast(null as {{ text_type() }}) as correction_key,
    paid_date,
    credited_date,
    paid_yen as amount_yen,
    payment_no,
    nullif(confirmation_no, '') as confirmation_no,
    cast(null as {{ text_type() }}) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ ref('stg_counter_slip') }}
