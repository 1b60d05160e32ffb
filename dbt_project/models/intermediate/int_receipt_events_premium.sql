-- One row per late-elderly premium withheld from a pension: the collection line is the receipt of its instalment.
-- Lines of other payment methods are copies of receipts that come through the channels; they are not money here.
{{ config(materialized='view') }}
select
    {{ entry_id('R', ["'premium_collection'", 'source_file_no', 'source_line_no']) }} as receipt_id,
    'premium_collection' as source_feed,
    '' as source_code,
    'final' as event_kind,
    {{ entry_id('P', ['source_file_no', 'source_line_no']) }} as report_key,
    cast(null as {{ text_type() }}) as correction_key,
    coalesce(paid_date, credited_date, delivery_date) as paid_date,
    credited_date,
    premium_received_yen as amount_yen,
    cast(null as {{ text_type() }}) as payment_no,
    cast(null as {{ text_type() }}) as confirmation_no,
    cast(null as {{ text_type() }}) as barcode_key,
    instalment_id,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ ref('stg_premium_collection') }}
where
    payment_method_code = '01'
    and coalesce(refund_appropriation_class, '') <> '1'
    and premium_received_yen <> 0
