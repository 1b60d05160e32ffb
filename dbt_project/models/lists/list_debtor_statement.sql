-- One row per debtor and overdue instalment, under any code of the person: what is owed, component by component, as
-- of the date.
select
    debtors.addressee_key,
    items.label_ja as tax_item_ja,
    arrears.levy_year,
    instalments.assessment_year,
    instalments.instalment_no,
    arrears.due_date,
    arrears.principal_levied_yen,
    arrears.principal_collected_yen,
    arrears.principal_outstanding_yen,
    arrears.late_charge_outstanding_yen,
    arrears.additional_charge_outstanding_yen,
    arrears.demand_fee_outstanding_yen,
    arrears.principal_outstanding_yen + arrears.late_charge_outstanding_yen + arrears.additional_charge_outstanding_yen
    + arrears.demand_fee_outstanding_yen as outstanding_yen,
    arrears.demand_notice_date,
    arrears.prescription_date,
    states.label_ja as arrears_state_ja,
    arrears.instalment_id
from {{ ref('fct_arrears') }} as arrears
inner join {{ ref('fct_debtors') }} as debtors on arrears.person_key = debtors.person_key
left join {{ ref('int_instalments') }} as instalments on arrears.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on arrears.tax_item_code = items.tax_item_code
left join {{ ref('arrears_states') }} as states on arrears.arrears_state = states.arrears_state
