-- One row per dimension, leaf code and code that it counts in: itself, the groups above it and the total T.
-- Figures are recorded under leaf codes only; a group or the total is reached through this table.
with codes as (
    select distinct
        dimension,
        code,
        parent
    from {{ ref('cells_dimension_codes') }}
),

ancestors as (
    select dimension, code, code as ancestor_code from codes
    union all
    select dimension, code, parent as ancestor_code from codes where parent <> ''
    union all
    select dimension, code, 'T' as ancestor_code from codes
)

select
    ancestors.dimension,
    ancestors.code,
    ancestors.ancestor_code
from ancestors
where
    not exists (
        select 1
        from codes
        where codes.dimension = ancestors.dimension and codes.parent = ancestors.code
    )
