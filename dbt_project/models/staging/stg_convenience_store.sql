-- One row per accepted line of the collection agent's file: one report on one receipt.
select
    receipt_kind_code,
    paid_date,
    paid_time,
    barcode_label,
    amount_yen,
    chain_code,
    remitted_date as credited_date,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_convenience_store') }}
