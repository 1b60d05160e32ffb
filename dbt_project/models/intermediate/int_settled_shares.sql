-- One row per overpayment and entry that settled part of it: the oldest overpayment is settled first.
-- from_yen: where in the refunds of the instalment, one after the other, the share begins.
with settled as (
    select
        *,
        settled_so_far_yen - settled_yen as settled_before_yen,
        sum(case when kind = 'refund' then settled_yen else 0 end) over (
            partition by instalment_id order by move_no rows between unbounded preceding and current row
        ) - case when kind = 'refund' then settled_yen else 0 end as refunded_before_yen
    from {{ ref('int_overpaid_moves') }}
    where settled_yen > 0
)

select
    arisen.ledger_entry_id,
    arisen.instalment_id,
    settled.kind,
    settled.effective_date,
    settled.move_no,
    least(arisen.arisen_so_far_yen, settled.settled_so_far_yen)
    - greatest(arisen.arisen_so_far_yen - arisen.arisen_yen, settled.settled_before_yen) as share_yen,
    settled.refunded_before_yen
    + greatest(arisen.arisen_so_far_yen - arisen.arisen_yen, settled.settled_before_yen)
    - settled.settled_before_yen as from_yen
from {{ ref('int_overpaid_moves') }} as arisen
inner join settled
    on
        arisen.instalment_id = settled.instalment_id
        and arisen.arisen_yen > 0
        and settled.settled_so_far_yen > arisen.arisen_so_far_yen - arisen.arisen_yen
        and settled.settled_before_yen < arisen.arisen_so_far_yen
