-- One row per account transfer requested, with its result: of those paid the payments, of those failed the slip with
-- the payment number asked for (that with the amount asked for, else the newest) and its first instalment.
-- A failure is repeated when the same payer's request before it for the same tax item, on an earlier day, failed, too.
-- A failed request without a slip has no tax item and is not here; see list_transfer_failures.
with failed as (
    select
        receipts.receipt_id,
        results.transfer_result_code,
        lines.instalment_id,
        receipts.paid_date as transfer_date,
        receipts.amount_yen,
        row_number() over (
            partition by receipts.receipt_id
            order by
                case when slips.payout_total_yen = receipts.amount_yen then 0 else 1 end,
                slips.issue_date desc nulls last, slips.slip_id desc, lines.due_date, lines.instalment_id
        ) as fit_rank
    from {{ ref('int_receipts') }} as receipts
    inner join {{ ref('int_run') }} as run on receipts.paid_date <= run.as_of_date
    inner join {{ ref('stg_account_transfer_result') }} as results
        on receipts.source_file_no = results.source_file_no and receipts.source_line_no = results.source_line_no
    inner join {{ ref('int_payment_slips') }} as slips on receipts.payment_no = slips.payment_no
    inner join {{ ref('int_slip_lines') }} as lines on slips.slip_id = lines.slip_id and lines.is_known_instalment
    where receipts.source_feed = 'account_transfer_result' and receipts.receipt_state = 'failed'
),

requests as (
    select
        failed.receipt_id,
        instalments.addressee_key,
        addressees.holding_key,
        instalments.tax_item_code,
        coalesce(codes.transfer_result_code, '9') as transfer_result_code,
        failed.transfer_date,
        failed.amount_yen as requested_yen
    from failed
    inner join {{ ref('int_instalments') }} as instalments on failed.instalment_id = instalments.instalment_id
    inner join {{ ref('dim_addressee') }} as addressees on instalments.addressee_key = addressees.addressee_key
    left join {{ ref('transfer_results') }} as codes on failed.transfer_result_code = codes.transfer_result_code
    where failed.fit_rank = 1
    union all
    select
        receipt_id,
        addressee_key,
        holding_key,
        tax_item_code,
        '0' as transfer_result_code,
        credited_date as transfer_date,
        paid_yen as requested_yen
    from {{ ref('cells_payment_facts') }}
    where channel_code = 'TRF'
),

days as (
    select
        addressee_key,
        tax_item_code,
        transfer_date,
        lag(bool_or(transfer_result_code <> '0'), 1, false) over (
            partition by addressee_key, tax_item_code order by transfer_date
        ) as has_failed_before
    from requests
    group by addressee_key, tax_item_code, transfer_date
)

select
    requests.*,
    requests.transfer_result_code <> '0' and days.has_failed_before as is_repeated_failure
from requests
inner join days
    on
        requests.addressee_key = days.addressee_key
        and requests.tax_item_code = days.tax_item_code
        and requests.transfer_date = days.transfer_date
