-- One row per accepted line of the plan feed: one delivered version of one pledge to pay in parts.
select
    plan_no,
    addressee_key,
    pledge_date,
    plan_start_date,
    plan_part_count,
    plan_total_yen,
    {{ plan_state('plan_state_code') }} as plan_state,
    plan_cancelled_date,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_instalment_plan') }}
