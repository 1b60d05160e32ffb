-- One row per accepted line of the late-elderly qualification feed: one delivered version of one insured person.
select
    insured_no,
    qualification_acquired_date,
    insured_qualification_lost_date as qualification_lost_date,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_qualification') }}
