-- One row per instalment plan that is broken as of the date: called so by the city, or with a part past its due date
-- that was not paid in full.
with parts as (
    select
        parts.plan_no,
        cast(sum(parts.part_yen) as bigint) as pledged_yen,
        cast(sum(parts.part_paid_yen) as bigint) as plan_paid_yen,
        count(*) filter (where parts.part_due_date < run.as_of_date and parts.part_paid_yen < parts.part_yen)
            as missed_count,
        cast(coalesce(
            sum(parts.part_yen - parts.part_paid_yen)
            filter (where parts.part_due_date < run.as_of_date and parts.part_paid_yen < parts.part_yen), 0
        ) as bigint) as missed_yen,
        min(parts.part_due_date)
        filter (where parts.part_due_date < run.as_of_date and parts.part_paid_yen < parts.part_yen)
            as first_missed_date
    from {{ ref('int_plan_parts') }} as parts
    cross join {{ ref('int_run') }} as run
    group by parts.plan_no
)

select
    plans.addressee_key,
    plans.plan_no,
    plans.pledge_date as plan_from_date,
    coalesce(states.label_ja, plans.plan_state) as plan_state_ja,
    parts.pledged_yen,
    parts.plan_paid_yen,
    parts.missed_count,
    parts.missed_yen,
    parts.first_missed_date,
    debtors.outstanding_yen
from {{ ref('int_instalment_plans') }} as plans
inner join {{ ref('int_run') }} as run on plans.pledge_date <= run.as_of_date
left join parts on plans.plan_no = parts.plan_no
left join {{ ref('int_person_keys') }} as keys on plans.addressee_key = keys.addressee_key
left join {{ ref('fct_debtors') }} as debtors on keys.person_key = debtors.person_key
{{ label_join('states', 'plan_state', 'plans.plan_state') }}
where plans.plan_state = 'broken' or (plans.plan_state = 'running' and parts.missed_count > 0)
