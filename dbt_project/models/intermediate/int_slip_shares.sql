-- One row per matched receipt and instalment it pays: the instalment's share and what the slip says the share is for.
-- Money short of the slip's total fills its lines in due-date order; money beyond it goes to the last line.
-- flexible_yen is money the slip gives no purpose; int_principal_allocations finds one. This is what the slips say;
-- int_receipt_shares is where the money counts.
with shares as (
    select
        lines.*,
        receipts.channel_code,
        receipts.receipt_state,
        receipts.paid_date,
        receipts.credited_date,
        receipts.source_file_no,
        receipts.source_line_no,
        cast(greatest(0, case
            when lines.is_last_line then receipts.amount_yen - lines.payable_before_yen
            else least(lines.payable_yen, receipts.amount_yen - lines.payable_before_yen)
        end) as bigint) as share_yen
    from {{ ref('int_receipt_lines') }} as lines
    inner join {{ ref('int_receipts') }} as receipts on lines.receipt_id = receipts.receipt_id
),

spent as (
    select
        *,
        case when is_detailed then least(share_yen, principal_yen) else 0 end as to_principal_yen,
        case when is_detailed then least(share_yen, payable_yen) else 0 end as detailed_share_yen
    from shares
    where share_yen > 0
)

select
    receipt_id,
    instalment_id,
    channel_code,
    receipt_state,
    paid_date,
    credited_date,
    source_file_no,
    source_line_no,
    share_yen,
    to_principal_yen,
    least(detailed_share_yen - to_principal_yen, late_charge_yen) as to_late_charge_yen,
    least(greatest(detailed_share_yen - to_principal_yen - late_charge_yen, 0), additional_charge_yen)
        as to_additional_charge_yen,
    greatest(detailed_share_yen - to_principal_yen - late_charge_yen - additional_charge_yen, 0) as to_demand_fee_yen,
    share_yen - detailed_share_yen as flexible_yen
from spent
