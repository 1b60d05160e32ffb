-- One row per payment slip: the numbers by which a receipt finds it, its total, and which instalments it pays.
select
    slip_id,
    max(payment_no) as payment_no,
    max(confirmation_no) as confirmation_no,
    max(barcode_key) as barcode_key,
    max(payout_total_yen) as payout_total_yen,
    max(issue_date) as issue_date,
    {{ joined_in_order('instalment_id') }} as paid_instalments,
    bool_and(is_known_instalment) as has_known_instalments
from {{ ref('int_slip_lines') }}
group by slip_id
