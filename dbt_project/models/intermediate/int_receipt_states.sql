-- One row per receipt event: what has become of it, by one rule for all channels and whatever the order of the files.
-- The n-th final report confirms the n-th provisional one. Cancellations take back provisional reports that are still
-- open, then (event_kind cancelled) final ones; one that finds nothing to take back is unfounded. Of the corrections of
-- a receipt the last one counts, in place of the reports it corrects.
with eventful as (
    select source_feed, report_key
    from {{ ref('int_receipt_events') }}
    group by source_feed, report_key
    having count(*) > 1 or bool_or(event_kind in ('provisional_cancelled', 'cancelled'))
),

counted as (
    select
        events.receipt_id,
        events.event_kind,
        sum(case when events.event_kind = 'provisional' then 1 else 0 end) over same_report as provisional_count,
        sum(case when events.event_kind = 'final' then 1 else 0 end) over same_report as final_count,
        sum(case when events.event_kind like '%cancelled' then 1 else 0 end) over same_report as cancelled_count,
        bool_or(events.event_kind = 'cancelled') over same_report as can_cancel_final,
        row_number() over (
            partition by events.source_feed, events.report_key, events.event_kind
            order by events.delivery_date, events.delivery_seq, events.source_file_no, events.source_line_no
        ) as same_rank
    from {{ ref('int_receipt_events') }} as events
    inner join eventful on events.source_feed = eventful.source_feed and events.report_key = eventful.report_key
    window same_report as (partition by events.source_feed, events.report_key)
),

weighed as (
    select
        *,
        least(cancelled_count, greatest(provisional_count - final_count, 0)) as cancelled_provisional_count,
        case
            when can_cancel_final
                then least(final_count, cancelled_count - least(
                    cancelled_count, greatest(provisional_count - final_count, 0)
                ))
            else 0
        end as cancelled_final_count
    from counted
),

corrections as (
    select
        receipt_id,
        source_feed,
        correction_key,
        row_number() over (
            partition by source_feed, correction_key
            order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
        ) as correction_rank
    from {{ ref('int_receipt_events') }}
    where event_kind = 'correction'
)

select
    events.receipt_id,
    case
        when corrections.receipt_id = events.receipt_id then 'correction'
        when corrections.receipt_id is not null and events.event_kind in ('final', 'correction') then 'corrected'
        when weighed.receipt_id is null then events.event_kind
        when events.event_kind = 'provisional' and weighed.same_rank <= weighed.final_count then 'confirmed'
        when
            events.event_kind = 'provisional'
            and weighed.same_rank > weighed.final_count + weighed.cancelled_provisional_count
            then 'provisional'
        when events.event_kind = 'provisional' then 'cancelled'
        when events.event_kind = 'final' and weighed.same_rank > weighed.cancelled_final_count then 'final'
        when events.event_kind = 'final' then 'cancelled'
        when
            events.event_kind like '%cancelled'
            and weighed.same_rank > weighed.cancelled_provisional_count + weighed.cancelled_final_count
            then 'unfounded'
        when events.event_kind like '%cancelled' then 'cancelled'
        else events.event_kind
    end as receipt_state
from {{ ref('int_receipt_events') }} as events
left join weighed on events.receipt_id = weighed.receipt_id
left join corrections
    on
        events.source_feed = corrections.source_feed
        and events.correction_key = corrections.correction_key
        and corrections.correction_rank = 1
