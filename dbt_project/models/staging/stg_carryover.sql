-- One row per accepted line of the carryover feed: one delivered version of what one instalment carried into one year.
select
    instalment_id,
    tax_item_code,
    carryover_year,
    carryover_date,
    closing_carryover_levied_principal_yen as carried_principal_yen,
    has_write_off_scheduled_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_carryover') }}
