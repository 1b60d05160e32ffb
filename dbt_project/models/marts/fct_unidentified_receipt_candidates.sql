-- One row per receipt that needs an officer's eye and instalment it may be for: a help for the officer.
-- same_number: one of several slips with its number · other_confirmation_no: the payment number is that of this slip,
-- the confirmation number is not · not_levied: its slip names an instalment that no levy knows
-- due_in_same_levy: its slip's instalment was paid already, and this one was due; applied when the receipt is listed as
-- wrong_slip_applied and this candidate is the oldest.
with waiting as (
    select
        unidentified.receipt_id,
        unidentified.reason,
        unidentified.amount_yen,
        receipts.payment_no,
        receipts.confirmation_no,
        receipts.barcode_key
    from {{ ref('fct_unidentified_receipts') }} as unidentified
    inner join {{ ref('int_receipts') }} as receipts on unidentified.receipt_id = receipts.receipt_id
    where unidentified.unidentified_yen <> 0
),

found as (
    select
        waiting.receipt_id,
        waiting.reason,
        waiting.amount_yen,
        slips.slip_id,
        slips.payout_total_yen,
        coalesce(waiting.confirmation_no <> slips.confirmation_no, false) as is_other_confirmation
    from waiting
    inner join {{ ref('int_payment_slips') }} as slips on waiting.payment_no = slips.payment_no
    union all
    select
        waiting.receipt_id,
        waiting.reason,
        waiting.amount_yen,
        slips.slip_id,
        slips.payout_total_yen,
        false as is_other_confirmation
    from waiting
    inner join {{ ref('int_payment_slips') }} as slips on waiting.barcode_key = slips.barcode_key
)

select
    found.receipt_id,
    found.slip_id,
    slip_lines.instalment_id,
    case
        when found.is_other_confirmation then 'other_confirmation_no'
        when not slip_lines.is_known_instalment then 'not_levied'
        else 'same_number'
    end as candidate_reason,
    found.payout_total_yen = found.amount_yen as is_same_amount,
    stamp.law_version
from found
cross join {{ ref('int_law_version') }} as stamp
inner join {{ ref('int_slip_lines') }} as slip_lines on found.slip_id = slip_lines.slip_id
union all
select
    wrong.receipt_id,
    matches.slip_id,
    wrong.due_instalment_id as instalment_id,
    'due_in_same_levy' as candidate_reason,
    wrong.outstanding_yen = wrong.receipt_yen as is_same_amount,
    stamp.law_version
from {{ ref('int_wrong_slips') }} as wrong
cross join {{ ref('int_law_version') }} as stamp
inner join {{ ref('fct_unidentified_receipts') }} as unidentified on wrong.receipt_id = unidentified.receipt_id
inner join {{ ref('int_receipt_matches') }} as matches on wrong.receipt_id = matches.receipt_id
