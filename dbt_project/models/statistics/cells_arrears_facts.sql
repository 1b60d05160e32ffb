-- One row per overdue instalment with principal outstanding: whose, how much, and the codes it is counted under.
select
    arrears.instalment_id,
    arrears.addressee_key,
    addressees.holding_key,
    addressees.area_code,
    addressees.age_band_code,
    arrears.tax_item_code,
    coalesce(levy_years.code, 'P') as levy_year_code,
    arrears.principal_outstanding_yen as outstanding_yen
from {{ ref('fct_arrears') }} as arrears
inner join {{ ref('dim_addressee') }} as addressees on arrears.addressee_key = addressees.addressee_key
left join {{ ref('cells_dimension_codes') }} as levy_years
    on
        levy_years.table_name = 'arrears_by_levy_year'
        and levy_years.dimension = 'levy_year_code'
        and cast(arrears.levy_year as {{ text_type() }}) = levy_years.code
where arrears.principal_outstanding_yen > 0 and arrears.overdue_days > 0
