-- One row per instalment and day on which channels and receipt history do not have the same number of receipts: how
-- many more one side has (excess_side, excess_count), and their place among all that this side has more of the
-- instalment.
{{ config(materialized='view') }}
with days as (
    select
        coalesce(channels.instalment_id, history.instalment_id) as instalment_id,
        coalesce(channels.paid_date, history.paid_date) as paid_date,
        coalesce(channels.receipt_count, 0) - coalesce(history.receipt_count, 0) as excess_count,
        channels.source_feed,
        channels.received_yen,
        channels.is_compared as is_channel_compared,
        channels.source_file_no as channel_file_no,
        channels.source_line_no as channel_line_no,
        history.parts_yen,
        history.is_compared as is_history_compared,
        history.source_file_no as history_file_no,
        history.source_line_no as history_line_no
    from {{ ref('int_channel_days') }} as channels
    full outer join {{ ref('int_history_days') }} as history
        on channels.instalment_id = history.instalment_id and channels.paid_date = history.paid_date
    where coalesce(channels.receipt_count, 0) <> coalesce(history.receipt_count, 0)
),

sides as (
    select
        instalment_id,
        paid_date,
        case when excess_count > 0 then 'channels' else 'history' end as excess_side,
        abs(excess_count) as excess_count,
        coalesce(
            case when excess_count > 0 then is_channel_compared else is_history_compared end, false
        ) as is_compared,
        case when excess_count > 0 then source_feed else 'receipt_history' end as source_feed,
        case when excess_count > 0 then received_yen end as received_yen,
        case when excess_count < 0 then parts_yen end as parts_yen,
        case when excess_count > 0 then channel_file_no else history_file_no end as source_file_no,
        case when excess_count > 0 then channel_line_no else history_line_no end as source_line_no
    from days
)

select
    *,
    sum(excess_count) over (
        partition by instalment_id, excess_side order by paid_date rows between unbounded preceding and current row
    ) as excess_so_far
from sides
