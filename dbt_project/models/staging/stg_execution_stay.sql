-- One row per accepted line of the stay feed: one delivered version of one stay of execution for one instalment.
select
    instalment_id,
    stay_no,
    stay_item_code,
    stay_date,
    stay_cancelled_date,
    has_immediate_extinction_flag,
    stay_principal_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_execution_stay') }}
