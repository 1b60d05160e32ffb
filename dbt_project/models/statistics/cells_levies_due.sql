-- One row per levy year code and tax item code, groups and totals too, of which at least one instalment has fallen due.
-- Where none has, nothing can be in arrears: such a cell is empty by the calendar and tells nothing about anybody.
with due as (
    select distinct
        coalesce(levy_years.code, 'P') as levy_year_code,
        instalments.tax_item_code
    from {{ ref('int_instalments') }} as instalments
    inner join {{ ref('int_run') }} as run on instalments.due_date < run.as_of_date
    left join {{ ref('cells_dimension_codes') }} as levy_years
        on
            levy_years.table_name = 'arrears_by_levy_year'
            and levy_years.dimension = 'levy_year_code'
            and cast(instalments.levy_year as {{ text_type() }}) = levy_years.code
)

select distinct
    levy_years.ancestor_code as levy_year_code,
    tax_items.ancestor_code as tax_item_code
from due
{{ counted_under('levy_years', 'arrears_by_levy_year', 'levy_year_code', 'due.levy_year_code') }}
{{ counted_under('tax_items', 'arrears_by_levy_year', 'tax_item_code', 'due.tax_item_code') }}
