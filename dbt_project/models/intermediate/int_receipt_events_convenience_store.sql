-- One row per report of the collection agent. Reports on one receipt share barcode, day and time; a postal receipt and
-- its correction barcode and day, so that a slip paid twice by post keeps both payments.
-- A cancellation takes back a provisional report, never a final one. A kind that nobody has explained counts as
-- provisional: it is listed, and is no money.
{{ config(materialized='view') }}
select
    {{ entry_id('R', ["'convenience_store'", 'stores.source_file_no', 'stores.source_line_no']) }} as receipt_id,
    'convenience_store' as source_feed,
    stores.chain_code as source_code,
    case kinds.receipt_kind
        when 'cancelled' then 'provisional_cancelled'
        else coalesce(kinds.receipt_kind, 'provisional')
    end as event_kind,
    stores.barcode_label || '|' || cast(stores.paid_date as {{ text_type() }}) || '|' || stores.paid_time as report_key,
    stores.barcode_label || '|' || cast(stores.paid_date as {{ text_type() }}) as correction_key,
    stores.paid_date,
    stores.credited_date,
    stores.amount_yen,
    cast(null as {{ text_type() }}) as payment_no,
    cast(null as {{ text_type() }}) as confirmation_no,
    substr(stores.barcode_label, 6, 27) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    stores.delivery_date,
    stores.delivery_seq,
    stores.source_file_no,
    stores.source_line_no
from {{ ref('stg_convenience_store') }} as stores
left join {{ ref('receipt_kinds') }} as kinds on stores.receipt_kind_code = kinds.receipt_kind_code
