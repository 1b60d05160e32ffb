-- One row per tax item, rate parameter and period with one rate. Neighbouring periods with an equal rate are one period
-- where the law parameter merge_equal_rate_segments says so.
with rates as (
    select
        law_values.tax_item_code,
        law_values.parameter,
        law_values.value as rate_percent,
        law_values.valid_from as from_date,
        law_values.valid_to as to_date,
        case
            when
                merging.value = 1
                and lag(law_values.value) over in_order = law_values.value
                and lag(law_values.valid_to) over in_order = {{ add_days('law_values.valid_from', -1) }}
                then 0
            else 1
        end as is_new_period
    from {{ ref('int_law_values') }} as law_values
    {{ law_join('merging', 'merge_equal_rate_segments', 'law_values.tax_item_code', 'law_values.valid_from') }}
    where law_values.unit = 'percent_per_year'
    window in_order as (partition by law_values.tax_item_code, law_values.parameter order by law_values.valid_from)
),

numbered as (
    select
        *,
        sum(is_new_period) over (
            partition by tax_item_code, parameter order by from_date rows between unbounded preceding and current row
        ) as rate_period_no
    from rates
)

select
    tax_item_code,
    parameter,
    cast(rate_period_no as integer) as rate_period_no,
    rate_percent,
    min(from_date) as from_date,
    max(to_date) as to_date
from numbered
group by tax_item_code, parameter, rate_period_no, rate_percent
