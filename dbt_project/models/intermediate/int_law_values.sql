-- One row per law parameter, tax item and period: the value that applies to that tax item on those days.
-- A value for the tax item itself goes before one for its kind of levy, and that before one for all.
with candidates as (
    select
        parameters.parameter,
        items.tax_item_code,
        parameters.law_parameter_id,
        coalesce(parameters.valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(parameters.valid_to, cast('9999-12-31' as date)) as valid_to,
        parameters.value,
        parameters.unit,
        parameters.law,
        case parameters.scope
            when items.tax_item then 1
            when items.law_scope then 2
            else 3
        end as precedence
    from {{ ref('int_law_parameters') }} as parameters
    inner join {{ ref('tax_items') }} as items
        on parameters.scope in (items.tax_item, items.law_scope, 'all') and items.law_scope is not null
),

nearest as (
    select
        parameter,
        tax_item_code,
        min(precedence) as precedence
    from candidates
    group by parameter, tax_item_code
)

select
    candidates.parameter,
    candidates.tax_item_code,
    candidates.law_parameter_id,
    candidates.valid_from,
    candidates.valid_to,
    case when candidates.unit <> 'month_day' then cast(candidates.value as decimal(12, 5)) end as value,
    candidates.value as value_text,
    candidates.unit,
    candidates.law
from candidates
inner join nearest
    on
        candidates.parameter = nearest.parameter
        and candidates.tax_item_code = nearest.tax_item_code
        and candidates.precedence = nearest.precedence
