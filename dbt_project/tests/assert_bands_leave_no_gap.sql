-- The bands of a dimension follow one another without gap or overlap: each begins one above the end of the one before.
-- Guards against an edge that belongs to no band, so that somebody who owes exactly that much stands in the total only.
-- Does not test whether the first and the last band reach far enough; the gates compare the totals with the marts.
with ordered as (
    select
        table_name,
        dimension,
        code,
        from_value,
        lag(code) over (partition by table_name, dimension order by sort_order) as code_before,
        lag(to_value) over (partition by table_name, dimension order by sort_order) as to_value_before
    from {{ ref('statistics_bands') }}
    -- A band without bounds is for what has no number at all: not yet paid.
    where from_value is not null or to_value is not null
)

select *
from ordered
where code_before is not null and coalesce(from_value <> to_value_before + 1, true)
