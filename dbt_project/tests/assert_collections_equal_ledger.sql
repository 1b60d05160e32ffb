-- In its newest accounting year an instalment stands as in the ledger: what is outstanding, less what is owed back
-- from this and from closed years, is the sum of its principal entries. Guards against a year that opens with another
-- amount than the last one closed with, against a lost or doubled year, and against entries posted outside all years.
-- Does not test in which year an entry belongs.
with newest as (
    select
        instalment_id,
        outstanding_yen - refund_pending_yen - inherited_refund_pending_yen as balance_yen,
        row_number() over (partition by instalment_id order by accounting_year desc) as year_rank
    from {{ ref('fct_collections') }}
),

ledger as (
    select
        entries.instalment_id,
        sum(entries.amount_yen) as balance_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_run') }} as run on entries.effective_date <= run.as_of_date
    where entries.component = 'principal'
    group by entries.instalment_id
)

select
    ledger.instalment_id,
    ledger.balance_yen as ledger_yen,
    newest.balance_yen as collections_yen
from ledger
left join newest on ledger.instalment_id = newest.instalment_id and newest.year_rank = 1
where newest.balance_yen is null or newest.balance_yen <> ledger.balance_yen
