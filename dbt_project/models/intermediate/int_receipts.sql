-- One row per receipt report of any channel: when it was paid, how much, and how far it has got (receipt_state).
-- Only the states final and correction are collected money (is_money); the others are kept to be counted and listed.
with reports as (
    select
        events.*,
        states.receipt_state
    from {{ ref('int_receipt_events') }} as events
    inner join {{ ref('int_receipt_states') }} as states on events.receipt_id = states.receipt_id
)

select
    reports.receipt_id,
    case
        when reports.source_feed = 'premium_collection' then 'PEN'
        else coalesce(exact_code.channel_code, any_code.channel_code, 'OTH')
    end as channel_code,
    reports.source_feed,
    reports.receipt_state,
    reports.receipt_state in ('final', 'correction') as is_money,
    reports.paid_date,
    reports.credited_date,
    reports.amount_yen,
    reports.payment_no,
    reports.confirmation_no,
    reports.barcode_key,
    reports.instalment_id,
    reports.source_file_no,
    reports.source_line_no
from reports
left join {{ ref('int_channel_codes') }} as exact_code
    on reports.source_feed = exact_code.source_feed and reports.source_code = exact_code.source_code
left join {{ ref('int_channel_codes') }} as any_code
    on reports.source_feed = any_code.source_feed and any_code.source_code = ''
