-- The values of one parameter and scope follow one another day by day, each with article and status, in a known unit;
-- the city's own values (city.toml) as well. Two values for one day would double every charge, a gap would drop it.
with neighbours as (
    select
        *,
        row_number() over in_order as row_no,
        lag(valid_to) over in_order as previous_to
    from {{ ref('int_law_parameters') }}
    window in_order as (partition by parameter, scope order by coalesce(valid_from, cast('0001-01-01' as date)))
)

select
    law_parameter_id,
    valid_from,
    valid_to,
    case
        when coalesce(trim(law), '') = '' or coalesce(trim(status), '') = '' then 'no article or no status'
        when unit not in ('percent_per_year', 'percent', 'month', 'day', 'year', 'yen', 'flag', 'month_day')
            then 'unknown unit'
        when unit <> 'month_day' and try_cast(value as decimal(12, 5)) is null then 'the value is not a number'
        when valid_to < valid_from then 'ends before it begins'
        when previous_to is null or valid_from is null or valid_from <= previous_to then 'two values for one day'
        else 'a gap before it'
    end as fault
from neighbours
where
    coalesce(trim(law), '') = ''
    or coalesce(trim(status), '') = ''
    or unit is null
    or unit not in ('percent_per_year', 'percent', 'month', 'day', 'year', 'yen', 'flag', 'month_day')
    or (unit <> 'month_day' and try_cast(value as decimal(12, 5)) is null)
    or valid_to < valid_from
    or (row_no > 1 and coalesce(valid_from <> {{ add_days('previous_to', 1) }}, true))
