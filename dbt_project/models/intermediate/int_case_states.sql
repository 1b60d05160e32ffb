-- One row per late instalment: which arrears cases are open as of the date, by the flags of the newest levy version
-- delivered by then or by a dated period, and the one state that goes first in the official order.
with versions as (
    select
        levies.*,
        row_number() over (
            partition by levies.instalment_id
            order by
                levies.delivery_date desc, levies.delivery_seq desc,
                levies.source_file_no desc, levies.source_line_no desc
        ) as version_rank
    from {{ ref('stg_levy') }} as levies
    inner join {{ ref('int_late_instalments') }} as late
        on levies.instalment_id = late.instalment_id and levies.delivery_date <= late.evaluate_date
),

periods as (
    select
        late.instalment_id,
        bool_or(cases.case_kind = 'seizure') as has_seizure,
        bool_or(cases.case_kind = 'participating_seizure') as has_participating_seizure,
        bool_or(cases.case_kind = 'delivery_demand') as has_delivery_demand,
        bool_or(cases.case_kind = 'conversion_grace') as has_conversion_grace,
        bool_or(cases.case_kind = 'execution_stay') as has_execution_stay,
        bool_or(cases.case_kind in ('collection_grace', 'disaster_grace')) as has_collection_grace,
        bool_or(cases.case_kind = 'instalment_pledge') as has_instalment_pledge
    from {{ ref('int_late_instalments') }} as late
    inner join {{ ref('int_case_periods') }} as cases
        on
            late.instalment_id = cases.instalment_id
            and cases.from_date <= late.evaluate_date
            and coalesce(cases.to_date, late.evaluate_date) >= late.evaluate_date
    group by late.instalment_id
)

select
    late.instalment_id,
    coalesce(versions.has_participating_seizure_flag, false)
    or coalesce(periods.has_participating_seizure, false) as has_participating_seizure,
    case
        when coalesce(versions.has_seizure_flag, false) or coalesce(periods.has_seizure, false) then 'seizure'
        when coalesce(versions.has_conversion_grace_flag, false) or coalesce(periods.has_conversion_grace, false)
            then 'conversion_grace'
        when coalesce(versions.has_execution_stay_flag, false) or coalesce(periods.has_execution_stay, false)
            then 'execution_stay'
        when coalesce(versions.has_collection_grace_flag, false) or coalesce(periods.has_collection_grace, false)
            then 'collection_grace'
        when versions.has_payment_entrustment_flag then 'entrusted'
        when
            coalesce(versions.has_delivery_demand_flag, false)
            or coalesce(versions.has_participating_seizure_flag, false)
            or coalesce(periods.has_delivery_demand, false)
            or coalesce(periods.has_participating_seizure, false)
            then 'delivery_demand'
        when coalesce(versions.has_instalment_plan_flag, false) or coalesce(periods.has_instalment_pledge, false)
            then 'instalment_pledge'
        else 'other'
    end as arrears_state
from {{ ref('int_late_instalments') }} as late
left join versions on late.instalment_id = versions.instalment_id and versions.version_rank = 1
left join periods on late.instalment_id = periods.instalment_id
