-- One row per pending overpayment and overdue instalment of the same person that it must be appropriated to: the oldest
-- overpayment first, to debts of its own tax item before others, the oldest due date first. Local Tax Act art. 17-2.
-- Principal only: the late charge that goes with it is fixed on the eligible day, once the city has decided.
with pending as (
    select
        refunds.*,
        sum(pending_yen) over (
            partition by addressee_key order by arising_date, overpayment_id
            rows between unbounded preceding and current row
        ) as pending_so_far_yen
    from {{ ref('fct_refunds') }} as refunds
    where refund_state <> 'lapsed' and pending_yen > 0
),

oldest as (
    select addressee_key, {{ value_of_first('tax_item_code', 'arising_date') }} as tax_item_code
    from pending
    group by addressee_key
),

debts as (
    select
        arrears.*,
        arrears.tax_item_code = oldest.tax_item_code as is_same_tax_item,
        sum(arrears.principal_outstanding_yen) over (
            partition by arrears.addressee_key
            order by
                case when arrears.tax_item_code = oldest.tax_item_code then 0 else 1 end,
                arrears.due_date, arrears.instalment_id
            rows between unbounded preceding and current row
        ) as owed_so_far_yen
    from {{ ref('fct_arrears') }} as arrears
    inner join oldest on arrears.addressee_key = oldest.addressee_key
    where arrears.principal_outstanding_yen > 0
)

select
    pending.overpayment_id,
    debts.instalment_id as target_instalment_id,
    pending.addressee_key,
    debts.is_same_tax_item,
    {{ eligible_date('targets', 'pending.arising_date') }} as eligible_date,
    cast(
        least(pending.pending_so_far_yen, debts.owed_so_far_yen)
        - greatest(
            pending.pending_so_far_yen - pending.pending_yen, debts.owed_so_far_yen - debts.principal_outstanding_yen
        ) as bigint
    ) as principal_yen,
    pending.as_of_date,
    pending.law_version
from pending
inner join debts
    on
        pending.addressee_key = debts.addressee_key
        and pending.pending_so_far_yen > debts.owed_so_far_yen - debts.principal_outstanding_yen
        and debts.owed_so_far_yen > pending.pending_so_far_yen - pending.pending_yen
inner join {{ ref('int_appropriation_targets') }} as targets on debts.instalment_id = targets.instalment_id
