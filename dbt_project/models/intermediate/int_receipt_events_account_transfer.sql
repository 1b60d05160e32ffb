-- One row per record of an account transfer result file: paid on the debit date, or failed. Requests are not listed.
-- The file carries month and day only; the year is the latest in which the debit date is not after the delivery.
{{ config(materialized='view') }}
with dated as (
    select
        *,
        {{ month_day_in('year(delivery_date)', 'debit_month_day') }} as this_year_date,
        {{ month_day_in('year(delivery_date) - 1', 'debit_month_day') }} as last_year_date
    from {{ ref('stg_account_transfer_result') }}
    where is_result
),

paid as (
    select
        *,
        coalesce(
            case when this_year_date <= delivery_date then this_year_date end, last_year_date, delivery_date
        ) as paid_date
    from dated
)

select
    {{ entry_id('R', ["'account_transfer_result'", 'source_file_no', 'source_line_no']) }} as receipt_id,
    'account_transfer_result' as source_feed,
    '' as source_code,
    case when transfer_result_code = '0' then 'final' else 'failed' end as event_kind,
    {{ entry_id('T', ['source_file_no', 'source_line_no']) }} as report_key,
    cast(null as {{ text_type() }}) as correction_key,
    paid_date,
    paid_date as credited_date,
    debit_yen as amount_yen,
    payment_no,
    cast(null as {{ text_type() }}) as confirmation_no,
    cast(null as {{ text_type() }}) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from paid
