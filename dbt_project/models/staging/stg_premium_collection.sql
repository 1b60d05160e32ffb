-- One row per accepted line of the late-elderly premium collection feed: a receipt, a refund or a write-off.
select
    instalment_id,
    payment_method_code,
    refund_appropriation_class,
    paid_date,
    credited_date,
    premium_received_yen,
    demand_notice_issue_date,
    write_off_date,
    {{ write_off_clause('write_off_reason_code') }} as write_off_cause,
    write_off_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_premium_collection') }}
