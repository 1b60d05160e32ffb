-- One row per report of the common tax payment system: a request to clear, its final report, or a cancellation, which
-- takes back whichever of the two there is. Reports on one payment share agency, payment number, day and amount; the
-- time is not part of the key, since a sender may leave it out of one of them.
{{ config(materialized='view') }}
select
    {{ entry_id('R', ["'common_tax_payment'", 'source_file_no', 'source_line_no']) }} as receipt_id,
    'common_tax_payment' as source_feed,
    collecting_agency_no as source_code,
    case processing_class when '1' then 'provisional' when '2' then 'final' when '3' then 'cancelled' end as event_kind,
    concat_ws(
        '|', collecting_agency_no, payment_no,
        cast(paid_date as {{ text_type() }}), cast(paid_yen as {{ text_type() }})
    ) as report_key,
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
from {{ ref('stg_common_tax_payment') }}
