-- One row per accepted line of the treatment feed: one delivered version of one decision (還付・充当) about an
-- overpayment. instalment_id is the one that the money goes to; NULL when it is paid out.
select
    instalment_id as target_instalment_id,
    treatment_overpayment_tax_item as tax_item_code,
    treatment_overpayment_year as overpayment_year,
    treatment_overpayment_serial_no as overpayment_serial_no,
    treatment_history_seq,
    coalesce(appropriation_decision_date, refund_decision_date) as decision_date,
    appropriation_eligible_date as eligible_date,
    coalesce(refunded_or_applied_principal_yen, 0) as settled_yen,
    coalesce(applied_to_principal_yen, 0) as to_principal_yen,
    coalesce(applied_to_late_charge_yen, 0) as to_late_charge_yen,
    coalesce(applied_to_additional_charge_yen, 0) as to_additional_charge_yen,
    coalesce(applied_to_demand_fee_yen, 0) as to_demand_fee_yen,
    delivery_date,
    delivery_seq,
    source_file_no,
    source_line_no
from {{ source('raw', 'raw_treatment') }}
