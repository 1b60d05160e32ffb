-- Of an instalment of which everything is compared, the channels have as many receipts more than the receipt history as
-- are missing there, less those missing in the channels: a receipt on another day is on both sides and explains
-- nothing. Guards against a pairing that takes one receipt for two, or drops one.
with counts as (
    select
        instalment_id,
        cast(sum(case when excess_side = 'channels' then excess_count else -excess_count end) as bigint) as excess_count
    from {{ ref('int_unequal_days') }}
    group by instalment_id
    having bool_and(is_compared)
),

listed as (
    select
        instalment_id,
        sum(case cause
            when 'missing_in_history' then receipt_count
            when 'missing_in_channels' then -receipt_count
            else 0
        end) as missing_count
    from {{ ref('fct_receipt_differences') }}
    where cause in ('missing_in_history', 'missing_in_channels', 'day_differs')
    group by instalment_id
)

select
    counts.instalment_id,
    counts.excess_count,
    listed.missing_count
from counts
left join listed on counts.instalment_id = listed.instalment_id
where counts.excess_count <> coalesce(listed.missing_count, 0) or listed.instalment_id is null
