-- Every yen that a channel reports as collected stands in the ledger under its receipt, or the receipt has no slip and
-- is listed: nothing in between, nothing twice. A slip for several instalments could lose or double yen in its parts.
-- Does not test that the yen stand at the right instalment; see the unit tests of int_receipt_matches and _shares.
with entered as (
    select receipt_id, -sum(amount_yen) as entered_yen
    from {{ ref('int_ledger_entries') }}
    where receipt_id is not null
    group by receipt_id
)

select
    receipts.receipt_id,
    receipts.source_file_no,
    receipts.source_line_no,
    receipts.amount_yen,
    matches.match_state,
    entered.entered_yen
from {{ ref('int_receipts') }} as receipts
full outer join entered on receipts.receipt_id = entered.receipt_id
left join {{ ref('int_receipt_matches') }} as matches on receipts.receipt_id = matches.receipt_id
where
    receipts.receipt_id is null
    or coalesce(entered.entered_yen, 0)
    <> case when receipts.is_money and matches.match_state = 'matched' then receipts.amount_yen else 0 end
