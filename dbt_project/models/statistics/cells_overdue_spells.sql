-- One row per instalment and unbroken run of days on which principal was overdue: from which day, how much on that day,
-- and the day on which nothing was left (empty while it lasts). By the ledger as its entries take effect, so that a
-- reduction decided later does not undo a spell that has been counted.
with entries as (
    select
        entries.instalment_id,
        case
            when entries.kind = 'levy' then late.due_date
            else greatest(entries.effective_date, late.due_date)
        end as balance_date,
        entries.amount_yen
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_late_instalments') }} as late on entries.instalment_id = late.instalment_id
    cross join {{ ref('int_run') }} as run
    where entries.component = 'principal' and entries.effective_date <= run.as_of_date
),

days as (
    select instalment_id, balance_date, sum(amount_yen) as change_yen
    from entries
    group by instalment_id, balance_date
),

balances as (
    select
        instalment_id,
        balance_date,
        sum(change_yen) over (
            partition by instalment_id order by balance_date rows between unbounded preceding and current row
        ) as balance_yen
    from days
),

turns as (
    select
        *,
        coalesce(lag(balance_yen) over (partition by instalment_id order by balance_date), 0) > 0 as was_owed
    from balances
),

-- A spell begins when something is owed and was not before; the next turn is its end.
ends as (
    select
        *,
        lead(balance_date) over (partition by instalment_id order by balance_date) as settled_date
    from turns
    where (balance_yen > 0) <> was_owed
)

select
    ends.instalment_id,
    instalments.addressee_key,
    coalesce(keys.person_key, instalments.addressee_key) as person_key,
    instalments.tax_item_code,
    {{ add_days('ends.balance_date', 1) }} as overdue_from_date,
    ends.settled_date,
    cast(ends.balance_yen as bigint) as overdue_yen
from ends
inner join {{ ref('int_instalments') }} as instalments on ends.instalment_id = instalments.instalment_id
left join {{ ref('int_person_keys') }} as keys on instalments.addressee_key = keys.addressee_key
inner join {{ ref('int_run') }} as run on ends.balance_date < run.as_of_date
where ends.balance_yen > 0
