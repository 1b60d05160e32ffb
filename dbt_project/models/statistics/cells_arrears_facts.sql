-- One row per overdue instalment with principal outstanding: whose, how much, and the codes it is counted under.
-- The band of a debtor is that of everything it owes, all tax items together.
with owed as (
    select
        arrears.*,
        sum(arrears.principal_outstanding_yen) over (partition by arrears.person_key) as debtor_yen
    from {{ ref('fct_arrears') }} as arrears
    where arrears.principal_outstanding_yen > 0 and arrears.overdue_days > 0
)

select
    owed.instalment_id,
    owed.addressee_key,
    owed.person_key,
    addressees.holding_key,
    addressees.area_code,
    addressees.age_band_code,
    owed.tax_item_code,
    coalesce(levy_years.code, 'P') as levy_year_code,
    amounts.code as amount_band_code,
    case
        when owed.arrears_state <> 'delivery_demand' then owed.arrears_state
        when owed.has_participating_seizure then 'participating_seizure'
        else 'delivery_demand_only'
    end as arrears_state_code,
    months.code as months_ahead_code,
    owed.principal_outstanding_yen as outstanding_yen
from owed
inner join {{ ref('dim_addressee') }} as addressees on owed.addressee_key = addressees.addressee_key
left join {{ ref('fct_prescriptions') }} as prescriptions on owed.instalment_id = prescriptions.instalment_id
left join {{ ref('cells_dimension_codes') }} as levy_years
    on
        levy_years.table_name = 'arrears_by_levy_year'
        and levy_years.dimension = 'levy_year_code'
        and cast(owed.levy_year as {{ text_type() }}) = levy_years.code
{{ band_join('amounts', 'arrears_by_amount', 'amount_band_code', 'owed.debtor_yen') }}
{{ band_join(
    'months', 'prescription_ahead', 'months_ahead_code',
    months_until('owed.as_of_date', 'prescriptions.extinction_date')
) }}
