-- One row per accounting year, from the oldest in the ledger to the one of the as-of date or later: its days.
-- In April and May two years run side by side: the old one is being closed while the new one is open. What is left of
-- the old year's current levy is carried over on the day after that closing, older arrears on the year's first day.
-- Years before the first delivery are known only by what they left unpaid; is_observed tells them apart.
with recursive law as (
    select
        max(case when parameter = 'fiscal_year_start' then value_text end) as first_month_day,
        max(case when parameter = 'closing_period_end' then value_text end) as closing_month_day
    from {{ ref('int_law_values') }}
    cross join {{ ref('int_run') }}
    where as_of_date between valid_from and valid_to
),

first_delivery as (
    select min(delivery_date) as delivery_date from {{ ref('int_levy_versions') }}
),

ledger as (
    select
        min(accounting_year) as oldest_year,
        max(accounting_year) as newest_year
    from {{ ref('int_ledger_entries') }}
),

bounds as (
    select
        law.first_month_day,
        law.closing_month_day,
        ledger.oldest_year,
        ledger.newest_year,
        {{ fiscal_year_of('run.as_of_date', 'law.first_month_day') }} as as_of_year,
        {{ fiscal_year_of('first_delivery.delivery_date', 'law.first_month_day') }} as first_observed_year
    from law
    cross join {{ ref('int_run') }} as run
    cross join first_delivery
    cross join ledger
),

years as (
    select
        first_month_day,
        closing_month_day,
        -- A levy may be notified before the year it belongs to has begun.
        greatest(newest_year, as_of_year) as newest_year,
        first_observed_year,
        least(oldest_year, as_of_year) as accounting_year
    from bounds
    union all
    select first_month_day, closing_month_day, newest_year, first_observed_year, accounting_year + 1 as accounting_year
    from years
    where accounting_year < newest_year
)

select
    cast(accounting_year as integer) as accounting_year,
    {{ month_day_of('accounting_year', 'first_month_day') }} as opens_date,
    {{ add_days(month_day_of('accounting_year', 'closing_month_day'), 1) }} as carries_over_date,
    {{ month_day_of('accounting_year + 1', 'closing_month_day') }} as closes_date,
    coalesce(accounting_year >= first_observed_year, false) as is_observed
from years
