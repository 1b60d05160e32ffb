-- One row per instalment and day on which the channels report receipts for it, premiums withheld from pensions among
-- them. is_compared: the receipt history speaks of that time, and the receipt had been credited and reported before the
-- history came last: a transfer is credited days before the bank's result tells of it.
with parts as (
    select
        receipt_id,
        instalment_id,
        cast(-sum(case when component = 'principal' then amount_yen else 0 end) as bigint) as principal_yen,
        cast(-sum(amount_yen) as bigint) as received_yen
    from {{ ref('int_ledger_entries') }}
    where receipt_id is not null
    group by receipt_id, instalment_id
),

days as (
    select
        parts.instalment_id,
        receipts.paid_date,
        min(receipts.source_feed) as source_feed,
        count(*) as receipt_count,
        cast(sum(parts.principal_yen) as bigint) as principal_yen,
        cast(sum(parts.received_yen) as bigint) as received_yen,
        max(coalesce(receipts.credited_date, receipts.paid_date)) as credited_date,
        max(files.delivery_date) as reported_date,
        {{ value_of_first('receipts.source_file_no', 'receipts.receipt_id') }} as source_file_no,
        {{ value_of_first('receipts.source_line_no', 'receipts.receipt_id') }} as source_line_no
    from parts
    inner join {{ ref('int_receipts') }} as receipts on parts.receipt_id = receipts.receipt_id
    inner join {{ ref('stg_delivered_files') }} as files on receipts.source_file_no = files.file_no
    inner join {{ ref('int_run') }} as run on receipts.paid_date <= run.as_of_date
    group by parts.instalment_id, receipts.paid_date
)

select
    days.*,
    coalesce(
        days.credited_date >= history.from_date
        and days.credited_date < history.before_date
        and greatest(days.credited_date, days.reported_date) < history.last_delivery_date, false
    ) as is_compared
from days
left join {{ ref('int_compared_feeds') }} as history on history.source_feed = 'receipt_history'
