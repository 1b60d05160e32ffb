-- One row per payment slip: the numbers by which a receipt finds it, its total, and how much of that it details.
select
    slip_id,
    max(payment_no) as payment_no,
    max(confirmation_no) as confirmation_no,
    max(barcode_key) as barcode_key,
    max(payout_total_yen) as payout_total_yen,
    max(issue_date) as issue_date,
    count(*) as line_count,
    cast(sum(principal_yen + late_charge_yen + additional_charge_yen + demand_fee_yen) as bigint) as detailed_yen,
    bool_and(is_known_instalment) as has_known_instalments
from {{ ref('int_slip_lines') }}
group by slip_id
