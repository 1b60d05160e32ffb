-- One row per instalment and accounting year into which something was, or should have been, carried over: what was
-- outstanding at the last closing, what counts as levied of it in the year, and why the two differ.
with accounts as (
    select
        instalment_id,
        accounting_year,
        tax_item_code,
        levy_class,
        levied_yen,
        outstanding_yen,
        accounting_year = min(accounting_year) over (partition by instalment_id) as is_first_year
    from {{ ref('int_collection_balances') }}
    where is_latest
),

levies as (
    select
        instalment_id,
        accounting_year,
        sum(levy_yen) as levy_yen
    from {{ ref('int_collection_moves') }}
    group by instalment_id, accounting_year
),

closings as (
    select
        accounts.instalment_id,
        accounts.accounting_year + 1 as accounting_year,
        accounts.tax_item_code,
        accounts.outstanding_yen
    from accounts
    inner join {{ ref('int_accounting_years') }} as years on accounts.accounting_year + 1 = years.accounting_year
    where accounts.outstanding_yen > 0
),

carried as (
    select
        accounts.instalment_id,
        accounts.accounting_year,
        accounts.tax_item_code,
        accounts.levied_yen,
        accounts.is_first_year,
        levies.levy_yen
    from accounts
    left join levies
        on accounts.instalment_id = levies.instalment_id and accounts.accounting_year = levies.accounting_year
    where accounts.levy_class = 'carryover'
),

pairs as (
    select
        coalesce(carried.instalment_id, closings.instalment_id) as instalment_id,
        coalesce(carried.accounting_year, closings.accounting_year) as accounting_year,
        coalesce(carried.tax_item_code, closings.tax_item_code) as tax_item_code,
        coalesce(closings.outstanding_yen, 0) as outstanding_before_yen,
        coalesce(carried.levied_yen, 0) as carried_over_yen,
        carried.instalment_id is not null as is_carried,
        coalesce(carried.is_first_year, false) as is_first_year,
        coalesce(carried.levy_yen, 0) as levy_yen
    from carried
    full outer join closings
        on carried.instalment_id = closings.instalment_id and carried.accounting_year = closings.accounting_year
)

select
    *,
    carried_over_yen - outstanding_before_yen as change_yen,
    case
        when carried_over_yen = outstanding_before_yen then 'none'
        when not is_carried then 'not_yet_carried'
        when levy_yen > 0 and is_first_year then 'late_assessment'
        when levy_yen > 0 then 'reassessment_up'
        when levy_yen < 0 then 'reassessment_down'
        else 'unexplained'
    end as change_cause
from pairs
