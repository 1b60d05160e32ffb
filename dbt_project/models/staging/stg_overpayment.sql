-- One row per accepted line of the overpayment feed: one delivered version of one overpayment (過誤納) of one instalment.
select
    instalment_id,
    overpayment_tax_item as tax_item_code,
    overpayment_year,
    overpayment_serial_no,
    overpayment_occurrence_date as occurrence_date,
    has_automatic_refund_flag,
    notice_issue_date,
    refund_claim_date,
    refund_payout_date,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_overpayment') }}
