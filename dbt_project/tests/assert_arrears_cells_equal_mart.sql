-- The totals of both arrears tables are the overdue principal of fct_arrears, its instalments and its debtors.
-- Guards against debts lost on the way to a statistic because an addressee, an area or a levy year has no code.
-- Does not test the cells below the totals; see assert_cells_add_up.
with mart as (
    select
        count(distinct addressee_key) as debtor_count,
        count(*) as case_count,
        coalesce(sum(principal_outstanding_yen), 0) as outstanding_yen
    from {{ ref('fct_arrears') }}
    where principal_outstanding_yen > 0 and overdue_days > 0
),

totals as (
    select 'arrears_by_levy_year' as table_name, debtor_count, case_count, outstanding_yen
    from {{ ref('cells_arrears_by_levy_year') }}
    where levy_year_code = 'T' and tax_item_code = 'T'
    union all
    select 'arrears_by_area_age' as table_name, debtor_count, case_count, outstanding_yen
    from {{ ref('cells_arrears_by_area_age') }}
    where area_code = 'T' and age_band_code = 'T' and tax_item_code = 'T'
)

select totals.*
from mart
cross join totals
where
    totals.debtor_count <> mart.debtor_count
    or totals.case_count <> mart.case_count
    or totals.outstanding_yen <> mart.outstanding_yen
