-- One row per principal move, in order, of an instalment that more than one receipt paid, as the slips say it, with the
-- balance before it: receipts that found nothing left to pay are overpaid, or were paid on the wrong slip.
with paid_again as (
    select instalment_id
    from {{ ref('int_slip_shares') }}
    group by instalment_id
    having count(*) > 1
),

moves as (
    select
        entries.instalment_id,
        cast(null as {{ text_type() }}) as receipt_id,
        entries.kind,
        entries.effective_date,
        entries.amount_yen,
        entries.source_file_no,
        entries.source_line_no
    from {{ ref('int_levy_entries') }} as entries
    inner join paid_again on entries.instalment_id = paid_again.instalment_id
    where entries.component = 'principal'
    union all
    select
        shares.instalment_id,
        shares.receipt_id,
        'receipt' as kind,
        shares.paid_date as effective_date,
        -(shares.to_principal_yen + shares.flexible_yen) as amount_yen,
        shares.source_file_no,
        shares.source_line_no
    from {{ ref('int_slip_shares') }} as shares
    inner join paid_again on shares.instalment_id = paid_again.instalment_id
)

select
    *,
    sum(amount_yen) over so_far - amount_yen as outstanding_before_yen,
    count(receipt_id) over so_far as receipt_no
from moves
window so_far as (
    partition by instalment_id
    order by {{ entry_order('moves') }}, source_file_no, source_line_no, receipt_id
    rows between unbounded preceding and current row
)
