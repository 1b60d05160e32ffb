-- One row per record that a later delivery said is no more: absent from a full delivery, or its delete flag was set.
-- source_file_no and source_line_no are those of the version that stood until then.
select
    feed,
    source_file_no,
    source_line_no,
    ended_by_file_no,
    delivery_date,
    delivery_seq,
    reason
from {{ source('raw', 'ended_records') }}
