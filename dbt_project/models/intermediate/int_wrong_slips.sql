-- One row per doubted receipt and instalment of the same levy that was due and unpaid when the money came: for one of
-- them the slip may have been meant. The oldest takes the money (is_applied) if the city applies such money, it can
-- take all of it, the slip had not been paid before and no other receipt of the levy is in doubt; else an officer
-- decides.
with due as (
    select
        doubted.*,
        instalments.instalment_id as due_instalment_id,
        instalments.due_date,
        instalments.instalment_no,
        instalments.tax_item_code
    from {{ ref('int_doubted_receipts') }} as doubted
    inner join {{ ref('stg_levy_numbers') }} as siblings
        on doubted.levy_no = siblings.levy_no and doubted.instalment_id <> siblings.instalment_id
    inner join {{ ref('int_instalments') }} as instalments
        on siblings.instalment_id = instalments.instalment_id and doubted.paid_date >= instalments.due_date
),

moves as (
    select due.receipt_id, due.due_instalment_id, entries.amount_yen
    from due
    inner join {{ ref('int_levy_entries') }} as entries
        on due.due_instalment_id = entries.instalment_id and due.paid_date >= entries.effective_date
    where entries.component = 'principal'
    union all
    select due.receipt_id, due.due_instalment_id, -(shares.to_principal_yen + shares.flexible_yen) as amount_yen
    from due
    inner join {{ ref('int_slip_shares') }} as shares
        on due.due_instalment_id = shares.instalment_id and due.paid_date >= shares.paid_date
),

unpaid as (
    select
        receipt_id,
        due_instalment_id,
        cast(sum(amount_yen) as bigint) as outstanding_yen
    from moves
    group by receipt_id, due_instalment_id
    having sum(amount_yen) > 0
)

select
    due.receipt_id,
    due.instalment_id as slip_instalment_id,
    due.due_instalment_id,
    due.receipt_yen,
    unpaid.outstanding_yen,
    coalesce(applied.value, 0) = 1
    and not due.is_same_slip
    and due.doubted_count = 1
    and unpaid.outstanding_yen >= due.receipt_yen
    and row_number() over (
        partition by due.receipt_id order by due.due_date, due.instalment_no, due.due_instalment_id
    ) = 1 as is_applied
from due
inner join unpaid on due.receipt_id = unpaid.receipt_id and due.due_instalment_id = unpaid.due_instalment_id
{{ law_join('applied', 'wrong_slip_applied_to_due', 'due.tax_item_code', 'due.paid_date') }}
