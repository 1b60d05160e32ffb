-- The total of each tax item in every arrears table is the overdue principal of fct_arrears, its instalments and, where
-- a table counts them, its debtors; and so is the total of all.
-- Guards against debts lost on the way to a statistic because an addressee, an area, a levy year, a band of months or a
-- state has no code. The tables are linked in the disclosure policy, so they must show the same figures.
-- Does not test the cells below the totals; see assert_cells_add_up.
{%- set tables = [
    ('arrears_by_levy_year', "levy_year_code = 'T'", 'debtor_count'),
    ('arrears_by_area_age', "area_code = 'T' and age_band_code = 'T'", 'debtor_count'),
    ('arrears_by_amount', "amount_band_code = 'T'", 'debtor_count'),
    ('arrears_by_state', "arrears_state_code = 'T'", 'null'),
    ('prescription_ahead', "months_ahead_code = 'T'", 'null'),
] %}
with mart as (
    select
        coalesce(tax_item_code, 'T') as tax_item_code,
        count(distinct person_key) as debtor_count,
        count(*) as case_count,
        sum(principal_outstanding_yen) as outstanding_yen
    from {{ ref('fct_arrears') }}
    where principal_outstanding_yen > 0 and overdue_days > 0
    group by grouping sets ((tax_item_code), ())
),

totals as (
    {%- for table, is_total, debtors in tables %}
        select
            '{{ table }}' as table_name,
            tax_item_code,
            {{ debtors }} as debtor_count,
            case_count,
            outstanding_yen
        from {{ ref('cells_' ~ table) }}
        where {{ is_total }} and tax_item_code not like 'G%'
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select totals.*
from totals
left join mart on totals.tax_item_code = mart.tax_item_code
where
    coalesce(totals.debtor_count, mart.debtor_count, 0) <> coalesce(mart.debtor_count, 0)
    or totals.case_count <> coalesce(mart.case_count, 0)
    or totals.outstanding_yen <> coalesce(mart.outstanding_yen, 0)
