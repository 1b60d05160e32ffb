-- One row per payment or decision by which more late charge had been paid than decisions to reduce it left: what was
-- too much by it. A payment after the decision may be it, too. What was refunded is set against the oldest first.
-- The charge is that of the as-of date; what was paid beyond the charge itself is no matter of a reduction.
with moves as (
    select
        entries.instalment_id,
        entries.ledger_entry_id as move_id,
        entries.effective_date,
        -entries.amount_yen as paid_yen,
        0 as reduced_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    where
        entries.component = 'late_charge'
        and entries.kind <> 'refund'
        and entries.instalment_id in (select instalment_id from {{ ref('int_late_charge_reductions') }})
    union all
    select instalment_id, reduction_no as move_id, decision_date as effective_date, 0 as paid_yen, reduced_yen
    from {{ ref('int_late_charge_reductions') }}
),

totals as (
    select
        moves.*,
        coalesce(charges.accrued_yen, 0) as accrued_yen,
        sum(moves.paid_yen) over so_far as paid_so_far_yen,
        sum(moves.reduced_yen) over so_far as reduced_so_far_yen,
        max(case when moves.paid_yen > 0 then moves.effective_date end) over so_far as paid_date
    from moves
    left join {{ ref('int_late_charges') }} as charges on moves.instalment_id = charges.instalment_id
    window so_far as (
        partition by moves.instalment_id order by moves.effective_date, moves.paid_yen, moves.move_id
        rows between unbounded preceding and current row
    )
),

excess as (
    select
        *,
        greatest(paid_so_far_yen + least(reduced_so_far_yen, accrued_yen) - greatest(accrued_yen, paid_so_far_yen), 0)
            as overpaid_so_far_yen
    from totals
),

arisen as (
    select
        *,
        overpaid_so_far_yen - lag(overpaid_so_far_yen, 1, 0) over (
            partition by instalment_id order by effective_date, paid_yen, move_id
        ) as arisen_yen
    from excess
),

refunds as (
    select
        entries.instalment_id,
        sum(entries.amount_yen) as refunded_yen,
        max(entries.effective_date) as last_settled_date
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    where entries.component = 'late_charge' and entries.kind = 'refund'
    group by entries.instalment_id
)

select
    arisen.instalment_id,
    arisen.move_id,
    arisen.effective_date as arising_date,
    arisen.paid_date,
    cast(arisen.arisen_yen as bigint) as overpaid_yen,
    cast(greatest(least(
        coalesce(refunds.refunded_yen, 0) - (arisen.overpaid_so_far_yen - arisen.arisen_yen), arisen.arisen_yen
    ), 0) as bigint) as refunded_yen,
    refunds.last_settled_date
from arisen
left join refunds on arisen.instalment_id = refunds.instalment_id
where arisen.arisen_yen > 0
