-- One row per instalment plan that stands: what was pledged, and the last day on which it still counts as pledged.
-- A plan that the city calls broken ends with the due date of the first part that was not paid in full.
with broken as (
    select
        plan_no,
        min(part_due_date) as first_missed_date
    from {{ ref('int_plan_parts') }}
    where part_paid_yen < part_yen
    group by plan_no
)

select
    plans.plan_no,
    plans.addressee_key,
    plans.pledge_date,
    plans.plan_state,
    case
        when plans.plan_cancelled_date is not null then {{ add_days('plans.plan_cancelled_date', -1) }}
        when plans.plan_state = 'broken' then broken.first_missed_date
    end as plan_to_date,
    plans.source_file_no,
    plans.source_line_no
from {{ standing('instalment_plan', 'plan_no') }} as plans
left join broken on plans.plan_no = broken.plan_no
