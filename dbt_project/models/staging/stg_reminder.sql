-- One row per accepted line of the reminder feed: one reminder (催告) for one instalment, by letter or telephone.
select
    instalment_id,
    reminder_issue_code,
    reminder_issue_date as issue_date,
    coalesce(has_reminder_pull_flag, false) as is_pulled,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_reminder') }}
