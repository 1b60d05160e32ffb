-- One row per tax item, collection method, levy class, accounting year and month end: the accounts up to that day.
-- A year has fourteen month ends, from April to the May in which it is closed; those after the as-of date are absent.
with stretches as (
    select
        tax_item_code,
        tax_item,
        collection_method_code,
        levy_class,
        accounting_year,
        month_end_date,
        next_month_end_date,
        sum(levied_yen) as levied_yen,
        sum(collected_yen) as collected_yen,
        sum(written_off_yen) as written_off_yen,
        sum(refund_pending_yen) as refund_pending_yen,
        sum(outstanding_yen) as outstanding_yen
    from {{ ref('int_collection_balances') }}
    group by
        tax_item_code, tax_item, collection_method_code, levy_class, accounting_year, month_end_date,
        next_month_end_date
),

-- An account counts from its month end until the next one on which it moved.
changes_by_month as (
    select
        tax_item_code,
        tax_item,
        collection_method_code,
        levy_class,
        accounting_year,
        month_end_date,
        levied_yen,
        collected_yen,
        written_off_yen,
        refund_pending_yen,
        outstanding_yen
    from stretches
    union all
    select
        tax_item_code,
        tax_item,
        collection_method_code,
        levy_class,
        accounting_year,
        next_month_end_date as month_end_date,
        -levied_yen as levied_yen,
        -collected_yen as collected_yen,
        -written_off_yen as written_off_yen,
        -refund_pending_yen as refund_pending_yen,
        -outstanding_yen as outstanding_yen
    from stretches
    where next_month_end_date is not null
),

accounts as (
    select distinct tax_item_code, tax_item, collection_method_code, levy_class, accounting_year from changes_by_month
)

select
    run.as_of_date,
    accounts.tax_item_code,
    accounts.tax_item,
    accounts.collection_method_code,
    accounts.levy_class,
    accounts.accounting_year,
    months.month_no,
    months.month_end_date,
    cast(sum(changes_by_month.levied_yen) as bigint) as levied_yen,
    cast(sum(changes_by_month.collected_yen) as bigint) as collected_yen,
    cast(sum(changes_by_month.written_off_yen) as bigint) as written_off_yen,
    cast(sum(changes_by_month.refund_pending_yen) as bigint) as refund_pending_yen,
    cast(sum(changes_by_month.outstanding_yen) as bigint) as outstanding_yen
from accounts
cross join {{ ref('int_run') }} as run
inner join {{ ref('int_accounting_months') }} as months on accounts.accounting_year = months.accounting_year
inner join changes_by_month
    on
        accounts.tax_item_code = changes_by_month.tax_item_code
        and accounts.collection_method_code = changes_by_month.collection_method_code
        and accounts.levy_class = changes_by_month.levy_class
        and accounts.accounting_year = changes_by_month.accounting_year
        and months.month_end_date >= changes_by_month.month_end_date
group by all
