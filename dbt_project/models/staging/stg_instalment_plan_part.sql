-- One row per accepted line of the plan part feed: one delivered version of what one part of a plan pays of one
-- instalment.
select
    plan_no,
    part_no,
    instalment_id,
    part_due_date,
    part_yen,
    part_paid_yen,
    part_paid_date,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_instalment_plan_part') }}
