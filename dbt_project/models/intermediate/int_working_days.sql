-- One row per calendar day of the holiday list's years: the day itself, or the next working day when it is a
-- Saturday, Sunday or holiday (29 December to 3 January are in the list). Local Tax Act art. 20-5.
with bounds as (
    select
        min(holiday_date) as first_date,
        last_day(max(holiday_date)) as last_date
    from {{ ref('holidays') }}
),

days as (
    {{ days_of_span('(select first_date from bounds)', '(select last_date from bounds)') }}
),

marked as (
    select
        days.calendar_date,
        case
            when not {{ is_weekend('days.calendar_date') }} and holidays.holiday_date is null then days.calendar_date
        end as working_date
    from days
    left join {{ ref('holidays') }} as holidays on days.calendar_date = holidays.holiday_date
)

select
    calendar_date,
    min(working_date) over (order by calendar_date rows between current row and unbounded following) as working_date
from marked
