-- One row per payment slip and instalment it pays, by the newest delivered version of the line.
with repeated as (
    select slip_id, instalment_id
    from {{ ref('stg_payment_slip') }}
    group by slip_id, instalment_id
    having count(*) > 1
),

ranked as (
    select
        slips.*,
        row_number() over (
            partition by slips.slip_id, slips.instalment_id
            order by
                slips.delivery_date desc, slips.delivery_seq desc, slips.source_file_no desc, slips.source_line_no desc
        ) as version_rank
    from {{ ref('stg_payment_slip') }} as slips
    inner join repeated on slips.slip_id = repeated.slip_id and slips.instalment_id = repeated.instalment_id
),

newest as (
    select slips.*, 1 as version_rank
    from {{ ref('stg_payment_slip') }} as slips
    left join repeated on slips.slip_id = repeated.slip_id and slips.instalment_id = repeated.instalment_id
    where repeated.slip_id is null
    union all
    select * from ranked where version_rank = 1
)

select
    newest.slip_id,
    newest.instalment_id,
    instalments.instalment_id is not null as is_known_instalment,
    instalments.due_date,
    coalesce(instalments.principal_delivered_yen, 0) as principal_delivered_yen,
    coalesce(newest.principal_payment_yen, 0) as principal_yen,
    coalesce(newest.late_charge_payment_yen, 0) as late_charge_yen,
    coalesce(newest.additional_charge_payment_yen, 0) as additional_charge_yen,
    coalesce(newest.demand_fee_payment_yen, 0) as demand_fee_yen,
    newest.payment_no,
    newest.confirmation_no,
    substr(newest.barcode_info, 3, 27) as barcode_key,
    newest.payout_total_yen,
    newest.issue_date
from newest
left join {{ ref('int_instalments') }} as instalments on newest.instalment_id = instalments.instalment_id
