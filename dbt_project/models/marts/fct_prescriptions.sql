-- One row per overdue instalment with anything outstanding as of the date: the last day of its claim by prescription
-- and by the execution stay, why they stand there, what comes first, and the days left. How far to look ahead is the
-- reader's choice.
select
    arrears.as_of_date,
    arrears.instalment_id,
    arrears.addressee_key,
    arrears.tax_item_code,
    arrears.levy_year,
    arrears.due_date,
    arrears.statutory_due_date,
    extinctions.prescription_date,
    extinctions.renewal_kind,
    extinctions.act_date as renewal_act_date,
    extinctions.renewed_on_date,
    extinctions.suspended_days,
    extinctions.stay_item,
    extinctions.stay_no,
    extinctions.stay_from_date,
    extinctions.stay_end_date,
    extinctions.clause as first_clause,
    extinctions.law as first_clause_law,
    extinctions.extinction_date,
    {{ days_between('arrears.as_of_date', 'extinctions.extinction_date') }} as days_left,
    arrears.principal_outstanding_yen,
    arrears.late_charge_outstanding_yen,
    arrears.additional_charge_outstanding_yen,
    arrears.demand_fee_outstanding_yen,
    arrears.arrears_state,
    arrears.law_version
from {{ ref('fct_arrears') }} as arrears
inner join {{ ref('int_extinctions') }} as extinctions on arrears.instalment_id = extinctions.instalment_id
