-- One row per table, dimension and code: its labels and the code it adds up to (empty: directly to the total T).
-- The total itself is not listed. Levy years older than the five newest are one code P, so that old years with a
-- handful of debtors do not hollow the table out. A levy year whose accounts are still open stands outside carryover C.
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
),

codes as (
    select 'tax_item_code' as dimension, tax_item_code as code, label_ja, label_en, parent_code, sort_order
    from {{ ref('tax_items') }}
    union all
    select 'area_code' as dimension, area_code as code, label_ja, label_en, parent_code, sort_order
    from {{ ref('areas') }}
    union all
    select 'age_band_code' as dimension, age_band_code as code, label_ja, label_en, null as parent_code, sort_order
    from {{ ref('age_bands') }}
    union all
    select 'levy_class' as dimension, levy_class as code, label_ja, label_en, null as parent_code, sort_order
    from {{ ref('levy_classes') }}
    union all
    select 'levy_year_code' as dimension, levy_year_code as code, label_ja, label_en, parent_code, sort_order
    from {{ ref('levy_year_groups') }}
    union all
    select
        'levy_year_code' as dimension,
        levy_year as code,
        concat(levy_year, '年度課税分') as label_ja,
        concat('Levied in FY', levy_year) as label_en,
        parent_code,
        2 + years_back as sort_order
    from levy_years
)

select
    tables.table_name,
    codes.dimension,
    codes.code,
    codes.label_ja,
    codes.label_en,
    coalesce(codes.parent_code, '') as parent,
    cast(codes.sort_order as integer) as sort_order
from {{ ref('statistics_dimensions') }} as tables
inner join codes on tables.dimension = codes.dimension
