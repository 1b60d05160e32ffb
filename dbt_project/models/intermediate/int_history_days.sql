-- One row per instalment and day on which the receipt history has receipts for it. parts_yen only where every one of
-- them names its parts. is_compared: the feeds that would report such a receipt speak of that time.
with class_feeds as (
    select
        payment_class_code,
        {{ parts_of('source_feeds') }} as source_feed
    from {{ ref('payment_classes') }}
),

classes as (
    select
        class_feeds.payment_class_code,
        min(feeds.from_date) as from_date,
        min(feeds.before_date) as before_date
    from class_feeds
    inner join {{ ref('int_compared_feeds') }} as feeds on class_feeds.source_feed = feeds.source_feed
    group by class_feeds.payment_class_code
),

any_class as (
    select
        max(from_date) as from_date,
        min(before_date) as before_date
    from classes
),

days as (
    select
        history.instalment_id,
        history.paid_date,
        min(history.payment_class_code) as payment_class_code,
        count(*) as receipt_count,
        case when count(history.parts_yen) = count(*) then cast(sum(history.parts_yen) as bigint) end as parts_yen,
        max(history.credited_date) as credited_date,
        {{ value_of_first('history.source_file_no', 'history.receipt_history_seq') }} as source_file_no,
        {{ value_of_first('history.source_line_no', 'history.receipt_history_seq') }} as source_line_no
    from {{ ref('int_history_receipts') }} as history
    inner join {{ ref('int_run') }} as run on history.paid_date <= run.as_of_date
    group by history.instalment_id, history.paid_date
)

select
    days.*,
    coalesce(
        days.credited_date >= coalesce(classes.from_date, any_class.from_date)
        and days.credited_date < coalesce(classes.before_date, any_class.before_date), false
    ) as is_compared
from days
left join classes on days.payment_class_code = classes.payment_class_code
cross join any_class
