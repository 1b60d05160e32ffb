-- One row per accepted line of the common tax payment feed: one report on a payment by eL-QR or Pay-easy.
select
    processing_class,
    collecting_agency_no,
    payment_no,
    confirmation_no,
    paid_date,
    credited_date,
    paid_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_common_tax_payment') }}
