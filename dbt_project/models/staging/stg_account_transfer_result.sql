-- One row per accepted data record of an account transfer file (全銀 91), requests and results alike.
select
    customer_no as payment_no,
    debit_month_day,
    debit_yen,
    transfer_result_code,
    is_result,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_account_transfer_result') }}
