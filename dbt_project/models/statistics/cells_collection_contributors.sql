-- One row per accounting year, month end, tax item code and levy class, every combination: addressees levied by then.
-- An addressee counts once in a cell, from the first month in which any of its instalments had something to collect.
-- Only years whose feeds were delivered, with fourteen month ends each.
with addressees as (
    select
        addressee_key,
        tax_item_code,
        levy_class,
        accounting_year,
        min(month_end_date) as month_end_date
    from {{ ref('int_collection_balances') }}
    where levied_yen > 0
    group by addressee_key, tax_item_code, levy_class, accounting_year
),

first_months as (
    select
        tax_items.ancestor_code as tax_item_code,
        levy_classes.ancestor_code as levy_class,
        addressees.accounting_year,
        addressees.addressee_key,
        min(addressees.month_end_date) as month_end_date
    from addressees
    {{ counted_under('tax_items', 'collection_results', 'tax_item_code', 'addressees.tax_item_code') }}
    {{ counted_under('levy_classes', 'collection_results', 'levy_class', 'addressees.levy_class') }}
    group by
        tax_items.ancestor_code, levy_classes.ancestor_code, addressees.accounting_year, addressees.addressee_key
),

newcomers as (
    select
        tax_item_code,
        levy_class,
        accounting_year,
        month_end_date,
        count(*) as addressee_count
    from first_months
    group by tax_item_code, levy_class, accounting_year, month_end_date
),

combinations as (
    select distinct
        months.accounting_year,
        months.month_no,
        months.month_end_date,
        tax_items.ancestor_code as tax_item_code,
        levy_classes.ancestor_code as levy_class
    from {{ ref('int_accounting_months') }} as months
    cross join {{ ref('cells_code_ancestors') }} as tax_items
    cross join {{ ref('cells_code_ancestors') }} as levy_classes
    where
        months.is_observed
        and tax_items.table_name = 'collection_results'
        and tax_items.dimension = 'tax_item_code'
        and levy_classes.table_name = 'collection_results'
        and levy_classes.dimension = 'levy_class'
)

select
    combinations.accounting_year,
    combinations.month_no,
    combinations.month_end_date,
    combinations.tax_item_code,
    combinations.levy_class,
    cast(coalesce(sum(newcomers.addressee_count), 0) as bigint) as contributor_count
from combinations
left join newcomers
    on
        combinations.accounting_year = newcomers.accounting_year
        and combinations.tax_item_code = newcomers.tax_item_code
        and combinations.levy_class = newcomers.levy_class
        and combinations.month_end_date >= newcomers.month_end_date
group by all
