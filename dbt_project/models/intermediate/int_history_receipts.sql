-- One row per receipt that the receipt history keeps as matched (本消込), by the newest delivered version of its line.
-- Refunds, appropriations, provisional and cancelled matches are no receipts; neither is a line that has ended.
with repeated as (
    select instalment_id, receipt_history_seq
    from {{ ref('stg_receipt_history') }}
    group by instalment_id, receipt_history_seq
    having count(*) > 1
),

ranked as (
    select
        history.*,
        row_number() over (
            partition by history.instalment_id, history.receipt_history_seq
            order by
                history.delivery_date desc,
                history.delivery_seq desc,
                history.source_file_no desc,
                history.source_line_no desc
        ) as version_rank
    from {{ ref('stg_receipt_history') }} as history
    inner join repeated
        on
            history.instalment_id = repeated.instalment_id
            and history.receipt_history_seq = repeated.receipt_history_seq
),

newest as (
    select history.*, 1 as version_rank
    from {{ ref('stg_receipt_history') }} as history
    left join repeated
        on
            history.instalment_id = repeated.instalment_id
            and history.receipt_history_seq = repeated.receipt_history_seq
    where repeated.instalment_id is null
    union all
    select * from ranked where version_rank = 1
)

select
    newest.instalment_id,
    newest.receipt_history_seq,
    newest.payment_class_code,
    newest.paid_date,
    coalesce(newest.credited_date, newest.paid_date) as credited_date,
    {{ history_parts_yen('newest') }} as parts_yen,
    newest.source_file_no,
    newest.source_line_no
from newest
left join {{ ref('stg_ended_records') }} as ended
    on
        ended.feed = 'receipt_history'
        and newest.source_file_no = ended.source_file_no
        and newest.source_line_no = ended.source_line_no
where
    coalesce(newest.refund_appropriation_reallocation_class, '0') = '0'
    and coalesce(newest.matching_class, '2') = '2'
    and newest.paid_date is not null
    and ended.source_file_no is null
