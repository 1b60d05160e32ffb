-- One row per feed that reports receipts: from which to which credited day it has told of them, and when it came last.
-- What was credited before from_date came before the feed began, what was credited on before_date or later may still
-- come.
with credited as (
    select
        source_feed,
        coalesce(credited_date, paid_date) as credited_date
    from {{ ref('int_receipts') }}
    where is_money
    union all
    select
        'receipt_history' as source_feed,
        credited_date
    from {{ ref('int_history_receipts') }}
),

delivered as (
    select
        feed,
        max(delivery_date) as last_delivery_date
    from {{ ref('stg_delivered_files') }}
    where file_status = 'loaded'
    group by feed
)

select
    credited.source_feed,
    min(credited.credited_date) as from_date,
    max(credited.credited_date) as before_date,
    max(delivered.last_delivery_date) as last_delivery_date
from credited
inner join delivered on credited.source_feed = delivered.feed
group by credited.source_feed
