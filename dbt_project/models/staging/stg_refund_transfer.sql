-- One row per accepted data record of an outgoing transfer file (全銀 21): one refund sent to a bank.
-- That 顧客コード1 holds the number of the overpayment (tax item, year, serial number) is this platform's assumption.
select
    customer_code_1 as overpayment_no,
    transfer_month_day,
    transfer_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_refund_transfer') }}
