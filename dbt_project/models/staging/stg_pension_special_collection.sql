-- One row per accepted data record of the pension insurers' file: one pensioner and one kind of levy of one notice.
select
    notice_content_code,
    collection_system_code,
    created_date,
    amount_1_yen as collected_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_pension_special_collection') }}
