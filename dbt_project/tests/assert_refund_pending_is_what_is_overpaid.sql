-- What the city still owes back of an instalment's principal is exactly what was paid on it beyond what is levied: the
-- overpayments found event by event and the balance of the ledger must say the same.
-- Does not test late charge that was reduced after it was paid; law cases do.
with pending as (
    select instalment_id, sum(pending_yen) as pending_yen
    from {{ ref('fct_refunds') }}
    where component = 'principal'
    group by instalment_id
)

select
    positions.instalment_id,
    pending.pending_yen,
    positions.principal_collected_yen,
    positions.principal_levied_yen
from {{ ref('int_instalment_positions') }} as positions
full outer join pending on positions.instalment_id = pending.instalment_id
where
    positions.instalment_id is null
    or coalesce(pending.pending_yen, 0) <> greatest(
        positions.principal_collected_yen + positions.written_off_yen - positions.principal_levied_yen, 0
    )
