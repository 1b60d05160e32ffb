-- One row per report of a receipt that an officer has to look at: money without a clear place or not as its slip says,
-- and cancellations of what nobody reported. Provisional reports stand in list_provisional_receipts.
with candidates as (
    select
        receipt_id,
        count(distinct instalment_id) as candidate_count,
        min(instalment_id) as candidate_instalment_id
    from {{ ref('fct_unidentified_receipt_candidates') }}
    group by receipt_id
)

select
    unidentified.paid_date,
    unidentified.credited_date,
    coalesce(channels.label_ja, unidentified.channel_code) as channel_ja,
    unidentified.amount_yen,
    unidentified.unidentified_yen,
    unidentified.above_slip_yen,
    coalesce(reasons.label_ja, unidentified.reason) as reason_ja,
    coalesce(candidates.candidate_count, 0) as candidate_count,
    candidates.candidate_instalment_id,
    files.file_name,
    unidentified.source_line_no,
    unidentified.receipt_id
from {{ ref('fct_unidentified_receipts') }} as unidentified
left join candidates on unidentified.receipt_id = candidates.receipt_id
left join {{ ref('stg_delivered_files') }} as files on unidentified.source_file_no = files.file_no
{{ channel_join('channels', 'unidentified.channel_code') }}
{{ label_join('reasons', 'reason', 'unidentified.reason') }}
where unidentified.reason not in ('awaiting_confirmation', 'unconfirmed')
