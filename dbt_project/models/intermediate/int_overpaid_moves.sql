-- One row per principal entry that changed how much is overpaid on its instalment by the as-of date.
-- Running totals: yen that became overpaid so far (arisen), and yen of it that left again (settled), so that what left
-- can be set against the oldest overpayment first. A levy with one receipt of at most its amount is not looked at.
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
),

balances as (
    select
        *,
        greatest(-sum(amount_yen) over so_far, 0) as overpaid_yen,
        max(case when kind in ('receipt', 'receipt_correction') then effective_date end) over so_far as last_paid_date,
        count(*) filter (where kind in ('receipt', 'receipt_correction')) over so_far as receipt_count
    from moves
    window so_far as (partition by instalment_id order by move_no rows between unbounded preceding and current row)
),

changes as (
    select
        *,
        cast(
            overpaid_yen - lag(overpaid_yen, 1, 0) over (partition by instalment_id order by move_no) as bigint
        ) as change_yen
    from balances
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
