-- One row per principal entry by the as-of date, in order, of an instalment that may be overpaid: what is overpaid
-- after it, and what is held of what was paid. A levy with one receipt of at most its amount is not looked at.
with suspects as (
    select entries.instalment_id
    from {{ ref('int_principal_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    group by entries.instalment_id
    having count(*) > 2 or sum(entries.amount_yen) < 0
),

moves as (
    select
        entries.*,
        row_number() over (
            partition by entries.instalment_id
            order by
                {{ entry_order('entries') }}, entries.source_file_no, entries.source_line_no, entries.ledger_entry_id
        ) as move_no
    from {{ ref('int_principal_entries') }} as entries
    inner join suspects on entries.instalment_id = suspects.instalment_id
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
)

select
    *,
    cast(greatest(-sum(amount_yen) over so_far, 0) as bigint) as overpaid_yen,
    kind in ('receipt', 'receipt_correction', 'appropriation') as is_payment,
    cast(coalesce(-sum(amount_yen) filter (
        where kind in ('receipt', 'receipt_correction', 'appropriation', 'refund')
    ) over so_far, 0) as bigint) as held_yen,
    max(case when kind in ('receipt', 'receipt_correction') then effective_date end) over so_far as last_paid_date,
    count(*) filter (where kind in ('receipt', 'receipt_correction')) over so_far as receipt_count
from moves
window so_far as (partition by instalment_id order by move_no rows between unbounded preceding and current row)
