-- One row per money receipt: the slip (or, for pension withholding, the instalment) it pays, or why none was found.
-- Of several slips with the same number the one with the paid amount counts; reissues for the same instalments are one.
-- A receipt is never forced onto a slip: match_state is matched, no_slip, ambiguous_slip or unknown_instalment.
with receipts as (select * from {{ ref('int_receipts') }} where is_money),

candidates as (
    select receipts.receipt_id, receipts.amount_yen, slips.*
    from receipts
    inner join {{ ref('int_payment_slips') }} as slips
        on
            receipts.payment_no = slips.payment_no
            and (receipts.confirmation_no is null or receipts.confirmation_no = slips.confirmation_no)
    union all
    select receipts.receipt_id, receipts.amount_yen, slips.*
    from receipts
    inner join {{ ref('int_payment_slips') }} as slips on receipts.barcode_key = slips.barcode_key
),

judged as (
    select
        receipt_id,
        slip_id,
        has_known_instalments,
        count(*) over receipt as candidate_count,
        min(paid_instalments) over same_fit <> max(paid_instalments) over same_fit as is_ambiguous,
        row_number() over (
            partition by receipt_id
            order by case when payout_total_yen = amount_yen then 0 else 1 end, issue_date desc nulls last, slip_id desc
        ) as fit_rank
    from candidates
    window
        receipt as (partition by receipt_id),
        same_fit as (partition by receipt_id, case when payout_total_yen = amount_yen then 0 else 1 end)
),

best as (select * from judged where fit_rank = 1)

select
    receipts.receipt_id,
    case when best.has_known_instalments and not best.is_ambiguous then best.slip_id end as slip_id,
    case when known.instalment_id is not null then receipts.instalment_id end as instalment_id,
    case
        when receipts.instalment_id is not null
            then case when known.instalment_id is null then 'unknown_instalment' else 'matched' end
        when best.slip_id is null then 'no_slip'
        when best.is_ambiguous then 'ambiguous_slip'
        when not best.has_known_instalments then 'unknown_instalment'
        else 'matched'
    end as match_state
from receipts
left join best on receipts.receipt_id = best.receipt_id
left join {{ ref('int_instalments') }} as known on receipts.instalment_id = known.instalment_id
