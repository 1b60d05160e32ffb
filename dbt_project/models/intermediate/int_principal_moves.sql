-- One row per principal entry that is known before remainders are divided; see int_remainder_splits.
select
    instalment_id,
    kind,
    effective_date,
    amount_yen,
    source_file_no,
    source_line_no
from {{ ref('int_levy_entries') }}
where component = 'principal'
union all
select
    shares.instalment_id,
    'receipt' as kind,
    shares.paid_date as effective_date,
    -(shares.to_principal_yen + coalesce(allocations.principal_yen, 0)) as amount_yen,
    shares.source_file_no,
    shares.source_line_no
from {{ ref('int_receipt_shares') }} as shares
left join {{ ref('int_principal_allocations') }} as allocations
    on shares.instalment_id = allocations.instalment_id and shares.receipt_id = allocations.receipt_id
