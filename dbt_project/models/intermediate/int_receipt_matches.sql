-- One row per money receipt: the slip (or, for pension withholding, the instalment) it pays, or why none was found.
-- Of several slips with the same number those with the paid amount count; reissues for the same instalments are one.
-- A receipt is never forced onto a slip: match_state is matched, no_slip, ambiguous_slip or unknown_instalment.
with receipts as (select * from {{ ref('int_receipts') }} where is_money),

candidates as (
    {{ slip_candidates(
        'receipts.payment_no = slips.payment_no
        and (receipts.confirmation_no is null or receipts.confirmation_no = slips.confirmation_no)'
    ) }}
    union all
    {{ slip_candidates('receipts.barcode_key = slips.barcode_key') }}
),

contested as (
    select receipt_id
    from candidates
    group by receipt_id
    having count(*) > 1
),

paid_instalments as (
    select
        candidates.receipt_id,
        candidates.slip_id,
        candidates.fit,
        candidates.issue_date,
        candidates.has_known_instalments,
        {{ joined_in_order('slip_lines.instalment_id') }} as instalments
    from candidates
    inner join contested on candidates.receipt_id = contested.receipt_id
    inner join {{ ref('int_slip_lines') }} as slip_lines on candidates.slip_id = slip_lines.slip_id
    group by
        candidates.receipt_id,
        candidates.slip_id,
        candidates.fit,
        candidates.issue_date,
        candidates.has_known_instalments
),

judged as (
    select
        *,
        min(instalments) over same_fit <> max(instalments) over same_fit as is_ambiguous,
        row_number() over (partition by receipt_id order by fit, issue_date desc nulls last, slip_id desc) as fit_rank
    from paid_instalments
    window same_fit as (partition by receipt_id, fit)
),

best as (
    select receipt_id, slip_id, has_known_instalments, is_ambiguous from judged where fit_rank = 1
    union all
    select candidates.receipt_id, candidates.slip_id, candidates.has_known_instalments, false as is_ambiguous
    from candidates
    left join contested on candidates.receipt_id = contested.receipt_id
    where contested.receipt_id is null
)

select
    receipts.receipt_id,
    case when best.has_known_instalments and not best.is_ambiguous then best.slip_id end as slip_id,
    known.instalment_id,
    case
        when receipts.instalment_id is not null and known.instalment_id is null then 'unknown_instalment'
        when receipts.instalment_id is not null then 'matched'
        when best.slip_id is null then 'no_slip'
        when best.is_ambiguous then 'ambiguous_slip'
        when not best.has_known_instalments then 'unknown_instalment'
        else 'matched'
    end as match_state
from receipts
left join best on receipts.receipt_id = best.receipt_id
left join {{ ref('int_instalments') }} as known on receipts.instalment_id = known.instalment_id
