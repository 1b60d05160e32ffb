-- One row per overdue instalment with anything outstanding whose claim is extinguished as of the date, under the
-- clause that came first; the other days stand beside it. The claim ends with the expiry of extinguished_date, so that
-- the day itself is not counted yet; under 15-7-5 it ends on that day.
select
    arrears.as_of_date,
    arrears.instalment_id,
    arrears.addressee_key,
    arrears.tax_item_code,
    arrears.levy_year,
    arrears.due_date,
    extinctions.clause,
    extinctions.law as clause_law,
    extinctions.extinction_date as extinguished_date,
    extinctions.stay_item,
    extinctions.stay_from_date,
    extinctions.stay_end_date,
    extinctions.prescription_date,
    arrears.principal_outstanding_yen,
    arrears.late_charge_outstanding_yen,
    arrears.additional_charge_outstanding_yen,
    arrears.demand_fee_outstanding_yen,
    arrears.arrears_state,
    arrears.law_version
from {{ ref('fct_arrears') }} as arrears
inner join {{ ref('int_extinctions') }} as extinctions on arrears.instalment_id = extinctions.instalment_id
where
    extinctions.extinction_date < arrears.as_of_date
    or extinctions.immediate_extinction_date <= arrears.as_of_date
