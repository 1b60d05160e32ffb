-- One row per account transfer that failed: whose it is and why, by the slips with its payment number.
-- A payment number without a slip has no debtor; one of several instalments shows the first and their number.
with payments as (
    select
        slips.payment_no,
        min(lines.instalment_id) as instalment_id,
        count(distinct lines.instalment_id) as instalment_count
    from {{ ref('int_payment_slips') }} as slips
    inner join {{ ref('int_slip_lines') }} as lines on slips.slip_id = lines.slip_id
    where slips.payment_no is not null
    group by slips.payment_no
)

select
    receipts.paid_date,
    instalments.addressee_key,
    items.label_ja as tax_item_ja,
    instalments.levy_year,
    instalments.instalment_no,
    instalments.due_date,
    payments.instalment_count,
    receipts.amount_yen,
    coalesce(reasons.label_ja, results.transfer_result_code) as reason_ja,
    files.file_name,
    receipts.source_line_no,
    receipts.receipt_id
from {{ ref('int_receipts') }} as receipts
inner join {{ ref('int_run') }} as run on receipts.paid_date <= run.as_of_date
inner join {{ ref('stg_account_transfer_result') }} as results
    on receipts.source_file_no = results.source_file_no and receipts.source_line_no = results.source_line_no
left join payments on receipts.payment_no = payments.payment_no
left join {{ ref('int_instalments') }} as instalments on payments.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on instalments.tax_item_code = items.tax_item_code
left join {{ ref('stg_delivered_files') }} as files on receipts.source_file_no = files.file_no
left join {{ ref('transfer_results') }} as reasons on results.transfer_result_code = reasons.transfer_result_code
where receipts.source_feed = 'account_transfer_result' and receipts.receipt_state = 'failed'
