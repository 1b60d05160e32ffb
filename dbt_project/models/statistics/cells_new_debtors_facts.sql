-- One row per spell of arrears with which somebody became a debtor anew: no day in arrears in the months before
-- (statistics_windows), with any tax item. Everything that fell into arrears in the same month belongs to it.
with debtor_days as (
    select
        spells.person_key,
        spells.overdue_from_date,
        max(coalesce(spells.settled_date, run.as_of_date)) as last_overdue_date
    from {{ ref('cells_overdue_spells') }} as spells
    cross join {{ ref('int_run') }} as run
    group by spells.person_key, spells.overdue_from_date
),

with_last as (
    select
        *,
        max(last_overdue_date) over (
            partition by person_key order by overdue_from_date rows between unbounded preceding and 1 preceding
        ) as last_before_date
    from debtor_days
),

first_days as (
    select with_last.person_key, with_last.overdue_from_date
    from with_last
    inner join {{ ref('statistics_windows') }} as windows
        on windows.table_name = 'new_debtors' and windows.window_name = 'without_arrears'
    where
        with_last.last_before_date is null
        or with_last.last_before_date < {{ add_months('with_last.overdue_from_date', '-windows.months_count') }}
)

select
    spells.instalment_id,
    spells.addressee_key,
    spells.person_key,
    addressees.holding_key,
    spells.tax_item_code,
    periods.code as period_code,
    spells.overdue_yen,
    {{ days_between(add_days('spells.overdue_from_date', -1), 'spells.settled_date') }} as days_to_settle
from first_days
{{ period_join('periods', 'new_debtors', 'first_days.overdue_from_date') }}
inner join {{ ref('cells_overdue_spells') }} as spells
    on
        first_days.person_key = spells.person_key
        and spells.overdue_from_date between first_days.overdue_from_date and periods.to_date
inner join {{ ref('dim_addressee') }} as addressees on spells.addressee_key = addressees.addressee_key
