-- One row per accounting year and month end up to the as-of date: month 1 is the year's first, those after the twelfth
-- belong to its closing, which the law ends on closes_date. Two years of months are enough: no closing lasts a year.
with months as (
    select
        years.accounting_year,
        numbers.month_no,
        years.is_observed,
        {{ add_days(add_months('years.opens_date', 'numbers.month_no'), -1) }} as month_end_date
    from {{ ref('int_accounting_years') }} as years
    cross join (
        values
        (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12),
        (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23), (24)
    ) as numbers (month_no)
    where {{ add_months('years.opens_date', 'numbers.month_no - 1') }} <= years.closes_date
)

select
    months.accounting_year,
    months.month_no,
    months.is_observed,
    months.month_end_date
from months
inner join {{ ref('int_run') }} as run on months.month_end_date <= run.as_of_date
