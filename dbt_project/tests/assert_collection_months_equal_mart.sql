-- The last month end of a closed year shows what its instalments add up to.
-- Guards against a month lost or counted twice in the cumulative figures. Does not test open years: what was paid by
-- the as-of date and is credited after it already stands in the mart, but not yet in the accounts of the month.
with months as (
    select
        months.accounting_year,
        months.tax_item_code,
        months.collection_method_code,
        months.levy_class,
        months.levied_yen,
        months.collected_yen,
        months.outstanding_yen
    from {{ ref('int_collection_months') }} as months
    inner join {{ ref('int_accounting_years') }} as years on months.accounting_year = years.accounting_year
    where months.month_end_date = years.closes_date
),

mart as (
    select
        accounting_year,
        tax_item_code,
        collection_method_code,
        levy_class,
        sum(levied_yen) as levied_yen,
        sum(collected_yen) as collected_yen,
        sum(outstanding_yen) as outstanding_yen
    from {{ ref('fct_collections') }}
    group by accounting_year, tax_item_code, collection_method_code, levy_class
)

select months.*
from months
left join mart
    on
        months.accounting_year = mart.accounting_year
        and months.tax_item_code = mart.tax_item_code
        and months.collection_method_code = mart.collection_method_code
        and months.levy_class = mart.levy_class
where
    mart.levied_yen is null
    or months.levied_yen <> mart.levied_yen
    or months.collected_yen <> mart.collected_yen
    or months.outstanding_yen <> mart.outstanding_yen
