-- One row per accepted line of the arrears file's basic records: one delivered version of one debtor.
-- Only whether the person is under protection (支援措置); the other facts of the record stay in raw.
select
    addressee_key,
    has_dv_flag,
    has_deleted_flag,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_arrears_case') }}
