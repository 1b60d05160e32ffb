-- One row per instalment and accounting year in which it was open or moved: its principal account as of the run's date.
-- Current until the closing of its levy year, carried over afterwards with what was outstanding at that closing.
select
    run.as_of_date,
    balances.instalment_id,
    balances.accounting_year,
    balances.addressee_key,
    balances.tax_item_code,
    balances.tax_item,
    balances.collection_method_code,
    balances.levy_year,
    balances.levy_class,
    balances.levied_yen,
    balances.collected_yen,
    balances.written_off_yen,
    balances.refund_pending_yen,
    balances.outstanding_yen,
    balances.inherited_refund_pending_yen,
    stamp.law_version
from {{ ref('int_collection_balances') }} as balances
cross join {{ ref('int_run') }} as run
cross join {{ ref('int_law_version') }} as stamp
where balances.is_latest
