-- One row per debtor with a pledge that is in force, or was broken, as of the date: kept while every part that has come
-- due is paid in full. With several plans the broken one counts. A cancelled or fulfilled plan is none.
with missed as (
    select parts.plan_no
    from {{ ref('int_plan_parts') }} as parts
    inner join {{ ref('int_run') }} as run on parts.part_due_date < run.as_of_date
    where parts.part_paid_yen < parts.part_yen
    group by parts.plan_no
)

select
    plans.addressee_key,
    case
        when count(*) filter (where plans.plan_state = 'broken' or missed.plan_no is not null) > 0 then 'broken'
        else 'kept'
    end as plan_state
from {{ ref('int_instalment_plans') }} as plans
inner join {{ ref('int_run') }} as run on plans.pledge_date <= run.as_of_date
left join missed on plans.plan_no = missed.plan_no
where plans.plan_state in ('running', 'broken')
group by plans.addressee_key
