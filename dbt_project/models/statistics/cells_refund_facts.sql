-- One row per overpayment, day and kind of what moved: it arose, was appropriated or refunded, or its interest was
-- fixed because the last of it had left. Each amount stands on its own day, so that a year's figures are those of the
-- year. What a raised levy used up counts as appropriated. Money that is pending moves nothing.
with settlements as (
    select
        {{ entry_id('O', ['ledger_entry_id']) }} as overpayment_id,
        settled_date,
        case settlement_kind when 'refund' then 'refunded' else 'appropriated' end as move_kind,
        settled_yen
    from {{ ref('int_overpayment_settlements') }}
),

last_settlements as (
    select
        overpayment_id,
        max(settled_date) as settled_date
    from settlements
    group by overpayment_id
),

moves as (
    select
        overpayment_id,
        arising_date as moved_date,
        'arisen' as move_kind,
        overpaid_yen as moved_yen
    from {{ ref('fct_refunds') }}
    union all
    select
        overpayment_id,
        settled_date as moved_date,
        move_kind,
        settled_yen as moved_yen
    from settlements
    union all
    select
        refunds.overpayment_id,
        last_settlements.settled_date as moved_date,
        'interest' as move_kind,
        refunds.refund_interest_yen as moved_yen
    from {{ ref('fct_refunds') }} as refunds
    inner join last_settlements on refunds.overpayment_id = last_settlements.overpayment_id
    where refunds.pending_yen = 0 and refunds.refund_interest_yen > 0
)

select
    moves.overpayment_id,
    refunds.addressee_key,
    addressees.holding_key,
    refunds.cause as refund_cause_code,
    refunds.tax_item_code,
    moves.moved_date,
    moves.move_kind,
    moves.moved_yen
from moves
inner join {{ ref('fct_refunds') }} as refunds on moves.overpayment_id = refunds.overpayment_id
inner join {{ ref('dim_addressee') }} as addressees on refunds.addressee_key = addressees.addressee_key
