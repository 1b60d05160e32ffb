-- Money that reached the city but no instalment is listed with a reason, to the yen; it is never forced onto a slip and
-- never forgotten. Unconfirmed reports are listed as well, but are not money.
with unmatched as (
    select
        receipts.receipt_id,
        receipts.amount_yen
    from {{ ref('int_receipts') }} as receipts
    inner join {{ ref('int_run') }} as run on receipts.paid_date <= run.as_of_date
    left join {{ ref('int_ledger_entries') }} as entries on receipts.receipt_id = entries.receipt_id
    where receipts.is_money and entries.receipt_id is null
),

listed as (
    select receipt_id, unidentified_yen as amount_yen
    from {{ ref('fct_unidentified_receipts') }}
    where is_money and not is_in_ledger
)

select
    unmatched.receipt_id as unmatched_receipt_id,
    listed.receipt_id as listed_receipt_id,
    unmatched.amount_yen,
    listed.amount_yen as listed_yen
from unmatched
full outer join listed on unmatched.receipt_id = listed.receipt_id
where unmatched.receipt_id is null or listed.receipt_id is null or unmatched.amount_yen <> listed.amount_yen
