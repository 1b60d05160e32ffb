-- One row per person with a pledge that is in force, or was broken, as of the date, under any addressee code: with
-- several the broken one counts.
select
    keys.person_key,
    case when count(*) filter (where plans.plan_state = 'broken') > 0 then 'broken' else 'kept' end as plan_state
from {{ ref('int_debtor_plans') }} as plans
inner join {{ ref('int_person_keys') }} as keys on plans.addressee_key = keys.addressee_key
group by keys.person_key
