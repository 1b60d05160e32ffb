-- One row per result of a pension insurer (徴収結果) for a levy whose receipts come by this file; see the seed
-- pension_systems. It names a pensioner, not an instalment: money without a slip until an officer places it.
{{ config(materialized='view') }}
select
    {{ entry_id('R', ["'pension_special_collection'", 'results.source_file_no', 'results.source_line_no']) }}
        as receipt_id,
    'pension_special_collection' as source_feed,
    '' as source_code,
    'final' as event_kind,
    cast(results.source_file_no as {{ text_type() }}) || '|' || cast(results.source_line_no as {{ text_type() }})
        as report_key,
    cast(null as {{ text_type() }}) as correction_key,
    coalesce(results.created_date, results.delivery_date) as paid_date,
    cast(null as date) as credited_date,
    results.collected_yen as amount_yen,
    cast(null as {{ text_type() }}) as payment_no,
    cast(null as {{ text_type() }}) as confirmation_no,
    cast(null as {{ text_type() }}) as barcode_key,
    cast(null as {{ text_type() }}) as instalment_id,
    results.delivery_date,
    results.delivery_seq,
    results.source_file_no,
    results.source_line_no
from {{ ref('stg_pension_special_collection') }} as results
inner join {{ ref('pension_systems') }} as systems
    on results.collection_system_code = systems.collection_system_code and systems.has_its_receipts_here
where results.notice_content_code = '22' and results.collected_yen <> 0
