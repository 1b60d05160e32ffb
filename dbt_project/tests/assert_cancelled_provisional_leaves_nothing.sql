-- A convenience-store receipt reported as provisional and later cancelled must leave no yen in the ledger, nor may a
-- provisional report count beside its own final one, a corrected receipt beside its correction, or a failed transfer.
-- Guards against counting the provisional twice when its final record arrives in another file.
-- Does not test receipts without a slip; see assert_unmatched_money_is_listed.
select
    entries.ledger_entry_id,
    entries.amount_yen,
    receipts.receipt_state
from {{ ref('int_ledger_entries') }} as entries
inner join {{ ref('int_receipts') }} as receipts on entries.receipt_id = receipts.receipt_id
where receipts.receipt_state not in ('final', 'correction')
