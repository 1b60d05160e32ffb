-- One row per component of an instalment that an appropriation paid, as a negative amount; credited when decided.
{{ config(materialized='view') }}
with appropriations as (
    select treatments.*
    from {{ ref('int_refund_treatments') }} as treatments
    inner join {{ ref('int_instalments') }} as targets on treatments.target_instalment_id = targets.instalment_id
)

{{ appropriation_moves('appropriations', 'principal') }}
union all
{{ appropriation_moves('appropriations', 'late_charge') }}
union all
{{ appropriation_moves('appropriations', 'additional_charge') }}
union all
{{ appropriation_moves('appropriations', 'demand_fee') }}
