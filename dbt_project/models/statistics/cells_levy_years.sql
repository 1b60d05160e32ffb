-- One row per levy year code: the five newest years with an instalment, and the groups of the seed.
-- Levy years older than that are one code P, so that old years with a handful of debtors do not hollow the table out.
-- A levy year whose accounts are still open stands outside carryover C.
with newest as (
    select max(instalments.levy_year) as levy_year
    from {{ ref('int_instalments') }} as instalments
    inner join {{ ref('int_accounting_years') }} as years on instalments.levy_year = years.accounting_year
    inner join {{ ref('int_run') }} as run on years.opens_date <= run.as_of_date
),

levy_years as (
    select
        cast(years.accounting_year as {{ text_type() }}) as levy_year,
        newest.levy_year - years.accounting_year as years_back,
        case when years.closes_date < run.as_of_date then 'C' end as parent_code
    from {{ ref('int_accounting_years') }} as years
    cross join {{ ref('int_run') }} as run
    inner join newest on years.accounting_year between newest.levy_year - 4 and newest.levy_year
)

select
    levy_year_code,
    label_ja,
    label_en,
    parent_code,
    sort_order
from {{ ref('levy_year_groups') }}
union all
select
    levy_year as levy_year_code,
    concat(levy_year, '年度課税分') as label_ja,
    concat('Levied in FY', levy_year) as label_en,
    parent_code,
    2 + years_back as sort_order
from levy_years
