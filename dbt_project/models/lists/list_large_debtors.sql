-- One row per debtor: everything outstanding over all tax items, the case, the plan and the next step.
select
    debtors.addressee_key,
    debtors.instalment_count,
    debtors.principal_outstanding_yen,
    debtors.late_charge_outstanding_yen,
    debtors.additional_charge_outstanding_yen,
    debtors.demand_fee_outstanding_yen,
    debtors.outstanding_yen,
    debtors.oldest_due_date,
    debtors.earliest_prescription_date,
    states.label_ja as arrears_state_ja,
    coalesce(plan_states.label_ja, debtors.plan_state) as plan_state_ja,
    coalesce(steps.label_ja, debtors.next_step) as next_step_ja,
    debtors.next_step_date
from {{ ref('fct_debtors') }} as debtors
left join {{ ref('arrears_states') }} as states on debtors.arrears_state = states.arrears_state
{{ label_join('plan_states', 'plan_state', 'debtors.plan_state') }}
{{ label_join('steps', 'next_step', 'debtors.next_step') }}
