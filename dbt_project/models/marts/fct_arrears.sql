-- One row per instalment that was overdue as of the date with anything outstanding: principal, late charge, additional
-- charge or demand fee. Instalments that are not yet due, and those settled in every component, have no row.
with overdue as (
    select
        positions.*,
        run.as_of_date
    from {{ ref('int_instalment_positions') }} as positions
    inner join {{ ref('int_run') }} as run on positions.due_date < run.as_of_date
    where
        positions.principal_outstanding_yen > 0
        or positions.late_charge_outstanding_yen > 0
        or positions.additional_charge_outstanding_yen > 0
        or positions.demand_fee_outstanding_yen > 0
)

select
    overdue.as_of_date,
    overdue.instalment_id,
    overdue.addressee_key,
    overdue.tax_item_code,
    overdue.levy_year,
    case
        when overdue.as_of_date <= {{ month_day_of('overdue.levy_year + 1', 'closing.value_text') }} then 'current'
        else 'carryover'
    end as levy_class,
    overdue.due_date,
    overdue.statutory_due_date,
    overdue.principal_levied_yen,
    overdue.principal_collected_yen,
    overdue.principal_outstanding_yen,
    overdue.late_charge_accrued_yen,
    overdue.late_charge_collected_yen,
    overdue.demand_fee_outstanding_yen,
    {{ days_between('overdue.due_date', 'overdue.as_of_date') }} as overdue_days,
    demands.demand_notice_date,
    {{ add_days('demands.demand_notice_date', 'waiting.value + 1') }} as seizable_from_date,
    prescriptions.prescription_date,
    coalesce(states.arrears_state, 'other') as arrears_state,
    overdue.tax_item,
    overdue.collection_method_code,
    overdue.written_off_yen,
    overdue.late_charge_outstanding_yen,
    overdue.additional_charge_outstanding_yen,
    overdue.principal_outstanding_yen = 0 as is_late_charge_fixed,
    coalesce(states.has_participating_seizure, false) as has_participating_seizure,
    overdue.late_charge_reduced_yen,
    coalesce(keys.person_key, overdue.addressee_key) as person_key,
    stamp.law_version
from overdue
cross join {{ ref('int_law_version') }} as stamp
left join {{ ref('int_person_keys') }} as keys on overdue.addressee_key = keys.addressee_key
left join {{ ref('int_demand_notices') }} as demands on overdue.instalment_id = demands.instalment_id
left join {{ ref('int_prescriptions') }} as prescriptions on overdue.instalment_id = prescriptions.instalment_id
left join {{ ref('int_case_states') }} as states on overdue.instalment_id = states.instalment_id
{{ law_join('closing', 'closing_period_end', 'overdue.tax_item_code', 'overdue.as_of_date') }}
{{ law_join('waiting', 'seizure_after_demand_days', 'overdue.tax_item_code', 'demands.demand_notice_date') }}
