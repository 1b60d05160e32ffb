-- One row per instalment and day on which a relief from late charge begins (+1) or has ended (-1).
-- Full relief: disaster grace, execution stay, the excluded period that the levy feed reports, and for ever the days
-- after the last day of a claim that is extinguished. Reduced to the grace rate: other graces. Local Tax Act art. 15-9,
-- 15-7 (4) and (5), 18.
with reliefs as (
    select
        instalment_id,
        from_date,
        to_date,
        case when case_kind in ('disaster_grace', 'execution_stay') then 1 else 0 end as exempt,
        case when case_kind in ('collection_grace', 'conversion_grace') then 1 else 0 end as reduced
    from {{ ref('int_case_periods') }}
    where case_kind in ('disaster_grace', 'execution_stay', 'collection_grace', 'conversion_grace')
    union all
    select distinct
        instalment_id,
        exclusion_period_start_date as from_date,
        exclusion_period_end_date as to_date,
        1 as exempt,
        0 as reduced
    from {{ ref('stg_levy') }}
    where exclusion_period_start_date is not null
)

select
    instalment_id,
    from_date as start_date,
    exempt as exempt_change,
    reduced as reduced_change
from reliefs
union all
select
    instalment_id,
    {{ add_days('to_date', 1) }} as start_date,
    -exempt as exempt_change,
    -reduced as reduced_change
from reliefs
where to_date is not null
union all
select
    extinctions.instalment_id,
    {{ add_days('extinctions.extinction_date', 1) }} as start_date,
    1 as exempt_change,
    0 as reduced_change
from {{ ref('int_extinctions') }} as extinctions
inner join {{ ref('int_run') }} as run on extinctions.extinction_date < run.as_of_date
