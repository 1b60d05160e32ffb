-- One row per table and period that it lists: months under quarters under fiscal years (period_code), or whole fiscal
-- years (fiscal_year). A period is listed once it is over and settled, the days of the table's row in
-- statistics_periods after its end, so that the figure listed for it does not change in later releases. A quarter or
-- year is listed only when all its months are. Years before the first delivery are not known and not listed.
with current_year as (
    select max(years.accounting_year) as fiscal_year
    from {{ ref('int_accounting_years') }} as years
    inner join {{ ref('int_run') }} as run on years.opens_date <= run.as_of_date
),

months as (
    select
        tables.table_name,
        years.accounting_year as fiscal_year,
        numbers.month_no,
        tables.settled_after_days,
        cast((numbers.month_no - numbers.month_no % 3) / 3 as integer) as quarter_no,
        {{ add_months('years.opens_date', 'numbers.month_no') }} as from_date,
        {{ add_days(add_months('years.opens_date', 'numbers.month_no + 1'), -1) }} as to_date
    from {{ ref('statistics_periods') }} as tables
    cross join current_year
    inner join {{ ref('int_accounting_years') }} as years
        on
            years.is_observed
            and years.accounting_year <= current_year.fiscal_year
            and years.accounting_year > current_year.fiscal_year - tables.listed_years_count
    cross join (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11)
    ) as numbers (month_no)
),

settled as (
    select
        months.*,
        cast(months.fiscal_year as {{ text_type() }}) as year_text,
        cast(months.quarter_no + 1 as {{ text_type() }}) as quarter_text,
        count(*) over (partition by months.table_name, months.fiscal_year, months.quarter_no) = 3 as is_in_quarter,
        count(*) over (partition by months.table_name, months.fiscal_year) = 12 as is_in_year
    from months
    inner join {{ ref('int_run') }} as run
        on {{ add_days('months.to_date', 'months.settled_after_days') }} <= run.as_of_date
),

periods as (
    {{ listed_months('settled') }}
    union all
    {{ listed_quarters('settled') }}
    union all
    {{ listed_years('settled', 'period_code') }}
    union all
    {{ listed_years('settled', 'fiscal_year') }}
)

select periods.*
from periods
inner join {{ ref('statistics_dimensions') }} as dimensions
    on periods.table_name = dimensions.table_name and periods.dimension = dimensions.dimension
