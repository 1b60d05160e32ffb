-- One row per receipt report paid by the as-of date that needs an officer's eye, with the reason.
-- Money without a clear place (unidentified_yen): no_slip, ambiguous_slip, unknown_instalment. Money that stands in the
-- ledger all the same (unidentified_yen 0): wrong_slip_applied and slip_already_paid, whose instalment other slips had
-- paid, see int_wrong_slips; above_slip_total, below_slip_total: not the amount of its slip. No money:
-- awaiting_confirmation and, after the days the city sets, unconfirmed: provisional reports without their final one;
-- cancellation_without_receipt: a cancellation of what nobody reported, which is not applied.
-- The days are those in force on the paid date; without a value for that day, a report is not waited for.
with wrong_slips as (
    select
        receipt_id,
        case when bool_or(is_applied) then 'wrong_slip_applied' else 'slip_already_paid' end as wrong_slip
    from {{ ref('int_wrong_slips') }}
    group by receipt_id
),

reports as (
    select
        receipts.*,
        run.as_of_date,
        matches.slip_id,
        receipts.amount_yen - slips.payout_total_yen as above_slip_yen,
        receipts.is_money and matches.match_state = 'matched' as is_in_ledger,
        case
            when receipts.is_money and matches.match_state <> 'matched' then matches.match_state
            when wrong_slips.receipt_id is not null then wrong_slips.wrong_slip
            when receipts.is_money and receipts.amount_yen > slips.payout_total_yen then 'above_slip_total'
            when receipts.is_money and receipts.amount_yen < slips.payout_total_yen then 'below_slip_total'
            when receipts.receipt_state = 'unfounded' then 'cancellation_without_receipt'
            when receipts.receipt_state <> 'provisional' then null
            when {{ days_between('receipts.paid_date', 'run.as_of_date') }} <= cast(confirmation.value as integer)
                then 'awaiting_confirmation'
            else 'unconfirmed'
        end as reason
    from {{ ref('int_receipts') }} as receipts
    inner join {{ ref('int_run') }} as run on receipts.paid_date <= run.as_of_date
    {{ law_join_for_all('confirmation', 'provisional_confirmation_days', 'receipts.paid_date') }}
    left join {{ ref('int_receipt_matches') }} as matches on receipts.receipt_id = matches.receipt_id
    left join {{ ref('int_payment_slips') }} as slips on matches.slip_id = slips.slip_id
    left join wrong_slips on receipts.receipt_id = wrong_slips.receipt_id
)

select
    as_of_date,
    receipt_id,
    channel_code,
    source_feed,
    paid_date,
    credited_date,
    amount_yen,
    reason,
    is_money,
    is_in_ledger,
    cast(case when is_money and not is_in_ledger then amount_yen else 0 end as bigint) as unidentified_yen,
    slip_id,
    above_slip_yen,
    source_file_no,
    source_line_no,
    stamp.law_version
from reports
cross join {{ ref('int_law_version') }} as stamp
where reason is not null
