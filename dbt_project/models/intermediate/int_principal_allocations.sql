-- One row per receipt share whose slip left a part without purpose: how much of that part the principal takes.
-- Principal comes first, up to what is outstanding when the money comes; the rest is divided between late charge and
-- overpayment in int_remainder_splits. (Should a levy be raised after a remainder that partly paid late charge, that
-- part counts as principal here; it can move a few yen between principal and late charge of the next payment.)
with asked as (
    select distinct instalment_id from {{ ref('int_principal_moves') }} where flexible_yen > 0
),

balances as (
    select
        moves.instalment_id,
        moves.receipt_id,
        moves.flexible_yen,
        sum(moves.amount_yen) over (
            partition by moves.instalment_id
            order by {{ entry_order('moves') }}, moves.source_file_no, moves.source_line_no, moves.receipt_id
            rows between unbounded preceding and current row
        ) + moves.flexible_yen as outstanding_yen
    from {{ ref('int_principal_moves') }} as moves
    inner join asked on moves.instalment_id = asked.instalment_id
)

select
    instalment_id,
    receipt_id,
    cast(least(flexible_yen, greatest(outstanding_yen, 0)) as bigint) as principal_yen,
    cast(flexible_yen - least(flexible_yen, greatest(outstanding_yen, 0)) as bigint) as remainder_yen
from balances
where flexible_yen > 0
