-- One row per instalment and period of an arrears case: grace, stay, seizure, delivery demand, pledge. Both days are
-- included; to_date is empty while the case is open. A cancelled grace or stay ends the day before; a seizure that is
-- released still holds on the day of its release.
select
    instalment_id,
    grace_no as case_no,
    grace_kind as case_kind,
    grace_from_date as from_date,
    case
        when grace_cancelled_date <= grace_to_date then {{ add_days('grace_cancelled_date', -1) }}
        else grace_to_date
    end as to_date,
    source_file_no,
    source_line_no
from {{ standing('grace', 'grace_no, instalment_id') }} as graces
union all
select
    instalment_id,
    stay_no as case_no,
    'execution_stay' as case_kind,
    stay_date as from_date,
    {{ add_days('stay_cancelled_date', -1) }} as to_date,
    source_file_no,
    source_line_no
from {{ standing('execution_stay', 'stay_no, instalment_id') }} as stays
union all
select
    instalment_id,
    seizure_no as case_no,
    case when is_participating then 'participating_seizure' else 'seizure' end as case_kind,
    seizure_date as from_date,
    seizure_release_date as to_date,
    source_file_no,
    source_line_no
from {{ standing('seizure', 'seizure_no, instalment_id') }} as seizures
union all
select
    instalment_id,
    delivery_demand_no as case_no,
    'delivery_demand' as case_kind,
    delivery_demand_date as from_date,
    delivery_demand_release_date as to_date,
    source_file_no,
    source_line_no
from {{ standing('delivery_demand', 'delivery_demand_no, instalment_id') }} as demands
union all
select
    parts.instalment_id,
    parts.plan_no as case_no,
    'instalment_pledge' as case_kind,
    plans.pledge_date as from_date,
    plans.plan_to_date as to_date,
    plans.source_file_no,
    plans.source_line_no
from (
    select distinct
        instalment_id,
        plan_no
    from {{ standing('instalment_plan_part', 'plan_no, part_no, instalment_id') }} as standing_parts
) as parts
inner join {{ ref('int_instalment_plans') }} as plans on parts.plan_no = plans.plan_no
