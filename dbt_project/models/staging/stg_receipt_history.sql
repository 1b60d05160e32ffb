-- One row per accepted line of the receipt history: one delivered version of one matched receipt, refund or
-- appropriation.
select
    instalment_id,
    receipt_history_seq,
    refund_appropriation_reallocation_class,
    treasury_class as matching_class,
    payment_class as payment_class_code,
    paid_date,
    credited_date,
    medical_general_collected_yen,
    medical_retiree_collected_yen,
    ltci_general_collected_yen,
    ltci_retiree_collected_yen,
    tax_based_levy_collected_yen,
    per_capita_levy_collected_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_receipt_history') }}
