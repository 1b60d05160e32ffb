-- One row per accepted line of the reduction feed: one delivered version of one decision about one instalment.
select
    instalment_id,
    reduction_no,
    reduction_decision_date,
    reduction_from_date,
    reduction_to_date,
    reduction_rate as reduction_percent,
    reduction_yen,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_late_charge_reduction') }}
