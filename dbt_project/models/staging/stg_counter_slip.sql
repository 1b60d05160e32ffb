-- One row per accepted data record of a file of paid slips (領収済通知書): a payment or its cancellation.
select
    credited_date,
    bundle_no,
    slip_seq,
    paid_date,
    channel_code as source_channel_code,
    payment_no,
    confirmation_no,
    paid_yen,
    cancellation_class,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_counter_slip') }}
