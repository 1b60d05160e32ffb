-- One row per overpayment and day of payment: how many of its yen were paid then. What a payment brought too much is
-- that payment; what a lowered levy left too much is the last payments, going back until its yen are reached, after
-- those that were too much before. Refunds take from the top. Local Tax Act art. 17-4 (3).
with events as (
    select
        moves.ledger_entry_id,
        moves.instalment_id,
        moves.move_no,
        moves.arisen_yen,
        case
            when balances.is_payment then balances.held_yen
            else balances.held_yen - balances.overpaid_yen + moves.arisen_yen
        end as to_yen
    from {{ ref('int_overpaid_moves') }} as moves
    inner join {{ ref('int_overpaid_balances') }} as balances
        on moves.instalment_id = balances.instalment_id and moves.move_no = balances.move_no
    where moves.arisen_yen > 0
),

payments as (
    select
        events.*,
        paid.effective_date as paid_date,
        paid.held_yen + paid.amount_yen as from_yen,
        least(paid.held_yen, min(paid.held_yen + paid.amount_yen) over (
            partition by events.ledger_entry_id
            order by paid.move_no rows between 1 following and unbounded following
        )) as until_yen
    from events
    inner join {{ ref('int_overpaid_balances') }} as paid
        on events.instalment_id = paid.instalment_id and paid.is_payment and events.move_no >= paid.move_no
),

parts as (
    select
        ledger_entry_id,
        paid_date,
        least(to_yen, until_yen) - greatest(to_yen - arisen_yen, from_yen) as paid_yen
    from payments
    where from_yen < to_yen and until_yen > to_yen - arisen_yen and until_yen > from_yen
),

found as (
    select
        {{ entry_id('O', ['ledger_entry_id']) }} as overpayment_id,
        paid_date,
        sum(paid_yen) as paid_yen
    from parts
    group by ledger_entry_id, paid_date
),

totals as (
    select overpayment_id, sum(paid_yen) as paid_yen
    from found
    group by overpayment_id
)

select overpayment_id, paid_date, cast(paid_yen as bigint) as paid_yen
from found
union all
select
    overpayments.overpayment_id,
    overpayments.paid_date,
    cast(overpayments.overpaid_yen - coalesce(totals.paid_yen, 0) as bigint) as paid_yen
from {{ ref('int_overpayments') }} as overpayments
left join totals on overpayments.overpayment_id = totals.overpayment_id
where overpayments.overpaid_yen > coalesce(totals.paid_yen, 0)
