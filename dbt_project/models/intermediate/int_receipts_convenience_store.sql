-- One row per report of the collection agent and what became of it. Reports on one receipt share barcode, day and time.
-- provisional: not yet confirmed · confirmed: its final report has come · final, correction: money · cancelled: nothing
-- · corrected: a postal receipt replaced by a later corrected total.
{{ config(materialized='view') }}
with reports as (
    select
        stores.*,
        kinds.receipt_kind
    from {{ ref('stg_convenience_store') }} as stores
    left join {{ ref('receipt_kinds') }} as kinds on stores.receipt_kind_code = kinds.receipt_kind_code
),

fates as (
    select
        *,
        bool_or(coalesce(receipt_kind = 'final', false)) over receipt as has_final,
        bool_or(coalesce(receipt_kind = 'cancelled', false)) over receipt as has_cancellation,
        case
            when receipt_kind = 'correction'
                then row_number() over (
                    partition by barcode_label, receipt_kind
                    order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
                )
        end as correction_rank
    from reports
    window receipt as (partition by barcode_label, paid_date, paid_time)
),

corrected as (
    select distinct barcode_label from reports where receipt_kind = 'correction'
)

select
    {{ entry_id('R', ["'convenience_store'", 'fates.source_file_no', 'fates.source_line_no']) }} as receipt_id,
    'convenience_store' as source_feed,
    fates.chain_code as source_code,
    case
        when fates.receipt_kind = 'correction' and fates.correction_rank = 1 then 'correction'
        when fates.receipt_kind = 'correction' then 'corrected'
        when fates.receipt_kind = 'final' and corrected.barcode_label is not null then 'corrected'
        when fates.receipt_kind = 'final' then 'final'
        when fates.receipt_kind = 'cancelled' then 'cancelled'
        when fates.has_final then 'confirmed'
        when fates.has_cancellation then 'cancelled'
        else 'provisional'
    end as receipt_state,
    fates.paid_date,
    fates.credited_date,
    fates.amount_yen,
    cast(null as {{ text_type() }}) as payment_no,
    cast(null as {{ text_type() }}) as confirmation_no,
    substr(fates.barcode_label, 6, 27) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    fates.source_file_no,
    fates.source_line_no
from fates
left join corrected on fates.barcode_label = corrected.barcode_label
