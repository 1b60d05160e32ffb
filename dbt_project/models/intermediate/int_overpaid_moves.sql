-- One row per principal entry that changed how much is overpaid on its instalment by the as-of date.
-- Running totals: yen that became overpaid so far (arisen), and yen of it that left again (settled), so that what left
-- can be set against the oldest overpayment first.
with changes as (
    select
        *,
        cast(
            overpaid_yen - lag(overpaid_yen, 1, 0) over (partition by instalment_id order by move_no) as bigint
        ) as change_yen
    from {{ ref('int_overpaid_balances') }}
)

select
    ledger_entry_id,
    instalment_id,
    move_no,
    kind,
    cause,
    basis_date,
    effective_date,
    last_paid_date,
    receipt_count,
    greatest(change_yen, 0) as arisen_yen,
    greatest(-change_yen, 0) as settled_yen,
    sum(greatest(change_yen, 0)) over so_far as arisen_so_far_yen,
    sum(greatest(-change_yen, 0)) over so_far as settled_so_far_yen
from changes
where change_yen <> 0
window so_far as (partition by instalment_id order by move_no rows between unbounded preceding and current row)
