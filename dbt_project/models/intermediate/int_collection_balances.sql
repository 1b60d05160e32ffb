-- One row per instalment, accounting year and month end at which its principal account moved: the account as of then,
-- and until next_month_end_date.
-- Money overpaid in a closed year is paid back out of the new year's budget, not out of its revenue. So a refund first
-- empties that inheritance; only what is left of it lowers what the year collected, and refund_pending_yen holds only
-- what arose in the year itself. With that, outstanding = levied − collected − written_off + refund_pending, always.
with running as (
    select
        instalment_id,
        accounting_year,
        month_end_date,
        cast(sum(opening_yen) over account as bigint) as opening_yen,
        cast(sum(levy_yen) over account as bigint) as levy_yen,
        cast(sum(refund_yen) over account as bigint) as refund_yen,
        cast(sum(write_off_yen) over account as bigint) as write_off_yen,
        cast(sum(balance_yen) over account as bigint) as balance_yen,
        lead(month_end_date) over account as next_month_end_date
    from {{ ref('int_collection_moves') }}
    window account as (
        partition by instalment_id, accounting_year
        order by month_end_date rows between unbounded preceding and current row
    )
),

levied as (
    select
        *,
        greatest(opening_yen, 0) + levy_yen as due_yen,
        opening_yen + levy_yen + refund_yen - write_off_yen - balance_yen as receipt_yen,
        greatest(-balance_yen, 0) as overpaid_yen
    from running
),

-- A reduction below what closed years have already collected cannot lower this year's levy: it is inherited as well.
inherited as (
    select
        *,
        greatest(due_yen, 0) as levied_yen,
        greatest(-opening_yen, 0) + greatest(-due_yen, 0) as inherited_yen
    from levied
),

refunded as (
    select *, greatest(least(refund_yen, inherited_yen), 0) as inherited_refund_yen from inherited
),

settled as (
    select
        *,
        overpaid_yen - (inherited_yen - inherited_refund_yen) as own_overpaid_yen
    from refunded
)

select
    instalments.instalment_id,
    settled.accounting_year,
    settled.month_end_date,
    settled.next_month_end_date,
    settled.next_month_end_date is null as is_latest,
    instalments.addressee_key,
    instalments.tax_item_code,
    instalments.tax_item,
    instalments.collection_method_code,
    instalments.levy_year,
    case when settled.accounting_year > instalments.levy_year then 'carryover' else 'current' end as levy_class,
    cast(settled.levied_yen as bigint) as levied_yen,
    -- An inherited overpayment that shrinks without a refund has been used up by a new levy on the same instalment.
    cast(
        settled.receipt_yen - (settled.refund_yen - settled.inherited_refund_yen)
        + greatest(-settled.own_overpaid_yen, 0) as bigint
    ) as collected_yen,
    cast(settled.write_off_yen as bigint) as written_off_yen,
    cast(greatest(settled.own_overpaid_yen, 0) as bigint) as refund_pending_yen,
    cast(greatest(settled.balance_yen, 0) as bigint) as outstanding_yen,
    cast(settled.overpaid_yen - greatest(settled.own_overpaid_yen, 0) as bigint) as inherited_refund_pending_yen
from settled
inner join {{ ref('int_instalments') }} as instalments on settled.instalment_id = instalments.instalment_id
