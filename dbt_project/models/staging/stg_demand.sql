-- One row per accepted line of the demand feed: one demand notice or reminder for one instalment.
select
    instalment_id,
    issue_type as issue_type_code,
    issue_date,
    suspension_date,
    release_date,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_demand') }}
