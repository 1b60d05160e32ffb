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

answers as (
    select
        barcode_label,
        paid_date,
        paid_time,
        bool_or(receipt_kind = 'final') as has_final
    from reports
    where receipt_kind in ('final', 'cancelled')
    group by barcode_label, paid_date, paid_time
),

corrections as (
    select
        barcode_label,
        source_file_no,
        source_line_no,
        row_number() over (
            partition by barcode_label
            order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
        ) as correction_rank
    from reports
    where receipt_kind = 'correction'
)

select
    {{ entry_id('R', ["'convenience_store'", 'reports.source_file_no', 'reports.source_line_no']) }} as receipt_id,
    'convenience_store' as source_feed,
    reports.chain_code as source_code,
    case
        when
            corrections.source_file_no = reports.source_file_no and corrections.source_line_no = reports.source_line_no
            then 'correction'
        when corrections.barcode_label is not null and reports.receipt_kind in ('final', 'correction') then 'corrected'
        when reports.receipt_kind in ('final', 'cancelled') then reports.receipt_kind
        when answers.has_final then 'confirmed'
        when answers.barcode_label is not null then 'cancelled'
        else 'provisional'
    end as receipt_state,
    reports.paid_date,
    reports.credited_date,
    reports.amount_yen,
    cast(null as {{ text_type() }}) as payment_no,
    cast(null as {{ text_type() }}) as confirmation_no,
    substr(reports.barcode_label, 6, 27) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    reports.source_file_no,
    reports.source_line_no
from reports
left join answers
    on
        reports.barcode_label = answers.barcode_label
        and reports.paid_date = answers.paid_date
        and reports.paid_time = answers.paid_time
left join corrections on reports.barcode_label = corrections.barcode_label and corrections.correction_rank = 1
