-- One row per accounting year, month end, tax item code and levy class, with groups and totals: the accounts by then.
-- Last year's rate is that of the same month of its accounts; the change is the difference of the two rounded rates,
-- in points, as the published tables show it.
with law as (
    select max(parameters.value) as step
    from {{ ref('int_law_values') }} as parameters
    inner join {{ ref('int_run') }} as run on run.as_of_date between parameters.valid_from and parameters.valid_to
    where parameters.parameter = 'collection_rate_rounding'
),

sums as (
    select
        months.accounting_year,
        months.month_end_date,
        tax_items.ancestor_code as tax_item_code,
        levy_classes.ancestor_code as levy_class,
        sum(months.levied_yen) as levied_yen,
        sum(months.collected_yen) as collected_yen,
        sum(months.written_off_yen) as written_off_yen,
        sum(months.refund_pending_yen) as refund_pending_yen,
        sum(months.outstanding_yen) as outstanding_yen
    from {{ ref('int_collection_months') }} as months
    {{ counted_under('tax_items', 'collection_results', 'tax_item_code', 'months.tax_item_code') }}
    {{ counted_under('levy_classes', 'collection_results', 'levy_class', 'months.levy_class') }}
    group by all
),

cells as (
    select
        contributors.*,
        cast(coalesce(sums.levied_yen, 0) as bigint) as levied_yen,
        cast(coalesce(sums.collected_yen, 0) as bigint) as collected_yen,
        cast(coalesce(sums.written_off_yen, 0) as bigint) as written_off_yen,
        cast(coalesce(sums.refund_pending_yen, 0) as bigint) as refund_pending_yen,
        cast(coalesce(sums.outstanding_yen, 0) as bigint) as outstanding_yen
    from {{ ref('cells_collection_contributors') }} as contributors
    left join sums
        on
            contributors.month_end_date = sums.month_end_date
            and contributors.accounting_year = sums.accounting_year
            and contributors.tax_item_code = sums.tax_item_code
            and contributors.levy_class = sums.levy_class
),

rated as (
    select
        run.as_of_date,
        cells.*,
        {{ collection_rate('cells.collected_yen', 'cells.levied_yen', 'law.step') }} as rate_gross,
        {{ collection_rate('(cells.collected_yen - cells.refund_pending_yen)', 'cells.levied_yen', 'law.step') }}
            as rate_net
    from cells
    cross join {{ ref('int_run') }} as run
    cross join law
)

select
    as_of_date,
    accounting_year,
    month_end_date,
    tax_item_code,
    levy_class,
    levied_yen,
    collected_yen,
    written_off_yen,
    refund_pending_yen,
    outstanding_yen,
    rate_gross as collection_rate_gross,
    rate_net as collection_rate_net,
    lag(rate_gross) over same_month as collection_rate_gross_last_year,
    cast(rate_gross - lag(rate_gross) over same_month as decimal(9, 1)) as collection_rate_change_points,
    contributor_count
from rated
window same_month as (partition by month_no, tax_item_code, levy_class order by accounting_year)
