-- One row per overdue instalment: the day on which prescription completes, and the state that may hold it up.
select
    arrears.addressee_key,
    items.label_ja as tax_item_ja,
    arrears.levy_year,
    instalments.instalment_no,
    arrears.statutory_due_date,
    prescriptions.renewed_on_date,
    arrears.prescription_date,
    {{ days_between('arrears.as_of_date', 'arrears.prescription_date') }} as remaining_days,
    arrears.principal_outstanding_yen,
    arrears.principal_outstanding_yen + arrears.late_charge_outstanding_yen + arrears.additional_charge_outstanding_yen
    + arrears.demand_fee_outstanding_yen as outstanding_yen,
    states.label_ja as arrears_state_ja,
    arrears.instalment_id
from {{ ref('fct_arrears') }} as arrears
left join {{ ref('int_prescriptions') }} as prescriptions on arrears.instalment_id = prescriptions.instalment_id
left join {{ ref('int_instalments') }} as instalments on arrears.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on arrears.tax_item_code = items.tax_item_code
left join {{ ref('arrears_states') }} as states on arrears.arrears_state = states.arrears_state
