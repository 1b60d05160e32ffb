-- One row per overpayment of the ledger and the record that the city keeps of it: same instalment and day, or the only
-- ones of an instalment. What fits neither way stays unmatched. Dates after the as-of date are not known yet.
with standing as {{ standing(
    'overpayment', 'tax_item_code, overpayment_year, overpayment_serial_no', has_deletions=false
) }},

records as (
    select
        *,
        {{ overpayment_no('standing') }} as overpayment_no,
        count(*) over (partition by instalment_id) as record_count,
        count(*) over (partition by instalment_id, occurrence_date) as day_count
    from standing
),

computed as (
    select
        *,
        count(*) over (partition by instalment_id) as record_count,
        count(*) over (partition by instalment_id, arising_date) as day_count
    from {{ ref('int_overpayments') }}
)

select
    computed.overpayment_id,
    computed.tax_item_code,
    records.overpayment_no,
    records.occurrence_date,
    coalesce(records.has_automatic_refund_flag, false) as is_paid_without_claim,
    case when records.notice_issue_date <= run.as_of_date then records.notice_issue_date end as notice_date,
    case when records.refund_claim_date <= run.as_of_date then records.refund_claim_date end as claim_date,
    case when records.refund_payout_date <= run.as_of_date then records.refund_payout_date end as payout_date,
    records.source_file_no,
    records.source_line_no
from computed
cross join {{ ref('int_run') }} as run
inner join records
    on
        computed.instalment_id = records.instalment_id
        and (
            (
                computed.arising_date = records.occurrence_date
                and computed.day_count = 1
                and records.day_count = 1
            )
            or (computed.record_count = 1 and records.record_count = 1)
        )
