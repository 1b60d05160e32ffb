-- One row per overdue instalment under an execution stay (one that lasted its years counts on, even if it has ended
-- since): the last day of the claim by that stay, as fct_prescriptions says. Stays without a day between are one stay.
select
    prescriptions.addressee_key,
    items.label_ja as tax_item_ja,
    prescriptions.levy_year,
    instalments.instalment_no,
    prescriptions.principal_outstanding_yen,
    prescriptions.stay_no,
    coalesce(clauses.label_ja, prescriptions.stay_item) as stay_clause_ja,
    prescriptions.stay_from_date,
    prescriptions.stay_end_date,
    {{ days_between('prescriptions.as_of_date', 'prescriptions.stay_end_date') }} as remaining_days,
    prescriptions.prescription_date,
    prescriptions.instalment_id
from {{ ref('fct_prescriptions') }} as prescriptions
left join {{ ref('int_instalments') }} as instalments on prescriptions.instalment_id = instalments.instalment_id
left join {{ ref('tax_items') }} as items on prescriptions.tax_item_code = items.tax_item_code
{{ label_join('clauses', 'stay_item', 'prescriptions.stay_item') }}
where prescriptions.stay_end_date is not null
