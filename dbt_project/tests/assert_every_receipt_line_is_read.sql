-- Every line of a receipt channel becomes one receipt report, whatever became of it; only requests for account transfer
-- and the premium feed's copies of other channels are left out, because they are not reports of a receipt.
-- Guards against a join that multiplies or drops lines before anything is counted.
with delivered as (
    select 'convenience_store' as source_feed, count(*) as line_count, sum(amount_yen) as yen
    from {{ ref('stg_convenience_store') }}
    union all
    select 'counter_slip' as source_feed, count(*) as line_count, sum(paid_yen) as yen
    from {{ ref('stg_counter_slip') }}
    union all
    select 'account_transfer_result' as source_feed, count(*) as line_count, sum(debit_yen) as yen
    from {{ ref('stg_account_transfer_result') }}
    where is_result
    union all
    select 'common_tax_payment' as source_feed, count(*) as line_count, sum(paid_yen) as yen
    from {{ ref('stg_common_tax_payment') }}
),

read_lines as (
    select source_feed, count(*) as line_count, sum(amount_yen) as yen
    from {{ ref('int_receipts') }}
    group by source_feed
)

select delivered.*, read_lines.line_count as read_count, read_lines.yen as read_yen
from delivered
left join read_lines on delivered.source_feed = read_lines.source_feed
where
    delivered.line_count <> coalesce(read_lines.line_count, 0)
    or coalesce(delivered.yen, 0) <> coalesce(read_lines.yen, 0)
