-- One row per receipt whose slip is for one instalment only, which other receipts had already paid in full, with the
-- number of such receipts of the same levy. is_same_slip: this very slip had been paid before, a double payment.
with paid_slips as (
    select
        moves.receipt_id,
        moves.instalment_id,
        moves.effective_date as paid_date,
        -moves.amount_yen as receipt_yen,
        moves.outstanding_before_yen,
        moves.receipt_no,
        slips.line_count,
        row_number() over (partition by moves.instalment_id, matches.slip_id order by moves.receipt_no) as same_slip_no
    from {{ ref('int_repeated_moves') }} as moves
    inner join {{ ref('int_receipt_matches') }} as matches on moves.receipt_id = matches.receipt_id
    inner join {{ ref('int_payment_slips') }} as slips on matches.slip_id = slips.slip_id
)

select
    paid_slips.receipt_id,
    paid_slips.instalment_id,
    paid_slips.paid_date,
    paid_slips.receipt_yen,
    paid_slips.same_slip_no > 1 as is_same_slip,
    numbers.levy_no,
    count(*) over (partition by numbers.levy_no) as doubted_count
from paid_slips
inner join {{ ref('stg_levy_numbers') }} as numbers on paid_slips.instalment_id = numbers.instalment_id
where paid_slips.outstanding_before_yen <= 0 and paid_slips.receipt_no > 1 and paid_slips.line_count = 1
