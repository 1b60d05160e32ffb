-- One row per payment slip and instalment it pays, in due-date order, by the newest delivered version of the line.
-- payable_yen is the line's part of the slip. A slip without any detail is payable as its instalments were levied.
with ranked as (
    select
        *,
        coalesce(principal_payment_yen, 0)
        + coalesce(late_charge_payment_yen, 0)
        + coalesce(additional_charge_payment_yen, 0)
        + coalesce(demand_fee_payment_yen, 0) as detailed_yen,
        row_number() over (
            partition by slip_id, instalment_id
            order by delivery_date desc, delivery_seq desc, source_file_no desc, source_line_no desc
        ) as version_rank
    from {{ ref('stg_payment_slip') }}
)

select
    ranked.slip_id,
    ranked.instalment_id,
    instalments.due_date,
    row_number() over slip_order as line_no,
    count(*) over slip as line_count,
    sum(ranked.detailed_yen) over slip > 0 as is_detailed,
    case
        when sum(ranked.detailed_yen) over slip > 0 then ranked.detailed_yen
        else coalesce(instalments.principal_delivered_yen, 0)
    end as payable_yen,
    coalesce(ranked.principal_payment_yen, 0) as principal_yen,
    coalesce(ranked.late_charge_payment_yen, 0) as late_charge_yen,
    coalesce(ranked.additional_charge_payment_yen, 0) as additional_charge_yen,
    coalesce(ranked.demand_fee_payment_yen, 0) as demand_fee_yen,
    instalments.instalment_id is not null as is_known_instalment,
    ranked.payment_no,
    ranked.confirmation_no,
    substr(ranked.barcode_info, 3, 27) as barcode_key,
    ranked.payout_total_yen,
    ranked.issue_date
from ranked
left join {{ ref('int_instalments') }} as instalments on ranked.instalment_id = instalments.instalment_id
where ranked.version_rank = 1
window
    slip as (partition by ranked.slip_id),
    slip_order as (partition by ranked.slip_id order by instalments.due_date, ranked.instalment_id)
