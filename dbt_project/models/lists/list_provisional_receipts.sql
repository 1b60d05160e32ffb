-- One row per provisional report without its final one: no money yet; how long it has been waited for.
select
    unidentified.paid_date,
    coalesce(channels.label_ja, unidentified.channel_code) as channel_ja,
    unidentified.amount_yen,
    {{ days_between('unidentified.paid_date', 'unidentified.as_of_date') }} as waiting_days,
    coalesce(reasons.label_ja, unidentified.reason) as reason_ja,
    files.file_name,
    unidentified.source_line_no,
    unidentified.receipt_id
from {{ ref('fct_unidentified_receipts') }} as unidentified
left join {{ ref('stg_delivered_files') }} as files on unidentified.source_file_no = files.file_no
{{ channel_join('channels', 'unidentified.channel_code') }}
{{ label_join('reasons', 'reason', 'unidentified.reason') }}
where unidentified.reason in ('awaiting_confirmation', 'unconfirmed')
