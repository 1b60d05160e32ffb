-- One row per receipt report paid by the as-of date that could not be put to an instalment, or is not yet money.
-- no_slip, ambiguous_slip, unknown_instalment: money that waits for an officer; unconfirmed: a provisional report
-- without its final one (no money yet); cancellation_without_receipt: the bank took back a payment nobody reported.
with reports as (
    select
        receipts.*,
        case
            when receipts.is_money then matches.match_state
            when receipts.receipt_state = 'provisional' then 'unconfirmed'
            when receipts.receipt_state = 'unfounded' then 'cancellation_without_receipt'
        end as reason
    from {{ ref('int_receipts') }} as receipts
    left join {{ ref('int_receipt_matches') }} as matches on receipts.receipt_id = matches.receipt_id
)

select
    run.as_of_date,
    reports.receipt_id,
    reports.channel_code,
    reports.source_feed,
    reports.paid_date,
    reports.credited_date,
    reports.amount_yen,
    reports.reason,
    reports.is_money,
    reports.source_file_no,
    reports.source_line_no
from reports
inner join {{ ref('int_run') }} as run on reports.paid_date <= run.as_of_date
where reports.reason is not null and reports.reason <> 'matched'
