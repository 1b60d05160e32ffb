-- One row per accounting year, month end, tax item code and levy class, every combination: people and bodies levied
-- by then. Each counts once in a cell, under however many codes, from the first month in which any instalment had
-- something to collect. Only years whose feeds were delivered, with fourteen month ends each.
with persons as (
    select
        coalesce(keys.person_key, balances.addressee_key) as person_key,
        balances.tax_item_code,
        balances.levy_class,
        balances.accounting_year,
        min(balances.month_end_date) as month_end_date
    from {{ ref('int_collection_balances') }} as balances
    left join {{ ref('int_person_keys') }} as keys on balances.addressee_key = keys.addressee_key
    where balances.levied_yen > 0
    group by all
),

first_months as (
    select
        tax_items.ancestor_code as tax_item_code,
        levy_classes.ancestor_code as levy_class,
        persons.accounting_year,
        persons.person_key,
        min(persons.month_end_date) as month_end_date
    from persons
    {{ counted_under('tax_items', 'collection_results', 'tax_item_code', 'persons.tax_item_code') }}
    {{ counted_under('levy_classes', 'collection_results', 'levy_class', 'persons.levy_class') }}
    group by
        tax_items.ancestor_code, levy_classes.ancestor_code, persons.accounting_year, persons.person_key
),

newcomers as (
    select
        tax_item_code,
        levy_class,
        accounting_year,
        month_end_date,
        count(*) as person_count
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
    cast(coalesce(sum(newcomers.person_count), 0) as bigint) as contributor_count
from combinations
left join newcomers
    on
        combinations.accounting_year = newcomers.accounting_year
        and combinations.tax_item_code = newcomers.tax_item_code
        and combinations.levy_class = newcomers.levy_class
        and combinations.month_end_date >= newcomers.month_end_date
group by all
