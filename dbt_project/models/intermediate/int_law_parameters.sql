-- One row per value of the law and period in which it is in force: the law's own, or the city's where it has set any.
-- A city value replaces all rows of the same parameter and scope, so that no period is left to a rule it has changed.
with city as (
    select
        concat_ws('.', 'city', parameter, scope, coalesce(cast(valid_from as {{ text_type() }}), 'ever'))
            as law_parameter_id,
        parameter,
        scope,
        valid_from,
        valid_to,
        value,
        unit,
        law,
        status,
        source,
        note,
        true as is_city_value
    from {{ ref('stg_city_parameters') }}
),

law as (
    select
        seed.law_parameter_id,
        seed.parameter,
        seed.scope,
        seed.valid_from,
        seed.valid_to,
        seed.value,
        seed.unit,
        seed.law,
        seed.status,
        seed.source,
        seed.note,
        false as is_city_value
    from {{ ref('law_parameters') }} as seed
    where
        not exists (
            select 1
            from city
            where city.parameter = seed.parameter and city.scope = seed.scope
        )
)

select * from law
union all
select * from city
