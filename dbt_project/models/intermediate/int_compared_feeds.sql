-- One row per feed that reports receipts: from which to which credited day it has told of them. Days before and the last
-- one itself are not compared: what is missing there may still come, or came before the feed began.
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
)

select
    source_feed,
    min(credited_date) as from_date,
    max(credited_date) as before_date
from credited
group by source_feed
