-- One row per receipt share whose slip left a part without purpose: how much of that part the principal takes.
-- Principal comes first, up to what is outstanding when the money comes.
-- The remainder is divided later between late charge and overpayment: late charge depends on principal, never back.
with recursive asked as (
    select distinct instalment_id from {{ ref('int_receipt_shares') }} where flexible_yen > 0
),

moves as (
    select
        entries.instalment_id,
        cast(null as {{ text_type() }}) as receipt_id,
        entries.effective_date,
        entries.kind,
        entries.amount_yen as fixed_yen,
        0 as flexible_yen,
        entries.source_file_no,
        entries.source_line_no
    from {{ ref('int_levy_entries') }} as entries
    inner join asked on entries.instalment_id = asked.instalment_id
    where entries.component = 'principal'
    union all
    select
        shares.instalment_id,
        shares.receipt_id,
        shares.paid_date as effective_date,
        'receipt' as kind,
        -shares.to_principal_yen as fixed_yen,
        shares.flexible_yen,
        shares.source_file_no,
        shares.source_line_no
    from {{ ref('int_receipt_shares') }} as shares
    inner join asked on shares.instalment_id = asked.instalment_id
),

numbered as (
    select
        *,
        row_number() over (
            partition by instalment_id
            order by {{ entry_order('moves') }}, source_file_no, source_line_no, receipt_id
        ) as move_no
    from moves
),

steps as (
    select
        instalment_id,
        receipt_id,
        move_no,
        flexible_yen,
        least(flexible_yen, greatest(fixed_yen, 0)) as principal_yen,
        fixed_yen - least(flexible_yen, greatest(fixed_yen, 0)) as balance_yen
    from numbered
    where move_no = 1
    union all
    select
        numbered.instalment_id,
        numbered.receipt_id,
        numbered.move_no,
        numbered.flexible_yen,
        least(numbered.flexible_yen, greatest(steps.balance_yen + numbered.fixed_yen, 0)) as principal_yen,
        steps.balance_yen + numbered.fixed_yen
        - least(numbered.flexible_yen, greatest(steps.balance_yen + numbered.fixed_yen, 0)) as balance_yen
    from steps
    inner join numbered on steps.instalment_id = numbered.instalment_id and steps.move_no + 1 = numbered.move_no
)

select
    instalment_id,
    receipt_id,
    move_no,
    principal_yen,
    flexible_yen - principal_yen as remainder_yen
from steps
where flexible_yen > 0
