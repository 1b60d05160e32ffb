-- One row per matched receipt and slip line it may pay: what the line is payable for, and what the lines before take.
-- A slip without any detail is payable as its instalments were levied. Money for a slip with one line needs no order.
{{ config(materialized='view') }}
with paid_lines as (
    select
        matches.receipt_id,
        slips.line_count,
        slips.detailed_yen > 0 as is_detailed,
        slip_lines.instalment_id,
        slip_lines.due_date,
        case
            when slips.detailed_yen = 0 then slip_lines.principal_delivered_yen
            else
                slip_lines.principal_yen + slip_lines.late_charge_yen
                + slip_lines.additional_charge_yen + slip_lines.demand_fee_yen
        end as payable_yen,
        slip_lines.principal_yen,
        slip_lines.late_charge_yen,
        slip_lines.additional_charge_yen,
        slip_lines.demand_fee_yen
    from {{ ref('int_receipt_matches') }} as matches
    inner join {{ ref('int_payment_slips') }} as slips on matches.slip_id = slips.slip_id
    inner join {{ ref('int_slip_lines') }} as slip_lines on matches.slip_id = slip_lines.slip_id
)

select
    *,
    0 as payable_before_yen,
    true as is_last_line
from paid_lines
where line_count = 1
union all
select
    *,
    sum(payable_yen) over (
        partition by receipt_id order by due_date, instalment_id rows between unbounded preceding and current row
    ) - payable_yen as payable_before_yen,
    row_number() over (partition by receipt_id order by due_date, instalment_id) = line_count as is_last_line
from paid_lines
where line_count > 1
union all
select
    matches.receipt_id,
    1 as line_count,
    true as is_detailed,
    matches.instalment_id,
    cast(null as date) as due_date,
    receipts.amount_yen as payable_yen,
    receipts.amount_yen as principal_yen,
    0 as late_charge_yen,
    0 as additional_charge_yen,
    0 as demand_fee_yen,
    0 as payable_before_yen,
    true as is_last_line
from {{ ref('int_receipt_matches') }} as matches
inner join {{ ref('int_receipts') }} as receipts on matches.receipt_id = receipts.receipt_id
where matches.instalment_id is not null
