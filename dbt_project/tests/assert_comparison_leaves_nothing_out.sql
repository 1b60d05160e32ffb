-- A reconciliation that compares less than it claims finds no difference and means nothing. Every receipt that stands
-- in the ledger by the as-of date is among the channels' days, every matched line of the receipt history among the
-- history's days. Does not test which of them are old enough to be compared; see the unit tests of int_channel_days.
with entered as (
    select distinct
        entries.receipt_id,
        entries.instalment_id
    from {{ ref('int_ledger_entries') }} as entries
    inner join {{ ref('int_receipts') }} as receipts on entries.receipt_id = receipts.receipt_id
    inner join {{ ref('int_run') }} as run on receipts.paid_date <= run.as_of_date
),

counts as (
    select
        'channels' as side,
        (select count(*) from entered) as known_count,
        (select coalesce(sum(receipt_count), 0) from {{ ref('int_channel_days') }}) as compared_count
    union all
    select
        'history' as side,
        (
            select count(*)
            from {{ ref('int_history_receipts') }} as history
            inner join {{ ref('int_run') }} as run on history.paid_date <= run.as_of_date
        ) as known_count,
        (select coalesce(sum(receipt_count), 0) from {{ ref('int_history_days') }}) as compared_count
)

select * from counts
where known_count <> compared_count
