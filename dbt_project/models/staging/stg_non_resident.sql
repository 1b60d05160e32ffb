-- One row per accepted line of the non-resident feed: one delivered version of one sheet (登録票). No name or address.
select
    sheet_no,
    addressee_code,
    change_reason_code,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_non_resident') }}
