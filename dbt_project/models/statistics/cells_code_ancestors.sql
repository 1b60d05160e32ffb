-- One row per table, dimension, leaf code and code that it counts in: itself, the groups above it and the total T.
-- Figures are recorded under leaf codes only; a group or the total is reached through this table. Groups may stand in
-- groups (a month, its quarter, its fiscal year). Periods have no total: their top codes do not add up to anything.
with codes as (
    select
        table_name,
        dimension,
        code,
        parent
    from {{ ref('cells_dimension_codes') }}
),

ancestors as (
    select table_name, dimension, code, code as ancestor_code from codes
    union all
    select table_name, dimension, code, parent as ancestor_code from codes where parent <> ''
    union all
    select codes.table_name, codes.dimension, codes.code, parents.parent as ancestor_code
    from codes
    inner join codes as parents
        on
            codes.table_name = parents.table_name
            and codes.dimension = parents.dimension
            and codes.parent = parents.code
    where parents.parent <> ''
    union all
    select codes.table_name, codes.dimension, codes.code, 'T' as ancestor_code
    from codes
    inner join {{ ref('statistics_dimensions') }} as dimensions
        on codes.table_name = dimensions.table_name and codes.dimension = dimensions.dimension
    where dimensions.has_total
)

select
    ancestors.table_name,
    ancestors.dimension,
    ancestors.code,
    ancestors.ancestor_code
from ancestors
where
    not exists (
        select 1
        from codes
        where
            codes.table_name = ancestors.table_name
            and codes.dimension = ancestors.dimension
            and codes.parent = ancestors.code
    )
