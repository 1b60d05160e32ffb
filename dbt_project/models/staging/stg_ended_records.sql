-- One row per record that a delete flag or a full delivery has ended: the version that ended, and when.
select
    feed,
    source_file_no,
    source_line_no,
    ended_by_file_no,
    delivery_date as ended_date,
    delivery_seq,
    reason
from {{ source('raw', 'ended_records') }}
