-- One row per difference between the channels' receipts and the receipt history of an instalment. Receipts that one
-- side has more are paired in the order of their days (day_differs); what is left is missing on the other side. Without
-- a receipt history there is nothing to compare and no row. Receipts outside the time of which both sides speak are not
-- compared. Where the history names the parts of a receipt, they must be its principal (yen_differs).
with pairs as (
    select
        channels.instalment_id,
        channels.paid_date,
        history.paid_date as stated_date,
        least(channels.excess_so_far, history.excess_so_far) - greatest(
            channels.excess_so_far - channels.excess_count, history.excess_so_far - history.excess_count
        ) as receipt_count,
        channels.is_compared or history.is_compared as is_compared,
        channels.received_yen,
        history.parts_yen,
        history.source_file_no,
        history.source_line_no
    from {{ ref('int_unequal_days') }} as channels
    inner join {{ ref('int_unequal_days') }} as history
        on
            channels.instalment_id = history.instalment_id
            and channels.excess_side = 'channels'
            and history.excess_side = 'history'
            and channels.excess_so_far > history.excess_so_far - history.excess_count
            and history.excess_so_far > channels.excess_so_far - channels.excess_count
),

paired as (
    select instalment_id, 'channels' as excess_side, paid_date, sum(receipt_count) as paired_count
    from pairs
    group by instalment_id, paid_date
    union all
    select instalment_id, 'history' as excess_side, stated_date as paid_date, sum(receipt_count) as paired_count
    from pairs
    group by instalment_id, stated_date
)

select
    instalment_id, 'day_differs' as cause, paid_date, stated_date, receipt_count, received_yen as ledger_yen,
    parts_yen as stated_yen, 'receipt_history' as source_feed, source_file_no, source_line_no
from pairs
where is_compared
union all
select
    days.instalment_id,
    case days.excess_side when 'channels' then 'missing_in_history' else 'missing_in_channels' end as cause,
    case when days.excess_side = 'channels' then days.paid_date end as paid_date,
    case when days.excess_side = 'history' then days.paid_date end as stated_date,
    days.excess_count - coalesce(paired.paired_count, 0) as receipt_count,
    days.received_yen as ledger_yen, days.parts_yen as stated_yen,
    days.source_feed, days.source_file_no, days.source_line_no
from {{ ref('int_unequal_days') }} as days
left join paired
    on
        days.instalment_id = paired.instalment_id
        and days.excess_side = paired.excess_side
        and days.paid_date = paired.paid_date
where days.is_compared and days.excess_count > coalesce(paired.paired_count, 0)
union all
select
    channels.instalment_id, 'yen_differs' as cause, channels.paid_date, history.paid_date as stated_date,
    channels.receipt_count, channels.principal_yen as ledger_yen, history.parts_yen as stated_yen,
    'receipt_history' as source_feed, history.source_file_no, history.source_line_no
from {{ ref('int_channel_days') }} as channels
inner join {{ ref('int_history_days') }} as history
    on
        channels.instalment_id = history.instalment_id
        and channels.paid_date = history.paid_date
        and channels.receipt_count = history.receipt_count
where history.parts_yen <> channels.principal_yen
