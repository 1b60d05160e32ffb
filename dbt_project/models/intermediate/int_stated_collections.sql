-- One row per instalment and component whose levy record states what was collected of it (items 55–58), by the newest
-- version delivered by the as-of date that states anything. A record that states nothing says nothing: no row.
{{ config(materialized='view') }}
with stating as (
    select versions.*
    from {{ ref('int_levy_versions') }} as versions
    inner join {{ ref('int_run') }} as run on versions.delivery_date <= run.as_of_date
    where
        coalesce(
            versions.principal_collected_yen, versions.late_charge_collected_yen,
            versions.additional_charge_collected_yen, versions.demand_fee_collected_yen
        ) is not null
),

last_versions as (
    select
        instalment_id,
        max(version_no) as version_no
    from stating
    where not is_only_version
    group by instalment_id
),

newest as (
    select stating.*
    from stating
    left join last_versions on stating.instalment_id = last_versions.instalment_id
    where stating.is_only_version or stating.version_no = last_versions.version_no
)

{{ stated_component('principal') }}
union all
{{ stated_component('late_charge') }}
union all
{{ stated_component('additional_charge') }}
union all
{{ stated_component('demand_fee') }}
