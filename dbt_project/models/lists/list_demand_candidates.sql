-- One row per overdue instalment without a demand notice: until when it is to be issued. An instalment whose collection
-- is stayed, deferred or otherwise in hand is listed with that state; whether it is demanded is an officer's decision.
select
    arrears.addressee_key,
    items.label_ja as tax_item_ja,
    arrears.levy_year,
    instalments.instalment_no,
    arrears.due_date,
    {{ add_days('arrears.due_date', 'within.value') }} as demand_by_date,
    arrears.overdue_days,
    arrears.principal_outstanding_yen,
    arrears.late_charge_outstanding_yen,
    states.label_ja as arrears_state_ja,
    arrears.instalment_id
from {{ ref('fct_arrears') }} as arrears
left join {{ ref('int_instalments') }} as instalments on arrears.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on arrears.tax_item_code = items.tax_item_code
left join {{ ref('arrears_states') }} as states on arrears.arrears_state = states.arrears_state
{{ law_join('within', 'demand_notice_days', 'arrears.tax_item_code', 'arrears.due_date') }}
where arrears.demand_notice_date is null
