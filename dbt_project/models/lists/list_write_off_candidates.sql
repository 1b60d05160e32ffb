-- One row per overdue instalment whose claim is extinguished: under which clause, since when, and what is lost with it.
select
    candidates.addressee_key,
    items.label_ja as tax_item_ja,
    candidates.levy_year,
    instalments.instalment_no,
    candidates.clause_law,
    candidates.extinguished_date,
    candidates.stay_from_date,
    candidates.stay_end_date,
    candidates.prescription_date,
    candidates.principal_outstanding_yen,
    candidates.principal_outstanding_yen + candidates.late_charge_outstanding_yen
    + candidates.additional_charge_outstanding_yen + candidates.demand_fee_outstanding_yen as outstanding_yen,
    states.label_ja as arrears_state_ja,
    candidates.instalment_id
from {{ ref('fct_write_off_candidates') }} as candidates
left join {{ ref('int_instalments') }} as instalments on candidates.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on candidates.tax_item_code = items.tax_item_code
left join {{ ref('arrears_states') }} as states on candidates.arrears_state = states.arrears_state
