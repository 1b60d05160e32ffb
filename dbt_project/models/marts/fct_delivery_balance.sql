-- One row per delivered file: what became of its lines and yen, and by how much the sum misses what was delivered.
-- Both differences are 0 for every file. control differences are empty where the sender stated no totals; a file whose
-- totals do not hold is in quarantine as a whole, so they are 0 for every file that was taken in.
select
    file_no,
    file_name,
    feed,
    delivery_date,
    delivery_seq,
    file_status,
    delivery_scope,
    part_no,
    part_count,
    corrects_file_name,
    is_opening_history,
    row_count_delivered,
    row_count_loaded,
    row_count_duplicate,
    row_count_superseded,
    row_count_quarantined,
    row_count_delivered - row_count_loaded - row_count_duplicate - row_count_superseded - row_count_quarantined
        as row_count_difference,
    yen_delivered,
    yen_loaded,
    yen_duplicate,
    yen_superseded,
    yen_quarantined,
    yen_delivered - yen_loaded - yen_duplicate - yen_superseded - yen_quarantined as yen_difference,
    case when file_status <> 'quarantined' then control_row_count - row_count_delivered end
        as control_row_count_difference,
    case when file_status <> 'quarantined' then control_yen - yen_delivered end as control_yen_difference,
    cause,
    stamp.law_version
from {{ ref('stg_delivered_files') }}
cross join {{ ref('int_law_version') }} as stamp
