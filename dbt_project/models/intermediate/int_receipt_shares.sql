-- One row per matched receipt and instalment that its money counts for: what its slip says, except for slips of an
-- instalment that was already paid, whose money is applied to the instalment that is due, without a purpose of its own.
{{ config(materialized='view') }}
select
    shares.receipt_id,
    coalesce(wrong.due_instalment_id, shares.instalment_id) as instalment_id,
    shares.channel_code,
    shares.receipt_state,
    shares.paid_date,
    shares.credited_date,
    shares.source_file_no,
    shares.source_line_no,
    shares.share_yen,
    case when wrong.due_instalment_id is null then shares.to_principal_yen else 0 end as to_principal_yen,
    case when wrong.due_instalment_id is null then shares.to_late_charge_yen else 0 end as to_late_charge_yen,
    case when wrong.due_instalment_id is null then shares.to_additional_charge_yen else 0 end
        as to_additional_charge_yen,
    case when wrong.due_instalment_id is null then shares.to_demand_fee_yen else 0 end as to_demand_fee_yen,
    case when wrong.due_instalment_id is null then shares.flexible_yen else shares.share_yen end as flexible_yen
from {{ ref('int_slip_shares') }} as shares
left join {{ ref('int_wrong_slips') }} as wrong on shares.receipt_id = wrong.receipt_id and wrong.is_applied
